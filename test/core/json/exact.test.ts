import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../../../core/src/json/exact.ts';

const again = (text: string): string => JSON.stringify(parseExact(text));

describe('parseExact', () => {
  it.each(['', '{', '{"a":}', '01', 'NaN', '{"a":1,}'])('%j is no JSON', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });

  it('64 levels, and not one more: a body that held it would be refused', () => {
    const nested = (levels: number): string => `${'{"a":['.repeat(levels / 2)}${']}'.repeat(levels / 2)}`;
    expect(again(nested(64))).toBe(nested(64));
    expect(() => parseExact(nested(66))).toThrow(SyntaxError);
    expect(() => parseExact(`[${nested(64)}]`)).toThrow('64 levels');
    expect(again(`["${'['.repeat(100)}\\"{",[]${',[]'.repeat(100)}]`)).toBe(`["${'['.repeat(100)}\\"{",[]${',[]'.repeat(100)}]`);
  });

  it('a million levels cost no time', () => {
    const started = performance.now();
    expect(() => parseExact(`${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`)).toThrow(SyntaxError);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it.each(['1.0', '-0', '1e400', '1E5', '9007199254740993', '0.10', '123456789012345678901234567890', '1.7976931348623157e309'])(
    '%s keeps its digits',
    (number) => {
      expect(again(number)).toBe(number);
      expect(again(`{"a":[${number}]}`)).toBe(`{"a":[${number}]}`);
    },
  );

  it('what a double says just as well is a number like any other', () => {
    expect(parseExact('{"a":1,"b":[-1.5,1e+21],"c":"1.0","d":null,"e":true}')).toEqual({
      a: 1,
      b: [-1.5, 1e21],
      c: '1.0',
      d: null,
      e: true,
    });
  });

  it('a key of a prototype is a key like any other', () => {
    expect(again('{"__proto__":{"a":1.0},"constructor":2}')).toBe('{"__proto__":{"a":1.0},"constructor":2}');
    expect(Object.hasOwn(parseExact('{"__proto__":1}') as object, '__proto__')).toBe(true);
  });

  it('any document is written again as it would be without it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(again(text))).toEqual(JSON.parse(text));
      }),
    );
  });
});
