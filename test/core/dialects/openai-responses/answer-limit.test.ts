import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../core/src/dialects/openai-responses/answer-limit.ts';

describe('the answer limit of a Responses request', () => {
  it('is max_output_tokens, of one answer', () => {
    expect(answerLimit({ max_output_tokens: 30 })).toMatchObject({ tokens: 30, answers: 1 });
    expect(answerLimit({})).toMatchObject({ tokens: undefined, answers: 1 });
  });

  it('is lowered, never raised', () => {
    expect(answerLimit({}).lowered(50)).toEqual([{ path: ['max_output_tokens'], value: 50 }]);
    expect(answerLimit({ max_output_tokens: 30 }).lowered(50)).toEqual([{ path: ['max_output_tokens'], value: 30 }]);
    expect(answerLimit({ max_output_tokens: 300 }).lowered(50)).toEqual([{ path: ['max_output_tokens'], value: 50 }]);
  });
});
