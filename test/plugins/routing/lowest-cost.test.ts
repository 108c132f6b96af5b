import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../core/src/model/target.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { lowestCost } from '../../../plugins/routing/src/lowest-cost.ts';
import { type CallParts, type FakeContext, routed, targetsOf } from './context.ts';

/** Prices by target: input and output per token. */
function book(prices: Readonly<Record<string, readonly [number, number] | undefined>>, asked: Usage[] = []): { prices: object } {
  return {
    prices: {
      table: 'test prices',
      cost: ({ id }: Target, usage: Usage) => {
        asked.push(usage);
        const price = prices[id];
        return price && BigInt((usage.input ?? 0) * price[0] + (usage.output ?? 0) * price[1]);
      },
    },
  };
}

function route(prices: Parameters<typeof book>[0], call: CallParts = {}, options = {}): FakeContext {
  return routed(lowestCost(options), { targets: targetsOf(...Object.keys(prices)), call }, book(prices));
}

describe('lowestCost', () => {
  it('never takes an unknown price for a free model: it comes last', () => {
    const context = route({ 'unknown/m': undefined, 'dear/m': [100, 100], 'free/m': [0, 0], 'also-unknown/m': undefined });
    expect(context.order).toEqual(['free/m', 'dear/m', 'unknown/m', 'also-unknown/m']);
    expect(context.reasons[0]?.note).toBe('free/m costs least by test prices; without a known price, so last: unknown/m, also-unknown/m');
  });

  it('weighs input against output: which is cheaper hangs on the call', () => {
    const prices = { 'reads-dear/m': [10, 1], 'writes-dear/m': [1, 10] } as const;
    expect(route(prices, { texts: ['x'.repeat(40_000)] }).order[0]).toBe('writes-dear/m');
    expect(route(prices, { texts: ['short'] }).order[0]).toBe('reads-dear/m');
    expect(route(prices, { texts: ['x'.repeat(400)], maxOutputTokens: 5 }).order[0]).toBe('writes-dear/m');
  });

  it('expects no output of embeddings, whose models have no price for it', () => {
    const asked: Usage[] = [];
    routed(lowestCost(), { call: { dialect: 'openai-embeddings', texts: ['12345678'] } }, book({}, asked));
    expect(asked[0]).toMatchObject({ input: 2, output: 0, cacheRead: undefined });
  });

  it('keeps the order where no price is known, and among equals', () => {
    expect(route({ 'b/m': undefined, 'a/m': undefined }).order).toEqual(['b/m', 'a/m']);
    expect(route({ 'b/m': [1, 1], 'a/m': [1, 1] }).order).toEqual(['b/m', 'a/m']);
  });

  it('sorts by cost whatever the prices, loses nobody, and has the unknown behind the known', () => {
    const price = fc.option(fc.tuple(fc.nat(1e6), fc.nat(1e6)), { nil: undefined });
    fc.assert(
      fc.property(fc.array(price, { minLength: 2, maxLength: 8 }), (list) => {
        const prices = Object.fromEntries(list.map((one, index) => [`p${index}/m`, one]));
        const { order, reasons } = route(prices, { texts: ['x'.repeat(400)] });
        expect([...order].sort()).toEqual(Object.keys(prices).sort());
        const costs = order.map((id) => reasons[0]?.scores?.[id]);
        const known = costs.filter((cost) => cost !== undefined);
        expect(costs.slice(known.length).every((cost) => cost === undefined)).toBe(true);
        expect(known).toEqual([...known].sort((a, b) => a - b));
      }),
    );
  });
});
