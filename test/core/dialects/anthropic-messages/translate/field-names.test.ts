import { expect, it } from 'vitest';
import { fieldNames } from '../../../../../core/src/dialects/anthropic-messages/translate/field-names.ts';

it('names fit into a header and a log', () => {
  for (const name of Object.values(fieldNames)) expect(name).toMatch(/^[\w.[\]-]{1,80}$/);
});

it("are Messages' own words", () => {
  expect(fieldNames).toMatchObject({
    stop: 'stop_sequences',
    maxOutputTokens: 'max_tokens',
    reasoning: 'thinking',
    user: 'metadata.user_id',
  });
});
