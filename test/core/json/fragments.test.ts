import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonStringStream } from '../../../core/src/json/fragments.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { growth } from './growth.ts';
import { garbage, jsonText, objectText } from './texts.ts';

interface Editor {
  push(piece: string): string;
  end(): string;
}

const same = (): Editor => ({ push: (piece) => piece, end: () => '' });
const mask = (): Editor => ({ push: (piece) => piece.replaceAll(/\d/g, '#'), end: () => '' });

/** Holds every run of digits until it is over, then writes how long it was: what it gives back depends on what follows. */
function countDigits(): Editor {
  let held = '';
  const flush = (): string => {
    const out = held === '' ? '' : `<${held.length}">`;
    held = '';
    return out;
  };
  return {
    push(piece) {
      let out = '';
      for (const unit of piece.split('')) {
        if (/\d/.test(unit)) held += unit;
        else out += flush() + unit;
      }
      return out;
    },
    end: flush,
  };
}

const all =
  (edit: (text: string) => string): (() => Editor) =>
  () => {
    let held = '';
    return {
      push: (piece) => {
        held += piece;
        return '';
      },
      end: () => edit(held),
    };
  };

function run(pieces: readonly string[], make: () => Editor): string {
  const stream = new JsonStringStream(make);
  return pieces.map((piece) => stream.push(piece)).join('') + stream.end();
}

function expectAnySplit(text: string, make: () => Editor): string {
  const whole = run([text], make);
  for (let at = 0; at <= text.length; at += 1) expect(run([text.slice(0, at), text.slice(at)], make)).toBe(whole);
  expect(run(text.split(''), make)).toBe(whole);
  return whole;
}

function edited(value: JsonValue, edit: (text: string) => string): JsonValue {
  if (typeof value === 'string') return edit(value);
  if (Array.isArray(value)) return value.map((member: JsonValue) => edited(member, edit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, edited(member, edit)]));
}

const container = fc.oneof(
  objectText,
  jsonText.map((text) => `[${text}]`),
);

describe('JsonStringStream', () => {
  it('edits string values; keys, numbers and structure pass', () => {
    const text = '{"1":"a1", "b":[12,"3",{"4":"\\u0035"}], "c":true}';
    expect(run([text], mask)).toBe('{"1":"a#", "b":[12,"#",{"4":"#"}], "c":true}');
  });

  it('leaves text that is not changed as it was written', () => {
    const text = '{ "k\\u0031" : "\\u0041\\/\\n \\ud83d\\ude00é" ,"e":""}';
    expect(expectAnySplit(text, same)).toBe(text);
    expect(expectAnySplit(text, mask)).toBe(text);
  });

  it('gives each value an editor of its own, ended at its closing quote', () => {
    expect(run(['["12","3a4","", "5"]'], countDigits)).toBe('["<2\\">","<1\\">a<1\\">","", "<1\\">"]');
  });

  it('escapes what an editor writes', () => {
    expect(JSON.parse(run(['{"a":"x"}'], () => ({ push: () => '"\\\n\u0001\ud83d\ude00', end: () => '}' })))).toEqual({
      a: '"\\\n\u0001😀}',
    });
  });

  it('hands both halves of a character over together, however it is escaped', () => {
    const seen: string[] = [];
    const spy = (): Editor => ({
      push(piece) {
        seen.push(piece);
        return piece;
      },
      end: () => '',
    });
    run(['["\\ud8', '3d', '\\u', 'de00"]'], spy);
    expect(seen).toEqual(['😀']);
  });

  it('what is held comes out before an escape that was cut off', () => {
    expect(run(['{"a":"12\\u00'], countDigits)).toBe('{"a":"<2\\">\\u00');
    expect(run(['{"a":"12\\'], countDigits)).toBe('{"a":"<2\\">\\');
    expect(run(['{"a":"1\\ud83d'], countDigits)).toBe('{"a":"<1\\">\ud83d');
    expect(run(['{"a":"x\\ud83d'], countDigits)).toBe('{"a":"x\\ud83d');
  });

  it.each(['call 555-1234', '  5 and 6', 'true 1', "{'a"])('%s: what does not begin like JSON is edited as text', (text) => {
    const whole = expectAnySplit(text, mask);
    if (!text.startsWith('{')) expect(whole).toBe(text.replaceAll(/\d/g, '#'));
  });

  it('text is not escaped, and its end comes out', () => {
    expect(run(['say "', '12'], countDigits)).toBe('say "<2">');
  });

  it('refuses nesting without end', () => {
    expect(() => run(['['.repeat(10_001)], same)).toThrow(RangeError);
    expect(run([`${'['.repeat(10_000)}"1"`], mask)).toBe(`${'['.repeat(10_000)}"#"`);
  });

  it('is the same at every split: all two-way ones, and one unit at a time', () => {
    fc.assert(
      fc.property(container, fc.constantFrom(same, mask, countDigits), (text, make) => {
        expectAnySplit(text, make);
      }),
      { numRuns: 1_500 },
    );
  });

  it('is the same at any split of anything', () => {
    fc.assert(
      fc.property(garbage, fc.constantFrom(same, mask, countDigits), (text, make) => {
        expectAnySplit(text, make);
      }),
      { numRuns: 1_500 },
    );
  });

  it('passes anything unchanged when its editors change nothing', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        expect(run(text.split(''), same)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives what editing the strings of the parsed whole gives', () => {
    const edits: readonly ((text: string) => string)[] = [(text) => text.replaceAll(/\d/g, '#'), (text) => `"${text}\\`, () => ''];
    fc.assert(
      fc.property(container, fc.constantFrom(...edits), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (text, edit, sizes) => {
        const pieces: string[] = [];
        for (let at = 0; at < text.length; at += (pieces.at(-1) as string).length)
          pieces.push(text.slice(at, at + (sizes.next().value as number)));
        expect(isDeepStrictEqual(JSON.parse(run(pieces, all(edit))), edited(JSON.parse(text) as JsonValue, edit))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['one long string', '\\u0041x\\n'],
    ['many strings', '","'],
    ['much structure', '",[],"'],
  ])('is linear in %s, one unit at a time', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const pieces = `["${unit.repeat(size)}"]`.split('');
      return () => run(pieces, mask);
    }, 5_000);
    expect(ratio).toBeLessThan(3.2);
  });
});
