import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageObject } from '../../../../../core/src/dialects/openai-chat/translate/usage.ts';
import { openaiUsage } from '../../../../../core/src/dialects/openai-usage.ts';
import { anyUsage, usage } from './examples.ts';

describe('usageObject', () => {
  it('unknown usage is none, not zero', () => {
    expect(usageObject(undefined)).toBeUndefined();
  });

  it('has the three totals, which clients read without looking, and only the classes that are known', () => {
    expect(usageObject(usage({ output: 2 }))).toEqual({ prompt_tokens: 0, completion_tokens: 2, total_tokens: 2 });
    expect(usageObject(usage({ input: 9, output: 2, cacheRead: 4, cacheWrite: 1, reasoning: 0 }))).toEqual({
      prompt_tokens: 9,
      completion_tokens: 2,
      total_tokens: 11,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
    expect(usageObject(usage({ cacheWrite: 1 }))).toMatchObject({ prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 1 } });
  });

  it('litellm#9812: cached tokens are part of the input, once', () => {
    expect(usageObject(usage({ input: 100, output: 1, cacheRead: 90 }))).toMatchObject({ prompt_tokens: 100, total_tokens: 101 });
  });

  it('is read back as what it was', () => {
    fc.assert(
      fc.property(anyUsage, (known) => {
        expect({ ...openaiUsage({ usage: usageObject(known) ?? null }), raw: undefined }).toEqual(known);
      }),
    );
  });
});
