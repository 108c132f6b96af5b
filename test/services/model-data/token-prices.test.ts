import type { Usage } from '@express-ai-gateway/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, type DollarPrices, tokenPrices } from '../../../services/model-data/src/token-prices.ts';

const nothing: Usage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
  raw: undefined,
};

function cost(prices: DollarPrices, usage: Partial<Usage>): bigint | undefined {
  return costOf(tokenPrices(prices), { ...nothing, ...usage });
}

/** Dollars per million tokens are thousands of nano-dollars per token. */
const haiku = { input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 };

describe('costOf', () => {
  it.each<[string, DollarPrices, Partial<Usage>]>([
    ['the input was not counted', haiku, { output: 10 }],
    ['the output was not counted', haiku, { input: 10 }],
    ['the input has no price', { output: 5 }, { input: 10, output: 10 }],
    ['the output has no price', { input: 1 }, { input: 10, output: 10 }],
    ['no prices are known', {}, { input: 10, output: 10 }],
    ['more was cached than put in', haiku, { input: 10, output: 1, cacheRead: 6, cacheWrite: 5 }],
    ['there was more reasoning than output', haiku, { input: 10, output: 1, reasoning: 2 }],
    ['a count is negative', haiku, { input: -1, output: 1 }],
    ['a part is negative', haiku, { input: 10, output: 1, cacheRead: -5 }],
    ['a count is no number', haiku, { input: Number.NaN, output: 1 }],
    ['a count is beyond what a number counts', haiku, { input: 2 ** 60, output: 1 }],
  ])('is unknown when %s', (_name, prices, usage) => {
    expect(cost(prices, usage)).toBeUndefined();
  });

  it('counts each kind of token at its price', () => {
    expect(cost(haiku, { input: 1000, cacheRead: 600, cacheWrite: 300, output: 10 })).toBe(100_000n + 60_000n + 375_000n + 50_000n);
    expect(cost({ ...haiku, reasoning: 7 }, { input: 0, output: 10, reasoning: 4 })).toBe(6n * 5000n + 4n * 7000n);
  });

  it('BerriAI/litellm#11364, #9812: cached tokens are not counted twice, and where they have no price cost what others do', () => {
    expect(cost({ input: 1, output: 5 }, { input: 1000, cacheRead: 600, cacheWrite: 300, output: 0 })).toBe(1_000_000n);
  });

  it('reasoning is a part of the output, not added to it', () => {
    expect(cost(haiku, { input: 0, output: 10, reasoning: 10 })).toBe(50_000n);
  });

  it('a free price is a price', () => {
    expect(cost({ input: 0, output: 0 }, { input: 10, output: 10 })).toBe(0n);
  });

  it('models without output need no count of it', () => {
    expect(cost({ input: 0.02 }, { input: 100 })).toBe(2000n);
    expect(cost({ input: 0.02 }, { input: 100, output: 0 })).toBe(2000n);
  });

  it('rounds up once, not for each kind of token', () => {
    expect(cost({ input: 0.0001, output: 0.0001 }, { input: 1, output: 1 })).toBe(1n); // 0.1 and 0.1 nano-dollars
    expect(cost({ input: 0.0001, output: 0.0001 }, { input: 10, output: 11 })).toBe(3n);
  });

  it('a fraction of a token, as estimates have, counts as begun', () => {
    expect(cost(haiku, { input: 1.25, output: 0 })).toBe(2000n);
  });

  it('the tier that the whole input reaches holds for all tokens, output included; the bound itself is below it', () => {
    const tiers = (base: number, ...above: [number, number][]) => ({ base, tiers: above.map(([start, price]) => ({ start, price })) });
    const prices = { input: tiers(2, [300, 8], [200, 4]), cacheRead: tiers(0.2, [200, 0.4]), output: tiers(12, [200, 18]) };
    expect(cost(prices, { input: 200, cacheRead: 100, output: 10 })).toBe(200_000n + 20_000n + 120_000n);
    expect(cost(prices, { input: 201, cacheRead: 100, output: 10 })).toBe(404_000n + 40_000n + 180_000n);
    expect(cost(prices, { input: 301, output: 10 })).toBe(2_408_000n + 180_000n);
  });

  const price = fc.integer({ min: 0, max: 1_000_000_000 }).map((nanos) => ({ nanos: BigInt(nanos), dollars: Number(`${nanos}e-9`) }));
  const count = fc.integer({ min: 0, max: 10_000_000 });

  it('property: is the exact sum, rounded up to a nano-dollar', () => {
    fc.assert(
      fc.property(fc.tuple(price, price, price, price, price), fc.tuple(count, count, count, count, count), (prices, counts) => {
        const [input, cacheRead, cacheWrite, output, reasoning] = prices;
        const [fresh, read, written, said, thought] = counts;
        const found = cost(
          {
            input: input.dollars,
            cacheRead: cacheRead.dollars,
            cacheWrite: cacheWrite.dollars,
            output: output.dollars,
            reasoning: reasoning.dollars,
          },
          { input: fresh + read + written, cacheRead: read, cacheWrite: written, output: said + thought, reasoning: thought },
        );
        const exact = prices.reduce((sum, { nanos }, index) => sum + nanos * BigInt(counts[index] ?? 0), 0n);
        expect(found).toBe((exact + 999_999n) / 1_000_000n);
      }),
    );
  });

  it('property: calls that are counted apart never cost less than counted together, and less than a nano-dollar more each', () => {
    fc.assert(
      fc.property(price, price, fc.array(fc.tuple(count, count), { minLength: 1, maxLength: 20 }), (input, output, calls) => {
        const prices = { input: input.dollars, output: output.dollars };
        const apart = calls.reduce((sum, [one, other]) => sum + (cost(prices, { input: one, output: other }) ?? 0n), 0n);
        const total = (at: 0 | 1): number => calls.reduce((sum, call) => sum + call[at], 0);
        const together = cost(prices, { input: total(0), output: total(1) }) ?? -1n;
        expect(apart >= together && apart - together < BigInt(calls.length)).toBe(true);
      }),
    );
  });

  it('property: throws for no usage and no prices, and is a sum of money or unknown', () => {
    const odd = fc.oneof(fc.constant(undefined), fc.integer(), fc.double(), fc.maxSafeInteger());
    const dollars = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined });
    const usages = fc.record({ input: odd, output: odd, cacheRead: odd, cacheWrite: odd, reasoning: odd });
    fc.assert(
      fc.property(
        fc.record({ input: dollars, output: dollars, cacheRead: dollars, cacheWrite: dollars, reasoning: dollars }),
        usages,
        (prices, usage) => {
          const found = cost(prices, usage);
          expect(found === undefined || found >= 0n).toBe(true);
        },
      ),
    );
  });
});
