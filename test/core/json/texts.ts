import fc from 'fast-check';

// JSON texts as people and machines write them: odd whitespace, every way to escape, numbers that no serializer makes.

const space = fc.constantFrom('', '', '', ' ', '\n  ', '\t', '\r\n', '  \n');

const hex = (code: number, upper: boolean): string => {
  const digits = code.toString(16).padStart(4, '0');
  return `\\u${upper ? digits.toUpperCase() : digits}`;
};

/** One character between the quotes, in one of the ways it may be written. */
const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abz 019{}[]:,') },
  { weight: 2, arbitrary: fc.constantFrom('\\n', '\\t', '\\b', '\\f', '\\r', '\\"', '\\\\', '\\/') },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('a', '1', '"', '\\', '\u0000', 'ß', '界'), fc.boolean()).map(([c, up]) => hex(c.charCodeAt(0), up)),
  },
  { weight: 1, arbitrary: fc.constantFrom('é', '界', '😀', '\u2028', '\u007f') },
  { weight: 1, arbitrary: fc.boolean().map((up) => hex(0xd83d, up) + hex(0xde00, up)) },
);

export const stringText = fc.array(character, { maxLength: 8 }).map((parts) => `"${parts.join('')}"`);

const numberText = fc.oneof(
  fc.constantFrom('0', '-0', '1.0', '1.50', '1e5', '1E+2', '12345678901234567890', '-0.0', '1e400', '0.1e-7'),
  fc.integer().map(String),
);

const keyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('"a"', '"b"', '"\\u0061b"', '"1"', '"0"', '"__proto__"', '"constructor"', '""') },
  // No backslash in a key: V8 then misreads escaped keys that follow, and JSON.parse could not be the judge here.
  { weight: 1, arbitrary: stringText.filter((text) => !(JSON.parse(text) as string).includes('\\')) },
);

/** JSON texts without duplicate keys, below every limit of the scanner. */
export const { value: jsonText, object: objectText } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'json' },
    fc.oneof(stringText, numberText, fc.constantFrom('true', 'false', 'null')),
    tie('object'),
    tie('array'),
  ),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(keyText, tie('value'), space, space, space, space), {
        maxLength: 6,
        depthIdentifier: 'json',
        selector: ([key]) => JSON.parse(key) as string,
      }),
      space,
    )
    .map(([members, inner]) => {
      const body = members.map(([key, value, s1, s2, s3, s4]) => `${s1}${key}${s2}:${s3}${value}${s4}`).join(',');
      return `{${body === '' ? inner : body}}`;
    }),
  array: fc
    .tuple(fc.array(fc.tuple(tie('value'), space, space), { maxLength: 5, depthIdentifier: 'json' }), space)
    .map(([elements, inner]) => {
      const body = elements.map(([value, before, after]) => before + value + after).join(',');
      return `[${body === '' ? inner : body}]`;
    }),
}));

/** A text with whitespace around it, as a body may have. */
export const documentText = fc.tuple(space, jsonText, space).map((parts) => parts.join(''));

/** Anything at all, with a liking for what JSON is made of. */
export const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom(...'{}[]:,"\\', '\\u', '\\ud83d', '\\uDE00', 'a', '1', ' ', '\n', '\ud83d', 'true', '""', '{"a":'), {
      maxLength: 40,
    })
    .map((parts) => parts.join('')),
  fc
    .tuple(documentText, fc.nat(), fc.nat(3), fc.constantFrom('', '"', '}', ']', ',', ':', '\\', '{'))
    .map(([text, at, cut, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut)),
);
