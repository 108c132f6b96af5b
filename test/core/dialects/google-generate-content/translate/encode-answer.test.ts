import { expect, it } from 'vitest';
import { encodeAnswer } from '../../../../../core/src/dialects/google-generate-content/translate/encode-answer.ts';
import type { NeutralAnswer } from '../../../../../core/src/model/neutral.ts';

const about = { id: 'gw1', created: 0, model: 'target', withUsage: true, request: {} };
const answer: NeutralAnswer = { id: '', model: '', parts: [], stop: undefined, usage: undefined };

it('what nobody said is not said, but for an id, a model and a first part', () => {
  expect(encodeAnswer(answer, about)).toEqual({
    candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, index: 0 }],
    modelVersion: 'target',
    responseId: 'gw1',
  });
});

it('is an answer as Google gives it', () => {
  const usage = { input: 5, output: 3, cacheRead: undefined, cacheWrite: undefined, reasoning: 1, raw: {} };
  const parts = [
    { kind: 'text', text: 'hi' },
    { kind: 'toolCall', id: 'x', name: 'f', arguments: '', opaque: undefined },
  ] as const;
  expect(encodeAnswer({ id: 'r', model: 'gpt', parts, stop: { kind: 'toolCalls' }, usage }, about)).toEqual({
    candidates: [
      {
        content: { role: 'model', parts: [{ text: 'hi' }, { functionCall: { id: 'x', name: 'f', args: {} } }] },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 8 },
    modelVersion: 'gpt',
    responseId: 'r',
  });
});
