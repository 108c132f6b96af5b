import { describe, expect, it } from 'vitest';
import { prices } from '../../../services/model-data/src/price-schema.ts';

// What it refuses is in the tests of the options, with the places and words that people see.
describe('the schema of own prices', () => {
  it.each([
    [{ input: 1 }],
    [[{ input: 1 }]],
    [[{ input: 1 }, { input: 2, from: '2026-10-01' }, { input: 3, from: '2026-10-01T12:00:00Z' }]],
    [{ input: 0, fees: {}, tiers: { scale: { input: 1 } }, steps: [] }],
  ])('takes %j', (given) => {
    expect(prices.safeParse(given).success).toBe(true);
  });

  it.each([[undefined], [null], [[]], [7], [{}], [{ input: 1, from: '' }], [[[{ input: 1 }]]]])('refuses %j', (given) => {
    expect(prices.safeParse(given).success).toBe(false);
  });
});
