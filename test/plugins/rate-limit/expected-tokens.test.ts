import { describe, expect, it } from 'vitest';
import type { Call } from '../../../core/src/model/call.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { expectedTokens, usedTokens } from '../../../plugins/rate-limit/src/expected-tokens.ts';

const call = (texts: readonly string[], maxOutputTokens?: number, more: object = {}): Call =>
  ({ texts: () => texts.map((text) => ({ text })), maxOutputTokens, byteLength: 0, ...more }) as unknown as Call;

const estimator = byteTokenEstimator();

describe('expectedTokens', () => {
  it('is the texts, and the longest answer that the call allows', () => {
    expect(expectedTokens(call(['x'.repeat(40), 'x'.repeat(4)], 7), estimator, 500)).toBe(18);
    expect(expectedTokens(call(['x'.repeat(40)]), estimator, 500)).toBe(510);
    expect(expectedTokens(call(['x'.repeat(40)], 0), estimator, 500)).toBe(10);
  });

  it('is one at least: a request that takes nothing would never be refused', () => {
    expect(expectedTokens(call([]), estimator, 0)).toBe(1);
  });

  it('is a whole number, whatever a team’s own estimator says: counters take no other', () => {
    expect(expectedTokens(call(['a', 'b'], 3), { ...estimator, estimate: () => 0.3 }, 0)).toBe(4);
  });

  it('of what is carried unread goes by its bytes, and looks at nothing', () => {
    const texts = (): never => {
      throw new Error('nobody reads it');
    };
    expect(expectedTokens(call([], undefined, { opaque: true, byteLength: 41, texts }), estimator, 5)).toBe(16);
  });
});

describe('usedTokens', () => {
  const used = (input: number | undefined, output: number | undefined): Usage =>
    ({ input, output, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined }) satisfies Usage;
  const attempt = (usage: Usage | undefined, status: number | undefined = 200, outcome = 'completed') => ({ usage, status, outcome });

  it('is the sum over all attempts', () => {
    expect(usedTokens([attempt(used(3, 4)), attempt(used(5, undefined))])).toBe(12);
    expect(usedTokens([])).toBe(0);
  });

  it('is nothing for attempts that were refused or never made', () => {
    expect(usedTokens([attempt(undefined, 429, 'failed'), attempt(undefined, undefined, 'skipped'), attempt(used(1, 1))])).toBe(2);
  });

  it('is unknown where one that may have used something reports nothing', () => {
    expect(usedTokens([attempt(used(1, 1)), attempt(undefined)])).toBeUndefined();
    expect(usedTokens([attempt(used(undefined, undefined), undefined, 'failed')])).toBeUndefined();
  });
});
