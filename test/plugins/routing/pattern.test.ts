import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, matches, placeIn } from '../../../plugins/routing/src/pattern.ts';

describe('matches', () => {
  it.each([
    ['openai/gpt-5', 'openai/gpt-5', true],
    ['openai/gpt-5', 'openai/gpt-5-mini', false],
    ['openai/*', 'openai/gpt-5', true],
    ['openai/*', 'openai-eu/gpt-5', false],
    ['*-mini', 'openai/gpt-5-mini', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', '', true],
    ['a.c', 'abc', false],
  ])('%s, %s: %s', (pattern, name, expected) => expect(matches(pattern, name)).toBe(expected));

  it('agrees with what a star means, for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (head, middle, tail) => {
        fc.pre(!head.includes('*') && !tail.includes('*'));
        expect(matches(`${head}*${tail}`, head + middle + tail)).toBe(true);
      }),
    );
  });
});

describe('placeIn', () => {
  it('is the first pattern that fits, or -1', () => {
    expect(placeIn(['b/*', 'a/x', 'a/*'], 'a/x')).toBe(1);
    expect(placeIn(['b/*'], 'a/x')).toBe(-1);
  });
});

describe('fits', () => {
  it('takes every name without a list', () => {
    expect(fits(undefined, 'x')).toBe(true);
    expect(fits([], 'x')).toBe(false);
    expect(fits(['x'], 'x')).toBe(true);
  });
});
