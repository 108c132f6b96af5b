import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextPlace } from '../../../core/src/dialects/dialect.ts';
import { stringPaths, textReferences } from '../../../core/src/dialects/texts.ts';
import { JsonDocument, JsonEditError } from '../../../core/src/json/document.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';

const place = (path: TextPlace['path'], text: string, jsonString = false): TextPlace => ({ scope: 'user', path, text, jsonString });

describe('stringPaths', () => {
  it('takes arrays of any length', () => {
    expect([...stringPaths(Array.from({ length: 200_000 }, () => 'x'))]).toHaveLength(200_000);
  });
});

describe('textReferences', () => {
  it('reads and replaces in the document it came from', () => {
    const document = new JsonDocument('{"a":"x", "b":["y"]}');
    const [a, b] = textReferences(document, [place(['a'], 'x'), place(['b', 0], 'y')]);
    expect([a?.text, b?.text, b?.path, b?.scope]).toEqual(['x', 'y', ['b', 0], 'user']);
    b?.replace('z');
    expect([b?.text, document.toText()]).toEqual(['z', '{"a":"x", "b":["z"]}']);
  });

  it('shows what others did to the text meanwhile', () => {
    const document = new JsonDocument('{"a":"x"}');
    const [mine] = textReferences(document, [place(['a'], 'x')]);
    document.replaceString(['a'], 'theirs');
    expect(mine?.text).toBe('theirs');
  });

  it('leaves out what was removed, and refuses to replace what is removed later', () => {
    const document = new JsonDocument('{"a":{"t":"x"},"b":"y"}');
    const [a] = textReferences(document, [place(['a', 't'], 'x')]);
    document.removeKey(['a']);
    expect(textReferences(document, [place(['a', 't'], 'x'), place(['b'], 'y')]).map(({ text }) => text)).toEqual(['y']);
    expect(() => a?.replace('z')).toThrow(JsonEditError);
  });

  it('goes into JSON in a string, its paths going on after it', () => {
    const document = new JsonDocument('{"args":"{\\"city\\":\\"Rome\\",\\"n\\":[1,\\"two\\"]}"}');
    const references = textReferences(document, [place(['args'], '', true)]);
    expect(references.map(({ path, text }) => [path, text])).toEqual([
      [['args', 'city'], 'Rome'],
      [['args', 'n', 1], 'two'],
    ]);
    references[0]?.replace('"Oslo"');
    expect(document.toText()).toBe(`{"args":${JSON.stringify('{"city":"\\"Oslo\\"","n":[1,"two"]}')}}`);
  });

  it.each(['call 555', '', '42', 'true', '{"a":'])('%j: what is no JSON, or no more than a word of it, is a text', (text) => {
    const document = new JsonDocument(JSON.stringify({ args: text }));
    const [reference] = textReferences(document, [place(['args'], text, true)]);
    expect(reference?.text).toBe(text);
    reference?.replace('new');
    expect(document.toText()).toBe('{"args":"new"}');
  });
});

describe('stringPaths', () => {
  it('are those of all strings, in the order of the document', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const expected: unknown[] = [];
        JSON.stringify(value, (_, member: unknown) => {
          if (typeof member === 'string') expected.push(member);
          return member;
        });
        const found = [...stringPaths(value as JsonValue)].map((path) =>
          path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value),
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not overflow on deep values', () => {
    let value: JsonValue = 'x';
    for (let depth = 0; depth < 512; depth += 1) value = depth % 2 ? [value] : { a: value };
    expect([...stringPaths(value)]).toHaveLength(1);
  });
});
