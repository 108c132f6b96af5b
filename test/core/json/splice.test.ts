import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonDocument } from '../../../core/src/json/document.ts';
import { scanJson } from '../../../core/src/json/scan.ts';
import { type Edit, isEmptyEdit, splice, valueEnd } from '../../../core/src/json/splice.ts';
import { growth } from './growth.ts';
import { garbage, jsonText } from './texts.ts';

const put = (text: string): Edit => ({ replacement: { text } });
const inside = (...children: [string | number, Edit][]): Edit => ({ children: new Map(children) });
const spliced = (text: string, edit: Edit): string => splice(text, edit, scanJson(text));

describe('splice', () => {
  it('replaces members of the root by the places that the scan noted, and others by looking', () => {
    const text = '{ "a" : 1 , "b":{"c" : [true, 2.50]} }';
    expect(spliced(text, inside(['a', put('"x"')]))).toBe('{ "a" : "x" , "b":{"c" : [true, 2.50]} }');
    expect(spliced(text, inside(['b', inside(['c', inside([1, put('0')])])]))).toBe('{ "a" : 1 , "b":{"c" : [true, 0]} }');
    expect(spliced(text, inside(['b', inside(['c', put('[]')])], ['a', put('0')]))).toBe('{ "a" : 0 , "b":{"c" : []} }');
  });

  it('replaces the root, whatever it is', () => {
    expect(spliced(' 12 ', put('[]'))).toBe(' [] ');
    expect(spliced('\n{"a":{}}', put('1'))).toBe('\n1');
  });

  it('finds keys however they are written', () => {
    expect(spliced('[{"\\u0061":1,"\\"":2}]', inside([0, inside(['a', put('3')], ['"', put('4')])]))).toBe('[{"\\u0061":3,"\\"":4}]');
  });

  it('removes neighbours without leaving a comma, and appends after what is kept', () => {
    const text = '{"a":1, "b":2, "c":3, "d":4}';
    const keys = ['a', 'b', 'c', 'd'];
    for (let mask = 0; mask < 16; mask += 1) {
      const removed = keys.filter((_, index) => mask & (1 << index));
      const edit = inside(...removed.map((key): [string, Edit] => [key, { removed: true }]));
      const rest = Object.fromEntries(keys.flatMap((key, index) => (removed.includes(key) ? [] : [[key, index + 1]])));
      expect(JSON.parse(spliced(text, edit))).toEqual(rest);
      edit.insertions = [
        { key: 'e', value: { text: '5' } },
        { key: 'f"', value: { text: '[6]' } },
      ];
      expect(JSON.parse(spliced(text, edit))).toEqual({ ...rest, e: 5, 'f"': [6] });
      expect(JSON.parse(spliced(`[${text}]`, inside([0, edit])))).toEqual([{ ...rest, e: 5, 'f"': [6] }]);
    }
  });

  it('a removal outweighs edits of what is removed', () => {
    const edit = inside(
      ['a', { removed: true, replacement: { text: '2' } }],
      ['b', { removed: true, children: new Map([['c', put('3')]]) }],
    );
    expect(spliced('{"a":1,"b":{"c":1},"d":0}', edit)).toBe('{"d":0}');
  });

  it('writes a document in a string as a string', () => {
    const nested = { edited: true, toText: () => '{"x":"é\\"\n"}' };
    expect(spliced('["{}" ,1]', inside([0, { nested }]))).toBe(`[${JSON.stringify(nested.toText())} ,1]`);
    expect(spliced('["\\u007b}" ,1]', inside([0, { nested: { ...nested, edited: false } }], [1, put('2')]))).toBe('["\\u007b}" ,2]');
  });

  it.each([
    ['many edits', (size: number) => inside(...Array.from({ length: size }, (_, index): [number, Edit] => [index, put('"y"')]))],
    ['many removals', (size: number) => inside(...Array.from({ length: size }, (_, index): [number, Edit] => [index, { removed: true }]))],
    ['an edit at the end', (size: number) => inside([size - 1, put('0')])],
  ])('is linear in %s', { retry: 3 }, (_, make) => {
    const unbounded = { values: Number.POSITIVE_INFINITY };
    const ratio = growth((size) => {
      const text = `[${Array.from({ length: size }, (__, index) => `{"a":[${index}]}`).join(',')}]`;
      const edit = make(size);
      const scan = scanJson(text, unbounded);
      return () => splice(text, edit, scan);
    }, 10_000);
    expect(ratio).toBeLessThan(3.5);
  });

  it('is linear in how deep an edit is', { retry: 3 }, () => {
    const ratio = growth((size) => {
      const text = '[['.repeat(size) + '1'.repeat(1_000) + ']]'.repeat(size);
      const path = Array.from({ length: size * 2 }, () => 0);
      const document = new JsonDocument(text, { depth: size * 2 });
      document.replaceValue(path, '2');
      return () => {
        for (let round = 0; round < 50; round += 1) document.toText();
      };
    }, 120);
    expect(ratio).toBeLessThan(3.5);
  });
});

describe('isEmptyEdit', () => {
  it('is true of edits that change nothing', () => {
    const unedited = { edited: false, toText: () => '' };
    for (const edit of [{}, inside(), inside(['a', inside([0, {}])]), { insertions: [] }, { nested: unedited }])
      expect(isEmptyEdit(edit)).toBe(true);
  });

  it('is false of everything else, however deep', () => {
    const insertions = [{ key: 'k', value: { text: '1' } }];
    for (const edit of [put('1'), { removed: true }, { insertions }, { nested: { edited: true, toText: () => '' } }]) {
      expect(isEmptyEdit(edit)).toBe(false);
      expect(isEmptyEdit(inside(['a', {}], ['b', inside([0, edit])]))).toBe(false);
    }
  });
});

describe('valueEnd', () => {
  it('is behind the value, whatever follows', () => {
    fc.assert(
      fc.property(jsonText, fc.constantFrom('', ',', ' ', '\n', ']', '}', ' , "x"'), (text, rest) => {
        expect(valueEnd(`${text}${rest}`, 0)).toBe(text.length);
        expect(valueEnd(`[${text}${rest}`, 1)).toBe(text.length + 1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('ends within the text on anything', () => {
    fc.assert(
      fc.property(garbage, fc.nat(70), (text, start) => {
        const from = Math.min(start, text.length);
        const end = valueEnd(text, from);
        expect(end).toBeGreaterThanOrEqual(from);
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3_000 },
    );
  });
});
