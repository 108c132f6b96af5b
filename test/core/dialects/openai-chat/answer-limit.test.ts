import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../core/src/dialects/openai-chat/answer-limit.ts';

describe('the answer limit of a Chat request', () => {
  it.each([
    [{}, undefined, 1],
    [{ max_tokens: null, n: null }, undefined, 1],
    [{ max_tokens: 10 }, 10, 1],
    [{ max_completion_tokens: 20, n: 3 }, 20, 3],
    [{ max_completion_tokens: 20, max_tokens: 90 }, 90, 1],
  ])('of %o is %o, of %o answers', (body, tokens, answers) => {
    expect(answerLimit(body, {})).toMatchObject({ tokens, answers });
  });

  it('is lowered wherever it stands, never raised, and written where the provider reads it', () => {
    const lowered = (body: Record<string, number>, quirks = {}) => answerLimit(body, quirks).lowered(50);
    expect(lowered({ max_tokens: 100 })).toEqual([{ path: ['max_tokens'], value: 50 }]);
    expect(lowered({ max_completion_tokens: 20, max_tokens: 90 })).toEqual([
      { path: ['max_completion_tokens'], value: 20 },
      { path: ['max_tokens'], value: 50 },
    ]);
    expect(lowered({})).toEqual([{ path: ['max_completion_tokens'], value: 50 }]);
    expect(lowered({}, { maxTokensField: 'max_tokens' })).toEqual([{ path: ['max_tokens'], value: 50 }]);
  });
});
