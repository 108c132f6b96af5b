import fc from 'fast-check';

// JSON as text, spelled in every way the grammar allows: a serialiser would spell it in one.

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n', '   ');

/** Characters with their spellings; the first is what `JSON.stringify` writes. */
const spelled: readonly (readonly [char: string, ...spellings: string[]])[] = [
  ['a', 'a', '\\u0061'],
  ['Z', 'Z', '\\u005A', '\\u005a'],
  ['7', '7', '\\u0037'],
  ['/', '/', '\\/', '\\u002f', '\\u002F'],
  ['"', '\\"', '\\u0022'],
  ['\\', '\\\\', '\\u005c'],
  ['\n', '\\n', '\\u000a', '\\u000A'],
  ['\u0001', '\\u0001'],
  ['\u007f', '\u007f', '\\u007f'],
  ['é', 'é', '\\u00e9', '\\u00E9'],
  ['\u2028', '\u2028', '\\u2028'],
  ['漢', '漢', '\\u6f22'],
  ['🙂', '🙂', '\\ud83d\\ude42', '\\uD83D\\uDE42'],
  ['\ufeff', '\ufeff', '\\ufeff'],
  [' ', ' ', '\\u0020'],
  ['{', '{'],
  ['data:', 'data:'],
];

/** A string as it means and as it is written, quotes included. */
export interface StringText {
  readonly value: string;
  readonly text: string;
}

const character = fc
  .constantFrom(...spelled)
  .chain(([value, ...spellings]) => fc.constantFrom(...spellings).map((text): StringText => ({ value, text })));

export const stringText: fc.Arbitrary<StringText> = fc.array(character, { maxLength: 12 }).map(quoted);

/** A given word in any spelling. */
export function wordText(word: string): fc.Arbitrary<string> {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((escapes) => `"${[...word].map((char, index) => (escapes[index] ? escaped(char) : char)).join('')}"`);
}

function quoted(characters: readonly StringText[]): StringText {
  return { value: characters.map(({ value }) => value).join(''), text: `"${characters.map(({ text }) => text).join('')}"` };
}

const numberText = fc.constantFrom(
  ...['0', '-0', '1.0', '1.50', '1e5', '1E+5', '0.1e-7', '-0.0', '12345678901234567890', '9007199254740993', '3.141592653589793238462643'],
);

const scalarText = fc.oneof(
  numberText,
  fc.constantFrom('true', 'false', 'null'),
  stringText.map(({ text }) => text),
);

/** Keys whose order a JavaScript object would change, keys of its prototype, keys that need escapes. */
const keyText = fc.oneof(
  fc.constantFrom('10', '9', '2', '1', '0', '-1', 'constructor', 'toString', '__proto__', 'x_first', '').map((value) => ({
    value,
    text: JSON.stringify(value),
  })),
  stringText,
);

/** Members with keys that are different even when decoded. */
function membersText(value: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc
    .uniqueArray(fc.tuple(keyText, space, space, value, space), { maxLength: 4, selector: ([key]) => key.value })
    .map((members) => members.map(([key, before, after, text, end]) => `${key.text}${before}:${after}${text}${end}`));
}

/** Any JSON value, nested a few levels deep. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalarText,
    fc
      .tuple(space, fc.array(fc.tuple(space, tie('value'), space), { maxLength: 4 }))
      .map(([inner, elements]) => `[${inner}${elements.map((parts) => parts.join('')).join(',')}]`),
    fc.tuple(space, membersText(tie('value'))).map(([inner, members]) => `{${inner}${members.join(',')}}`),
  ),
})).value;

/** Space that may stand between any two tokens. */
export const spaceText: fc.Arbitrary<string> = space;
