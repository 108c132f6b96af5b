import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson, JsonShape, JsonShapes } from '../../../core/src/json/shapes.ts';
import { growth, milliseconds } from './growth.ts';
import { garbage, jsonText, stringText } from './texts.ts';

/** Shapes that know those of the given texts. */
function knowing(...texts: readonly string[]): JsonShapes {
  const shapes = new JsonShapes('\\n\\n');
  for (const text of texts) for (let time = 0; time < 8; time += 1) shapes.learn(text);
  return shapes;
}

function knows(shapes: JsonShapes, text: string): boolean {
  return shapes.find(text, 0, text.length) !== undefined;
}

const delta = '{"id":"a","created":1764000000,"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}],"usage":null}';

/** What a text becomes in transit, or in the hands of a server that is no good at JSON. */
function mutated(text: string): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '"',
    '\\',
    '\\u12',
    '\u0000',
    '\n',
    '\t',
    '0',
    '-',
    '.',
    'e',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    'null',
    'é',
    '',
  );
  return fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(4), piece), { minLength: 1, maxLength: 3 })
    .map((edits) => edits.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), text));
}

describe('JsonShapes', () => {
  it('never takes what JSON.parse refuses: random documents and texts, each against the shape of another', () => {
    fc.assert(
      fc.property(jsonText, fc.oneof(jsonText, garbage), (taught, asked) => {
        const shapes = knowing(taught);
        if (knows(shapes, asked)) expect(isJson(asked)).toBe(true);
        expect(knows(shapes, taught)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never takes what JSON.parse refuses: documents with a few characters changed', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(jsonText, fc.constant(delta)).chain((text) => fc.tuple(fc.constant(text), mutated(text))),
        ([text, changed]) => {
          if (!knows(knowing(text), changed)) return;
          taken += 1;
          expect(isJson(changed)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(20); // or nothing was tested
  });

  it('takes a text whose strings and numbers alone are others, as bytes of UTF-8 too', () => {
    const shapes = knowing(delta);
    fc.assert(
      fc.property(stringText, stringText, fc.double({ noNaN: true, noDefaultInfinity: true }), (id, content, created) => {
        const text = `{"id":${id},"created":${JSON.stringify(created)},"choices":[{"index":0,"delta":{"content":${content}},"finish_reason":null}],"usage":null}`;
        const latin1 = Buffer.from(text).toString('latin1');
        expect([knows(shapes, text), knows(shapes, latin1)]).toEqual([true, true]);
      }),
    );
  });

  it.each([
    ['a number with a leading zero', delta.replace('1764000000', '01')],
    ['a number without digits', delta.replace('1764000000', '-')],
    ['a number that ends in its middle', delta.replace('1764000000', '1.')],
    ['a control character in a string', delta.replace('hi', 'h\ti')],
    ['an escape that is none', delta.replace('hi', '\\x')],
    ['half an escape', delta.replace('hi', '\\u12g4')],
    ['a string that ends early', delta.replace('hi', 'h"i')],
    ['an escaped end', delta.replace('hi', 'hi\\')],
    ['something behind it', `${delta}}`],
    ['its beginning alone', delta.slice(0, 60)],
    ['another key', delta.replace('"created"', '"made"')],
    ['a string for a null', delta.replace('null', '"stop"')],
  ])('does not know %s', (_what, text) => {
    expect(knows(knowing(delta), text)).toBe(false);
  });

  it('looks at texts that follow each other in one go, as far as they are alike', () => {
    const other = delta.replace('hi', 'é\\n');
    const text = `${delta}\n\n${other}\n\n${delta.slice(0, -1)}\n\n${delta}`;
    const shapes = knowing(delta);
    const alike = delta.length + 2 + other.length;
    for (const end of [delta.length, alike]) expect(shapes.find(text, 0, end)?.end).toBe(alike);
    expect(shapes.find(text, delta.length + 2, alike)?.end).toBe(alike);
    expect(shapes.find(text, 0, alike + 1)).toBeUndefined();
    expect(shapes.find(text, 1, delta.length)).toBeUndefined();
    expect(shapes.find(`${delta}\n${delta}`, 0, delta.length)?.end).toBe(delta.length);
  });

  it('learns nothing of what is not JSON, and makes a pattern of what came eight times', () => {
    const shapes = new JsonShapes('\\n\\n');
    for (let time = 0; time < 20; time += 1) expect(shapes.learn(delta.slice(0, -1))).toBe(false);
    expect(knows(shapes, delta.slice(0, -1))).toBe(false);
    for (let time = 0; time < 7; time += 1) expect(shapes.learn(delta.replace('hi', `${time}`))).toBe(true);
    expect(knows(shapes, delta)).toBe(false);
    shapes.learn(delta);
    expect(knows(shapes, delta)).toBe(true);
  });

  it('keeps 32 shapes, those that were found last', () => {
    const text = (index: number): string => `{"k${index}":1}`;
    const shapes = knowing(...Array.from({ length: 32 }, (_, index) => text(index)));
    expect(knows(shapes, text(0))).toBe(true);
    for (let time = 0; time < 8; time += 1) shapes.learn(text(32));
    expect([0, 1, 2, 32].map((index) => knows(shapes, text(index)))).toEqual([true, false, true, true]);
  });

  it('forgets shapes that came too seldom, the oldest first', () => {
    const shapes = new JsonShapes('\\n\\n');
    for (let time = 0; time < 7; time += 1) shapes.learn(delta);
    for (let other = 0; other < 64; other += 1) shapes.learn(`{"k${other}":1}`);
    shapes.learn(delta);
    expect(knows(shapes, delta)).toBe(false);
  });

  it.each([
    ['a text of more than 4,096 characters', `{"a":"${'x'.repeat(4_096)}"}`],
    ['more than 64 strings and numbers', JSON.stringify(Array.from({ length: 65 }, () => 1))],
  ])('makes no pattern of %s', (_what, text) => {
    const shapes = new JsonShapes('\\n\\n');
    for (let time = 0; time < 20; time += 1) expect(shapes.learn(text)).toBe(true);
    expect(knows(shapes, text)).toBe(false);
  });

  it('reads no pattern out of what keys say', () => {
    const odd = '{"a.b*c$&|(d)[e]{2}/^+?\\\\":"$1","":0}';
    const shapes = knowing(odd);
    expect(knows(shapes, odd.replace('$1', 'x'))).toBe(true);
    expect(knows(shapes, odd.replace('a.b', 'axb'))).toBe(false);
  });
});

describe('JsonShape on hostile texts', () => {
  const shape = new JsonShape('{"a":\u0000,"n":\u0001,"b":\u0000,"c":\u0000}', '\\n\\n');
  const hostile: [string, (size: number) => string][] = [
    ['a string without an end', (size) => `{"a":"${'x'.repeat(size)}`],
    ['escapes without an end', (size) => `{"a":"${'\\\\'.repeat(size / 2)}`],
    ['escapes and others in turn, then a bad one', (size) => `{"a":"${'x\\n'.repeat(size / 3)}\\q"`],
    ['unicode escapes, then a bad one', (size) => `{"a":"${'\\u0041'.repeat(size / 6)}\\u00g0"`],
    ['a number without an end', (size) => `{"a":"","n":${'1'.repeat(size)}`],
    ['a number with every part', (size) => `{"a":"","n":-1${'0'.repeat(size / 3)}.${'0'.repeat(size / 3)}e+${'0'.repeat(size / 3)}x`],
    ['texts in a row, the last of them broken', (size) => `${'{"a":"\\n","n":1,"b":"","c":""}\n\n'.repeat(size / 32)}{"a":`],
    [
      'three long strings, then the wrong end',
      (size) => {
        const long = `"${'x\\"'.repeat(size / 9)}"`;
        return `{"a":${long},"n":0,"b":${long},"c":${long}]`;
      },
    ],
  ];

  it.each(hostile)('takes 1 MB of %s in time that grows with its length', (_what, make) => {
    const once = (size: number) => {
      const text = make(size);
      return () => {
        if (shape.reaches(text, 0, text.length)) throw new Error('It took what is not JSON.');
      };
    };
    once(1_000)();
    const megabyte = once(1_000_000);
    expect(Math.min(...Array.from({ length: 5 }, () => milliseconds(megabyte)))).toBeLessThan(50);
    expect(growth(once, 250_000)).toBeLessThan(3);
  });
});
