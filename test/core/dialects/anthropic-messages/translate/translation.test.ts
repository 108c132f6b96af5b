import { expect, it } from 'vitest';
import { anthropicTranslation } from '../../../../../core/src/dialects/anthropic-messages/translate/translation.ts';
import { about, request, target } from './examples.ts';

it('goes both ways: a request that was written is read as it was', () => {
  const { value, losses } = anthropicTranslation.encodeRequest({ ...request, maxOutputTokens: 100, stream: true }, target());
  expect(losses).toEqual([]);
  expect(anthropicTranslation.decodeRequest(value, { model: 'm', stream: true })).toEqual({
    value: { ...request, maxOutputTokens: 100, stream: true },
    losses: [],
  });
});

it('readers and writers are one per stream', () => {
  expect(anthropicTranslation.streamReader()).not.toBe(anthropicTranslation.streamReader());
  expect(anthropicTranslation.streamWriter(about)).not.toBe(anthropicTranslation.streamWriter(about));
});
