import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, syntaxErrorOffset } from '../../../core/src/json/syntax-error.ts';
import { growth } from './growth.ts';
import { documentText, garbage } from './texts.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('JsonSyntaxError', () => {
  it.each([
    ['', 1, 1],
    ['{"a":x}', 1, 6],
    ['{"a":1,}', 1, 8],
    ['[1,]', 1, 4],
    ['[1 2]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{a:1}', 1, 2],
    ['{"a":01}', 1, 7],
    ['{\n  "a": tru\n}', 2, 8],
    ['{"a":1}}', 1, 8],
    ['{"a":[1}', 1, 8],
    ['"position 3', 1, 12],
    ['"a\\x"', 1, 3],
    ['"a\\u12g4"', 1, 3],
    ['"a\nb"', 1, 3],
    ['\ufeff{}', 1, 1],
    ["{'a':1}", 1, 2],
  ])('of %j points at line %i, column %i', (text, line, column) => {
    expect(isJson(text)).toBe(false);
    expect(new JsonSyntaxError(text)).toMatchObject({ line, column, message: `not valid JSON at line ${line}, column ${column}` });
  });

  it('says nothing of the text', () => {
    expect(new JsonSyntaxError('{"secret": hunter2}').message).not.toMatch(/secret|hunter/);
  });
});

describe('syntaxErrorOffset', () => {
  it('is where the parser stopped too, when the parser says so', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        if (isJson(text)) return;
        const offset = syntaxErrorOffset(text);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(text.length);
        // What stands before the offset can go on to be JSON or is not at fault: the same error stays with any other ending.
        if (offset < text.length) expect(syntaxErrorOffset(text.slice(0, offset + 1))).toBeLessThanOrEqual(offset + 1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds nothing wrong with JSON', () => {
    fc.assert(
      fc.property(documentText, (text) => {
        expect(syntaxErrorOffset(text)).toBe(text.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds the first broken character of a text that was cut and goes on wrongly', () => {
    fc.assert(
      fc.property(documentText, fc.nat(), (text, at) => {
        const cut = at % (text.length + 1);
        const broken = `${text.slice(0, cut)}\u0001${text.slice(cut)}`;
        expect(syntaxErrorOffset(broken)).toBeLessThanOrEqual(cut);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['nesting', '['],
    ['a long string', '\\"'],
    ['numbers', '1,'],
  ])('is linear in %s', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const text = `["${unit.repeat(size)}", ${'[1,'.repeat(size)}`;
      return () => syntaxErrorOffset(text);
    }, 50_000);
    expect(ratio).toBeLessThan(3.2);
  });
});
