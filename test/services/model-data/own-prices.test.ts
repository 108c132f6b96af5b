import { describe, expect, it } from 'vitest';
import { ownPrices, startOf } from '../../../services/model-data/src/own-prices.ts';

const at = (time: string): number => Date.parse(time);

describe('ownPrices', () => {
  it('without a date hold always', () => {
    const prices = ownPrices('openai/x', { input: 1 });
    expect(prices(0)).toBe(prices(at('2100-01-01')));
    expect(prices(0)?.table).toBe('own prices of openai/x, undated');
    expect(prices(0)?.tiers.get('standard')?.[0]?.list.tokens).toEqual({ input: 1_000_000_000n });
  });

  it('hold from their date to the next, in whatever order they are given', () => {
    const prices = ownPrices('x', [
      { input: 3, from: '2026-12-01T00:00:00+01:00' },
      { input: 2, from: '2026-10-01' },
    ]);
    expect(prices(at('2026-09-30T23:59:59.999Z'))).toBeUndefined();
    expect(prices(at('2026-10-01T00:00:00Z'))?.table).toBe('own prices of x from 2026-10-01');
    expect(prices(at('2026-11-30T22:59:59Z'))?.table).toBe('own prices of x from 2026-10-01');
    expect(prices(at('2026-11-30T23:00:00Z'))?.table).toBe('own prices of x from 2026-12-01T00:00:00+01:00');
    expect(prices(Number.NaN)).toBeUndefined();
  });

  it('have whole lists for longer inputs and other tiers, and the same fees in all', () => {
    const prices = ownPrices('x', {
      input: 2,
      output: 12,
      steps: [
        { above: 400, input: 8 },
        { above: 200, input: 4, output: 18 },
      ],
      tiers: { flex: { input: 1, steps: [{ above: 200, input: 2 }] } },
      fees: { webSearch: 10 },
    })(0);
    const shown = (tier: string) =>
      prices?.tiers.get(tier)?.map(({ above, list: { tokens, fees } }) => [above, Number(tokens.input), tokens.output, fees.webSearch]);
    expect(shown('standard')).toEqual([
      [-1, 2e9, 12_000_000_000n, 10_000_000_000_000n],
      [200, 4e9, 18_000_000_000n, 10_000_000_000_000n],
      [400, 8e9, undefined, 10_000_000_000_000n],
    ]);
    expect(shown('flex')).toEqual([
      [-1, 1e9, undefined, 10_000_000_000_000n],
      [200, 2e9, undefined, 10_000_000_000_000n],
    ]);
  });
});

describe('startOf', () => {
  it('is the beginning of the day in UTC, or the time', () => {
    expect(startOf({ input: 1, from: '2026-10-01' })).toBe(at('2026-10-01T00:00:00Z'));
    expect(startOf({ input: 1, from: '2026-10-01T00:00:00+02:00' })).toBe(at('2026-09-30T22:00:00Z'));
    expect(startOf({ input: 1 })).toBe(Number.NEGATIVE_INFINITY);
  });
});
