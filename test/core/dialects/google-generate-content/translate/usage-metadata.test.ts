import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageMetadata } from '../../../../../core/src/dialects/google-generate-content/translate/usage-metadata.ts';
import { googleUsage } from '../../../../../core/src/dialects/google-usage.ts';

const none = { input: undefined, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} };

describe('usageMetadata', () => {
  it('is nothing where nothing is known', () => {
    expect(usageMetadata(undefined)).toBeUndefined();
    expect(usageMetadata(none)).toBeUndefined();
  });

  it('CLIProxyAPI#1643: thoughts are apart from candidates, and no part of the prompt', () => {
    expect(usageMetadata({ ...none, input: 100, output: 50, cacheRead: 40, reasoning: 30 })).toEqual({
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 150,
    });
  });

  it('invents no total, which readers would take the output from', () => {
    expect(usageMetadata({ ...none, input: 7 })).toEqual({ promptTokenCount: 7 });
    expect(usageMetadata({ ...none, output: 7 })).toEqual({ candidatesTokenCount: 7 });
  });

  it('is never negative, whatever a provider counted', () => {
    expect(usageMetadata({ ...none, input: 1, output: 2, reasoning: 5 })).toMatchObject({ candidatesTokenCount: 0, thoughtsTokenCount: 5 });
  });

  it('reads back as it was', () => {
    const count = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.record({ input: fc.nat(), output: fc.nat(), cacheRead: count, reasoning: count }), (counts) => {
        const usage = {
          ...none,
          ...counts,
          reasoning: counts.reasoning === undefined ? undefined : Math.min(counts.reasoning, counts.output),
        };
        expect(googleUsage({ usageMetadata: usageMetadata(usage) ?? null })).toEqual({ ...usage, raw: expect.anything() });
      }),
    );
  });
});
