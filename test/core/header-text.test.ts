import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeaderName, isHeaderValue } from '../../core/src/header-text.ts';

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** Texts of any characters, and of those that stand next to what a header may hold. */
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '_', ' ', '\t', '\r', '\n', '\0', '\x7f', '\x80', 'ÿ', 'Ā', ':', '"', '(') }),
);

describe('header names', () => {
  it.each(['x-a', 'X-A', 'a', '0', "!#$%&'*+-.^_`|~", '__proto__'])('%s is one', (name) => {
    expect(isHeaderName(name)).toBe(true);
  });

  it.each(['', ' ', 'a b', 'a:', ':a', 'a\r\n', 'a\n', '\ta', 'é', 'a(b)', '"a"', 'a/b', 'a,b', 'a;b', 'a=b', 'a@b', 'a\0', 'a{', 'a\\'])(
    '%j is none',
    (name) => {
      expect(isHeaderName(name)).toBe(false);
    },
  );

  it('are what Node takes for one', () => {
    fc.assert(
      fc.property(texts, (name) => {
        expect(isHeaderName(name)).toBe(passes(() => validateHeaderName(name)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('header values', () => {
  it.each(['', 'a', 'a b', '\ta', 'é', '~', '\x80ÿ', 'a'.repeat(100_000)])('%j is one', (value) => {
    expect(isHeaderValue(value)).toBe(true);
  });

  it.each(['a\r\nb: c', 'a\n', '\r', '\0', '\x7f', '\x1b', 'Ā', '\u2028', '😀', 5, null, undefined, ['a'], { toString: () => 'a' }])(
    '%j is none',
    (value) => {
      expect(isHeaderValue(value)).toBe(false);
    },
  );

  it('are the texts that Node takes for one', () => {
    fc.assert(
      fc.property(texts, (value) => {
        expect(isHeaderValue(value)).toBe(passes(() => validateHeaderValue('x', value)));
      }),
      { numRuns: 2_000 },
    );
  });
});
