import { expect, it } from 'vitest';
import { answerCall, answerPart } from '../../../../../core/src/dialects/google-generate-content/translate/answer-parts.ts';

it('llm-bridge crashes: arguments that are no JSON are given as they are', () => {
  expect(answerCall({ id: '', name: 'f', arguments: '{"cut', opaque: undefined })).toEqual({
    functionCall: { name: 'f', args: { _raw: '{"cut' } },
  });
});

it('litellm#25322: a call keeps its id, its arguments’ digits and its signature', () => {
  const opaque = { dialect: 'google-generate-content', value: 'sig' };
  expect(JSON.stringify(answerPart({ kind: 'toolCall', id: 'x', name: 'f', arguments: '{"n":1.0}', opaque }))).toBe(
    '{"functionCall":{"id":"x","name":"f","args":{"n":1.0}},"thoughtSignature":"sig"}',
  );
});

it('texts, refusals and thoughts', () => {
  expect(answerPart({ kind: 'text', text: 'a' })).toEqual({ text: 'a' });
  expect(answerPart({ kind: 'refusal', text: 'no' })).toEqual({ text: 'no' });
  expect(answerPart({ kind: 'reasoning', text: 'hm', opaque: undefined })).toEqual({ text: 'hm', thought: true });
  expect(answerPart({ kind: 'reasoning', text: '', opaque: { dialect: 'anthropic-messages', value: 'x' } })).toEqual({
    text: '',
    thought: true,
    thoughtSignature: Buffer.from('gw1:anthropic-messages:x').toString('base64'),
  });
});
