import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodies } from './bodies.ts';
import { canonical, JsonRefusal, member, readJson } from './reference-json.ts';

const wide = { depth: 100, keys: 1_000_000 };

function accepts(text: string, bounds = wide): boolean {
  return refusalOf(text, bounds) === undefined;
}

function refusalOf(text: string, bounds = wide): string | undefined {
  try {
    readJson(text, bounds);
    return undefined;
  } catch (error) {
    if (error instanceof JsonRefusal) return error.message;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the reference parser', () => {
  it.each([
    '{}',
    '[]',
    ' null ',
    '-0',
    '1E+2',
    '0.10',
    '"\\u00e9\\/"',
    '"\\ud83d\\ude00"',
    '"a\u007fb\u0085"',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '[\t1\r\n, 2 ]',
  ])('takes %s', (text) => {
    expect(accepts(text)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' ',
      '{',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      "'a'",
      '01',
      '1.',
      '.5',
      '+1',
      'NaN',
      '"\\x"',
      '"\\u12"',
      '"a\nb"',
      '"',
      '{}{}',
      '\ufeff{}',
      '\u00a01',
      'nul',
    ],
    ...['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[[{"k":0,"k":0}]]', '"\\ud83d"', '"\\ude00\\ud83d"', '{"\\ud800":1}'],
  ])('refuses %j', (text) => {
    expect(accepts(text)).toBe(false);
  });

  it('holds its bounds, and not one less', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect([accepts(nested(5), { depth: 5, keys: 9 }), accepts(nested(6), { depth: 5, keys: 9 })]).toEqual([true, false]);
    const members = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join()}}`;
    expect([accepts(members(3), { depth: 5, keys: 3 }), accepts(members(4), { depth: 5, keys: 3 })]).toEqual([true, false]);
  });

  it('keeps digits and order where JavaScript would not, and one way of writing strings', () => {
    expect(canonical(readJson('{"2":1.0,"1":12345678901234567890,"s":"\\u0041\\/"}', wide))).toBe(
      '{"2":1.0,"1":12345678901234567890,"s":"A/"}',
    );
    expect(member(readJson('{"a":1,"__proto__":2}', wide), '__proto__')).toEqual({ type: 'number', text: '2' });
    expect(member(readJson('[]', wide), 'a')).toBeUndefined();
  });

  it('never takes what JSON.parse does not, and takes all of it but repeated keys, halves of pairs and what is too deep', () => {
    fc.assert(
      fc.property(fc.oneof(bodies('chat'), bodies('embeddings')), ({ bytes }) => {
        fc.pre(isUtf8(bytes) && bytes.length < 20_000);
        const text = bytes.toString();
        const refusal = refusalOf(text);
        if (refusal === undefined) expect(parses(text)).toBe(true);
        else if (parses(text)) expect(refusal).toMatch(/^the key .* twice|^half of a surrogate pair|^too deep/s);
      }),
      { numRuns: 3_000 },
    );
  });
});
