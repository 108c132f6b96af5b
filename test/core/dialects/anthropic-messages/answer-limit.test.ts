import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../core/src/dialects/anthropic-messages/answer-limit.ts';

describe('the answer limit of a Messages request', () => {
  it('is max_tokens, of one answer', () => {
    expect(answerLimit({ max_tokens: 30 })).toMatchObject({ tokens: 30, answers: 1 });
  });

  it('is lowered, never raised', () => {
    expect(answerLimit({ max_tokens: 100 }).lowered(50)).toEqual([{ path: ['max_tokens'], value: 50 }]);
    expect(answerLimit({ max_tokens: 30 }).lowered(50)).toEqual([{ path: ['max_tokens'], value: 30 }]);
  });

  it('takes the thinking budget along, which has to be below it', () => {
    const thinking = { type: 'enabled', budget_tokens: 8_000 };
    expect(answerLimit({ max_tokens: 16_000, thinking }).lowered(9_000)).toEqual([{ path: ['max_tokens'], value: 9_000 }]);
    expect(answerLimit({ max_tokens: 16_000, thinking }).lowered(4_000)).toEqual([
      { path: ['max_tokens'], value: 4_000 },
      { path: ['thinking', 'budget_tokens'], value: 3_999 },
    ]);
    expect(answerLimit({ max_tokens: 16_000, thinking }).lowered(1_024)).toEqual([
      { path: ['max_tokens'], value: 1_024 },
      { path: ['thinking'], value: { type: 'disabled' } },
    ]);
    expect(answerLimit({ max_tokens: 16_000, thinking: { type: 'adaptive' } }).lowered(10)).toHaveLength(1);
  });
});
