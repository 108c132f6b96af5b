import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joined, unitHash } from '../../../plugins/routing/src/unit-hash.ts';

describe('unitHash', () => {
  it('is the same in every process and release: sessions and experiments hang on it', () => {
    expect(unitHash('alice')).toBeCloseTo(0x2bd806c97f0e / 2 ** 48, 12);
  });

  it('lies above 0 and below 1 for any text, so that its logarithm is a number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = unitHash(text);
        expect(value > 0 && value < 1).toBe(true);
      }),
    );
  });

  it('is spread evenly: no tenth has a share beyond chance', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 20_000; index += 1) tenths[Math.floor(unitHash(`user-${index}`) * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(5 * Math.sqrt(2_000));
  });
});

describe('joined', () => {
  it('tells parts apart however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        expect(joined(...one) === joined(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    expect(joined('ab', 'c')).not.toBe(joined('a', 'bc'));
    expect(joined('a","b')).not.toBe(joined('a', 'b'));
  });
});
