import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilDivide, nanoDollars } from '../../../services/model-data/src/nano-dollars.ts';

describe('nanoDollars', () => {
  it.each([
    [0, 0n],
    [0.135, 135_000_000n], // × 1e9 is 135000000.00000003 for some that follow
    [0.55, 550_000_000n],
    [1.1, 1_100_000_000n],
    [0.01875, 18_750_000n],
    [1e-9, 1n],
    [1e-10, 1n],
    [0.08333333333333334, 83_333_334n],
    [1e6, 1_000_000_000_000_000n],
    [1e21, 10n ** 30n],
    [5e-324, 1n],
  ])('%d dollars are %s', (dollars, nanos) => {
    expect(nanoDollars(dollars)).toBe(nanos);
  });

  it('is exact for any whole number of nano-dollars that a number can write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000_000 }), (nanos) => {
        expect(nanoDollars(Number(`${nanos}e-9`))).toBe(BigInt(nanos));
      }),
    );
  });

  it('never makes a price smaller, and larger by less than one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e5, noNaN: true, noDefaultInfinity: true }), (dollars) => {
        const nanos = nanoDollars(dollars);
        // 30 digits after the point are more than a double has.
        const exact = dollars < 1e-20 ? 0n : BigInt(dollars.toFixed(30).replace('.', ''));
        expect(nanos * 10n ** 21n + 10n ** 16n >= exact).toBe(true);
        expect((nanos - 1n) * 10n ** 21n <= exact + 10n ** 16n).toBe(true);
      }),
    );
  });
});

describe('ceilDivide', () => {
  it('is the smallest whole number that is enough', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 12n }), (value, by) => {
        const result = ceilDivide(value, by);
        expect(result * by >= value && (result - 1n) * by < value).toBe(true);
      }),
    );
  });
});
