import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../core/src/dialects/openai-completions/answer-limit.ts';

describe('the answer limit of a completions request', () => {
  it.each([
    [{ prompt: 'x' }, undefined, 1],
    [{ prompt: 'x', max_tokens: 5, n: 2 }, 5, 2],
    [{ prompt: ['x', 'y', 'z'], n: 2, max_tokens: 5 }, 5, 6],
    [{ prompt: [1, 2, 3], max_tokens: 5 }, 5, 1],
    [{ prompt: ['x', 'y'], n: 2, best_of: 5, max_tokens: 5 }, 5, 10],
  ])('of %o is %o, of %o answers: those that are made, not only those that are shown', (body, tokens, answers) => {
    expect(answerLimit(body)).toMatchObject({ tokens, answers });
  });

  it('is lowered, never raised', () => {
    expect(answerLimit({ max_tokens: 100 }).lowered(50)).toEqual([{ path: ['max_tokens'], value: 50 }]);
    expect(answerLimit({ max_tokens: 10 }).lowered(50)).toEqual([{ path: ['max_tokens'], value: 10 }]);
    expect(answerLimit({}).lowered(50)).toEqual([{ path: ['max_tokens'], value: 50 }]);
  });
});
