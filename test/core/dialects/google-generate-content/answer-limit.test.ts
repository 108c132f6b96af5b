import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../../../core/src/dialects/google-generate-content/answer-limit.ts';

describe('the answer limit of a Gemini request', () => {
  it.each([
    [{}, undefined, 1],
    [{ generationConfig: { maxOutputTokens: 5, candidateCount: 3 } }, 5, 3],
    [{ generation_config: { max_output_tokens: 7 } }, 7, 1],
  ])('of %o is %o, of %o answers', (body, tokens, answers) => {
    expect(answerLimit(body)).toMatchObject({ tokens, answers });
  });

  it('is lowered in the spelling it stands in, never raised', () => {
    expect(answerLimit({}).lowered(50)).toEqual([{ path: ['generationConfig'], value: { maxOutputTokens: 50 } }]);
    expect(answerLimit({ generationConfig: null }).lowered(50)).toEqual([{ path: ['generationConfig'], value: { maxOutputTokens: 50 } }]);
    expect(answerLimit({ generation_config: { max_output_tokens: 70 } }).lowered(50)).toEqual([
      { path: ['generation_config', 'max_output_tokens'], value: 50 },
    ]);
    expect(answerLimit({ generationConfig: { temperature: 1 } }).lowered(50)).toEqual([
      { path: ['generationConfig', 'maxOutputTokens'], value: 50 },
    ]);
    expect(answerLimit({ generationConfig: { maxOutputTokens: 5 } }).lowered(50)[0]?.value).toBe(5);
  });
});
