import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';

const { estimate, upperBound } = byteTokenEstimator();

describe('byteTokenEstimator', () => {
  it('no text has no tokens', () => {
    expect(estimate('')).toBe(0);
    expect(upperBound('')).toBe(0);
  });

  it('guesses four bytes to a token, and any text has at least one', () => {
    expect(estimate('x')).toBe(1);
    expect(estimate('abcd')).toBe(1);
    expect(estimate('abcde')).toBe(2);
    expect(estimate('a'.repeat(4_000))).toBe(1_000);
  });

  it.each([
    ['abc', 3],
    ['é', 2],
    ['漢字', 6],
    ['👩‍👩‍👧', 18],
    ['\ud800', 3], // half a pair is sent as the replacement character
  ])('bounds %j by its bytes in UTF-8: %i', (text, bytes) => {
    expect(upperBound(text)).toBe(bytes);
  });

  it('the bound holds for any tokenizer of whole bytes: no split of a text has more tokens than it has bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bound = upperBound(text);
        expect(bound).toBeGreaterThanOrEqual([...text].length);
        expect(bound).toBeGreaterThanOrEqual(estimate(text));
        expect(Number.isSafeInteger(bound)).toBe(true);
      }),
    );
  });

  it('texts counted apart are never bounded lower than together', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(upperBound(one) + upperBound(other)).toBeGreaterThanOrEqual(upperBound(one + other));
      }),
    );
  });
});
