import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { starPatterns } from '../../core/src/star-patterns.ts';

describe('starPatterns', () => {
  it.each([
    [['chat'], 'chat', true],
    [['chat'], 'chats', false],
    [['chat*'], 'chat', true],
    [['*'], '', true],
    [['a*c'], 'abbc', true],
    [['a*c'], 'ac', true],
    [['a*a'], 'a', false],
    [['*b*'], 'abc', true],
    [['a*b*c'], 'a-c-b', false],
    [['x', 'a**c'], 'abc', true],
    [['.*'], 'abc', false],
    [[], '', false],
  ])('%o and %s: %s', (patterns, text, expected) => {
    expect(starPatterns(patterns)(text)).toBe(expected);
  });

  it('means what the same pattern means as a regular expression', () => {
    const part = fc.stringMatching(/^[ab*.]{0,6}$/);
    const text = fc.stringMatching(/^[ab.]{0,8}$/);
    fc.assert(
      fc.property(part, text, (pattern, name) => {
        const source = pattern.replace(/[.]/g, '\\.').replace(/\*/g, '.*');
        expect(starPatterns([pattern])(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is linear: a pattern of many stars does not try every way', () => {
    const test = starPatterns([`${'a*'.repeat(50)}b`]);
    const started = performance.now();
    expect(test('a'.repeat(10_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });
});
