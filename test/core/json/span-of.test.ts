import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topLevelKeySpan } from '../../../core/src/json/span-of.ts';
import { growth } from './growth.ts';
import { garbage, objectText } from './texts.ts';

function without(text: string, key: string): string {
  const span = topLevelKeySpan(text, key);
  return span === undefined ? text : text.slice(0, span.start) + text.slice(span.end);
}

describe('topLevelKeySpan', () => {
  it.each([
    ['{"usage":null}', '{}'],
    ['{"usage":null,"a":1}', '{"a":1}'],
    ['{"usage":null , "a":1}', '{"a":1}'],
    ['{"a":1,"usage":null}', '{"a":1}'],
    ['{"a":1 , "usage" : {"x":[1,"}"]} ,"b":2}', '{"a":1  ,"b":2}'],
    ['data: {"a":1,"usage":null}\n\n', 'data: {"a":1}\n\n'],
    ['{"us\\u0061ge":1,"a":2}', '{"a":2}'],
  ])('%s without it is %s', (text, expected) => {
    expect(without(text, 'usage')).toBe(expected);
  });

  it.each(['', 'no object', '{}', '{"a":{"usage":1}}', '{"a":"\\"usage\\":1"}', '[1]', '{"a":1', '{"a', '{"a":"usage"}'])(
    '%s has none',
    (text) => {
      expect(topLevelKeySpan(text, 'usage')).toBeUndefined();
    },
  );

  it('cuts any member out of any object, and nothing else', () => {
    fc.assert(
      fc.property(objectText, fc.nat(), (text, pick) => {
        const value = JSON.parse(text) as Record<string, unknown>;
        const keys = Object.keys(value);
        if (keys.length === 0) return;
        const key = keys[pick % keys.length] as string;
        const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
        expect(isDeepStrictEqual(JSON.parse(without(text, key)), rest)).toBe(true);
        expect(topLevelKeySpan(text, 'not there')).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays within the text on anything', () => {
    fc.assert(
      fc.property(garbage, fc.constantFrom('', 'a', '\\', 'u'), (text, key) => {
        const span = topLevelKeySpan(text, key);
        if (span === undefined) return;
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(['"a":1,', '"a":"",', '"a":[{}],', '"a":,', '"\\\\'])('is linear in many %s', { retry: 3 }, (unit) => {
    const ratio = growth((size) => {
      const text = `{${unit.repeat(size)}`;
      return () => topLevelKeySpan(text, 'z');
    }, 40_000);
    expect(ratio).toBeLessThan(3.2);
  });
});
