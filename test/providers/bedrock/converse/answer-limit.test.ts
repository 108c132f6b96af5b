import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../providers/bedrock/src/converse/answer-limit.ts';

describe('the answer limit of a Converse request', () => {
  it('is inferenceConfig.maxTokens, of one answer', () => {
    expect(answerLimit({ inferenceConfig: { maxTokens: 9 } })).toMatchObject({ tokens: 9, answers: 1 });
    expect(answerLimit({})).toMatchObject({ tokens: undefined, answers: 1 });
  });

  it('is lowered, never raised', () => {
    expect(answerLimit({}).lowered(50)).toEqual([{ path: ['inferenceConfig'], value: { maxTokens: 50 } }]);
    expect(answerLimit({ inferenceConfig: { temperature: 1 } }).lowered(50)).toEqual([
      { path: ['inferenceConfig', 'maxTokens'], value: 50 },
    ]);
    expect(answerLimit({ inferenceConfig: { maxTokens: 9 } }).lowered(50)[0]?.value).toBe(9);
  });
});
