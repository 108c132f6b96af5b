import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../core/src/context.ts';
import { chargeOf, dollarsOf, tokensOf } from '../../../plugins/budget/src/charge.ts';

const usage = { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const end: AttemptEnd = { outcome: 'completed', sent: true, status: 200, error: undefined, durationMs: 1, usage };

describe('chargeOf', () => {
  it.each([
    ['a whole answer', {}, 'used'],
    ['one that reports its output alone', { usage: { ...usage, input: undefined } }, 'used'],
    ['one that reports nothing', { usage: undefined }, 'unknown'],
    ['a stream that broke off, whatever it had counted', { outcome: 'failed' as const }, 'unknown'],
    ['one whose client left', { outcome: 'aborted' as const, usage: undefined }, 'unknown'],
    ['one that never was answered', { outcome: 'failed' as const, status: undefined, usage: undefined }, 'unknown'],
    ['what its provider refused', { outcome: 'failed' as const, status: 429, usage: undefined }, 'free'],
    ['what never went out', { outcome: 'failed' as const, status: undefined, sent: false, usage: undefined }, 'free'],
    ['a target that was left out', { outcome: 'skipped' as const, status: undefined, usage: undefined }, 'free'],
  ])('of %s', (_what, other, kind) => {
    expect(chargeOf({ ...end, ...other }).kind).toBe(kind);
  });
});

describe('amounts', () => {
  it('are nothing where no price is known, and integers that stores count', () => {
    const figure = (nanoDollars: bigint | undefined) => ({ nanoDollars, table: 'x' });
    expect([dollarsOf(undefined), dollarsOf(figure(undefined)), dollarsOf(figure(12n)), dollarsOf(figure(2n ** 60n))]).toEqual([
      undefined,
      undefined,
      12,
      Number.MAX_SAFE_INTEGER,
    ]);
    expect([tokensOf(usage), tokensOf({ ...usage, input: undefined })]).toEqual([5, 2]);
  });
});
