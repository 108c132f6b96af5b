import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialArguments } from '../../../../../core/src/dialects/google-generate-content/translate/partial-arguments.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';

const textOf = (pieces: JsonObject[], begun?: JsonValue) => {
  const partial = new PartialArguments(begun);
  for (const piece of pieces) partial.add(piece);
  return partial.toText();
};

describe('what is no argument', () => {
  it.each<[JsonObject]>([
    [{}],
    [{ jsonPath: 1, stringValue: 'x' }],
    [{ jsonPath: 'a', stringValue: 'x' }],
    [{ jsonPath: '$', stringValue: 'x' }],
    [{ jsonPath: '$.', stringValue: 'x' }],
    [{ jsonPath: '$..a', stringValue: 'x' }],
    [{ jsonPath: '$[*]', stringValue: 'x' }],
    [{ jsonPath: '$[0]', stringValue: 'x' }],
    [{ jsonPath: '$.a[5]', stringValue: 'x', willContinue: true }],
    [{ jsonPath: `$${'.a'.repeat(200)}`, stringValue: 'x' }],
  ])('%j is left out', (piece) => {
    expect(['{}', '{"a":[]}']).toContain(textOf([piece]));
  });

  it('a path through a value is left out', () => {
    expect(
      textOf([
        { jsonPath: '$.a', numberValue: 1 },
        { jsonPath: '$.a.b', numberValue: 2 },
        { jsonPath: '$.a[0]', numberValue: 3 },
      ]),
    ).toBe('{"a":1}');
  });

  it('a list does not grow by what a path says', () => {
    expect(
      textOf([
        { jsonPath: '$.a[0]', numberValue: 1 },
        { jsonPath: '$.a[4294967295]', numberValue: 2 },
      ]),
    ).toBe('{"a":[1]}');
  });

  it('what is nested too deep to be written is left out, and breaks nothing', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as JsonValue;
    expect(['{}', '']).toContain(textOf([], deep));
    expect(['{"b":1}', '']).toContain(textOf([{ jsonPath: '$.b', numberValue: 1 }], deep));
  });

  it('no name reaches a prototype', () => {
    expect(
      textOf([
        { jsonPath: '$.__proto__.polluted', stringValue: 'x' },
        { jsonPath: '$.constructor', numberValue: 1 },
      ]),
    ).toBe('{"__proto__":{"polluted":"x"},"constructor":1}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('PartialArguments', () => {
  it('joins the pieces of a text', () => {
    const pieces = [
      { jsonPath: '$.id', stringValue: 'A"', willContinue: true },
      { jsonPath: '$.id', stringValue: '\nB', willContinue: true },
      { jsonPath: '$.id', stringValue: '' },
      { jsonPath: '$.id' },
    ];
    expect(textOf(pieces)).toBe('{"id":"A\\"\\nB"}');
  });

  it('knows values, lists, objects and quoted names', () => {
    const pieces: JsonObject[] = [
      { json_path: '$.n', number_value: 1.5 },
      { jsonPath: '$.b', boolValue: false },
      { jsonPath: '$.z', nullValue: 'NULL_VALUE' },
      { jsonPath: '$.z2', nullValue: null },
      { jsonPath: '$.list[0].a', stringValue: 'x' },
      { jsonPath: '$.list[1].a', stringValue: 'y' },
      { jsonPath: '$.list[]' },
      { jsonPath: '$.empty[]' },
      { jsonPath: '$.none' },
      { jsonPath: "$['a b']['it\\'s']", numberValue: 1 },
      { jsonPath: '$["c.d"]', numberValue: 2 },
    ];
    expect(JSON.parse(textOf(pieces))).toEqual({
      n: 1.5,
      b: false,
      z: null,
      z2: null,
      list: [{ a: 'x' }, { a: 'y' }],
      empty: [],
      none: {},
      'a b': { "it's": 1 },
      'c.d': 2,
    });
  });

  it('what has yet to come is not there', () => {
    expect(textOf([{ jsonPath: '$.a', willContinue: true }])).toBe('{}');
    expect(textOf([{ jsonPath: '$.a[]', willContinue: true }])).toBe('{}');
  });

  it('goes on from what the call began with', () => {
    expect(textOf([{ jsonPath: '$.b', numberValue: 2 }], { a: 1 })).toBe('{"a":1,"b":2}');
    expect(textOf([], 'x')).toBe('{}');
  });

  it('any arguments come out as they were, whatever the pieces', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const args = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[\w ']{1,6}$/), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^\w{1,6}$/), args), fc.nat({ max: 5 }), (value, cut) => {
        const sent = JSON.parse(JSON.stringify(value)) as JsonObject;
        expect(JSON.parse(textOf([...piecesOf(sent, '$', cut)]))).toEqual(sent);
      }),
    );
  });
});

/** As Vertex streams a value: leaves with their paths, texts in pieces, ends of lists. */
function* piecesOf(value: JsonValue, path: string, cut: number): Generator<JsonObject> {
  if (typeof value === 'string') {
    yield { jsonPath: path, stringValue: value.slice(0, cut), willContinue: true };
    yield { jsonPath: path, stringValue: value.slice(cut) };
  } else if (typeof value === 'number') yield { jsonPath: path, numberValue: value };
  else if (typeof value === 'boolean') yield { jsonPath: path, boolValue: value };
  else if (value === null) yield { jsonPath: path, nullValue: 'NULL_VALUE' };
  else if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) yield* piecesOf(member as JsonValue, `${path}[${index}]`, cut);
    yield { jsonPath: `${path}[]` };
  } else {
    const members = Object.entries(value);
    if (members.length === 0 && path !== '$') yield { jsonPath: path };
    for (const [key, member] of members)
      yield* piecesOf(member as JsonValue, /^\w+$/.test(key) ? `${path}.${key}` : `${path}['${key.replaceAll("'", "\\'")}']`, cut);
  }
}
