import fc from 'fast-check';

/** A generated request body. */
export interface Body {
  readonly bytes: Buffer;
  /** Nothing is wrong with it: it must be served. */
  readonly sound: boolean;
}

/** A body as members in their order, each already JSON text: what `JSON.stringify` would never write can be written. */
type Members = readonly (readonly [string, string])[];

export type BodyRoute = 'chat' | 'embeddings';

/** Bodies for a route: sound ones, and ones that are damaged in every way that this file knows. */
export function bodies(route: BodyRoute): fc.Arbitrary<Body> {
  const whole = route === 'chat' ? chat : embeddings;
  return fc.oneof(
    { weight: 20, arbitrary: whole.map((members) => ({ bytes: Buffer.from(object(members)), sound: true })) },
    { weight: 24, arbitrary: unsound(retyped(whole)) },
    { weight: 22, arbitrary: damaged(whole.map((members) => Buffer.from(object(members)))) },
    { weight: 8, arbitrary: unsound(withMember(whole, fc.oneof(repeated, deepRepeated))) },
    { weight: 5, arbitrary: unsound(withMember(whole, nested)) },
    { weight: 5, arbitrary: unsound(withMember(whole, numbers)) },
    { weight: 6, arbitrary: unsound(withMember(whole, texts)) },
    { weight: 4, arbitrary: unsound(withMember(whole, prototypes)) },
    { weight: 1, arbitrary: unsound(withMember(whole, wide)) },
    { weight: 5, arbitrary: unsound(roots) },
  );
}

const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const text = word.map((value) => JSON.stringify(value.toWellFormed()));

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');

function object(members: Members, gap = ''): string {
  return `{${members.map(([key, value]) => `${gap}${key}${gap}:${gap}${value}`).join(`${gap},`)}${gap}}`;
}

const content = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc
      .array(text, { minLength: 1, maxLength: 3 })
      .map((parts) => `[${parts.map((part) => `{"type":"text","text":${part}}`).join()}]`),
  },
);
const role = fc.constantFrom('"system"', '"user"', '"assistant"', '"tool"', '"developer"');
const toolArguments = fc.constantFrom(
  '{}',
  '{"city":"Zürich"}',
  '{"n":1.0,"text":"a \\"b\\""}',
  '[1,2]',
  '',
  'no json',
  '{"a":{"b":["c"]}}',
);
const message = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(role, content, space).map(([who, what, gap]) =>
      object(
        [
          ['"role"', who],
          ['"content"', what],
        ],
        gap,
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: toolArguments.map((value) =>
      object([
        ['"role"', '"assistant"'],
        ['"content"', 'null'],
        ['"tool_calls"', `[{"id":"c1","type":"function","function":{"name":"f","arguments":${JSON.stringify(value)}}}]`],
      ]),
    ),
  },
);

/** Members beside the necessary ones, which a provider may know. */
const chatExtras = fc.subarray<readonly [string, string]>(
  [
    ['"temperature"', '1.0'],
    ['"max_tokens"', '16'],
    ['"n"', '2'],
    ['"stream_options"', '{"include_usage":false}'],
    ['"metadata"', '{"2":"two","1":"one"}'],
    ['"user"', '"somebody"'],
    ['"stop"', '["\\n"]'],
    ['"tools"', '[{"type":"function","function":{"name":"f","description":"finds","parameters":{"type":"object","properties":{}}}}]'],
    ['"response_format"', '{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","title":"a title"}}}'],
    ['"seed"', '123456789012345678901234567890'],
    ['"\\u0078"', '"an escaped key"'],
    ['"vendor_option"', '{"deep":[[[{"x":1e-7}]]]}'],
  ],
  { maxLength: 5 },
);

const chatModel = fc.constantFrom('"chat"', '"chat"', '"up/other"', '"c\\u0068at"');

const chat: fc.Arbitrary<Members> = fc
  .tuple(
    chatModel,
    fc.array(message, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(undefined, 'true', 'false'),
    chatExtras,
    fc.record({ modelLast: fc.boolean(), escaped: fc.nat(9).map((tenth) => tenth === 0) }),
  )
  .map(([model, messages, stream, extras, { modelLast, escaped }]) => {
    const members: [string, string][] = [
      ['"messages"', `[${messages.join()}]`],
      ...extras.map(([key, value]): [string, string] => [key, value]),
    ];
    if (stream !== undefined) members.push([escaped ? '"stre\\u0061m"' : '"stream"', stream]);
    const named: [string, string] = [escaped ? '"\\u006dodel"' : '"model"', model];
    if (modelLast) members.push(named);
    else members.unshift(named);
    return members;
  });

const input = fc.oneof(
  text,
  fc.array(text, { minLength: 1, maxLength: 4 }).map((texts) => `[${texts.join()}]`),
  fc.array(fc.nat(50_000), { minLength: 1, maxLength: 8 }).map((tokens) => JSON.stringify(tokens)),
);
const embeddings: fc.Arbitrary<Members> = fc
  .tuple(
    chatModel,
    input,
    fc.subarray<readonly [string, string]>([
      ['"dimensions"', '8'],
      ['"encoding_format"', '"float"'],
      ['"user"', '"u"'],
    ]),
  )
  .map(([model, value, extras]) => [['"model"', model], ['"input"', value], ...extras]);

/** Values that stand where they should not. */
const odd = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e400',
    '-1e400',
    '9007199254740993',
    '""',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[{}]',
  ),
  fc.constantFrom(
    '"\\u0000"',
    '"up/"',
    '"/"',
    '"up/\\u202e"',
    '"__proto__"',
    '"constructor"',
    '"[1,2"',
    '"{\\"a\\":1,\\"a\\":2}"',
    '[1,"a",null,{}]',
  ),
  fc.constantFrom(
    '{"role":"user","content":"x"}',
    '{"text":{"text":[]}}',
    '[{"type":"text"}]',
    '[{"type":"text","text":{}}]',
    '{"function":7}',
    '[{"function":[]}]',
  ),
  text,
  fc.json({ maxDepth: 3 }),
  fc.integer().map((length) => JSON.stringify('x'.repeat(Math.abs(length) % 400))),
);

/** Fields that the gateway or a plugin reads, at the top and in messages. */
const fields = [
  ...['model', 'messages', 'input', 'stream', 'stream_options', 'n', 'max_tokens', 'max_completion_tokens', 'tools', 'functions'],
  ...['metadata', 'user', 'stop', 'response_format', 'prediction', 'dimensions', 'modalities', 'audio', 'tool_choice', 'safety_identifier'],
].map((name) => JSON.stringify(name));

const messageFields = ['role', 'content', 'name', 'refusal', 'tool_calls', 'function_call', 'reasoning_content', 'reasoning_details'];

/** One or two members with values of other types, or without their members. */
function retyped(whole: fc.Arbitrary<Members>): fc.Arbitrary<string> {
  const change = fc.tuple(fc.constantFrom(...fields), odd);
  const oddMessage = fc
    .tuple(fc.constantFrom(...messageFields), odd)
    .map(([field, value]): [string, string] => ['"messages"', `[{"role":"user","content":"x"},{${JSON.stringify(field)}:${value}}]`]);
  return fc
    .tuple(whole, fc.array(fc.oneof(change, change, oddMessage), { minLength: 1, maxLength: 2 }), fc.option(fc.nat(4)))
    .map(([members, changes, gone]) => {
      const map = new Map(members);
      for (const [key, value] of changes) map.set(key, value);
      if (gone !== null) map.delete([...map.keys()][gone] ?? '');
      return object([...map]);
    });
}

/** A sound body with one more member, anywhere. */
function withMember(whole: fc.Arbitrary<Members>, extra: fc.Arbitrary<readonly [string, string]>): fc.Arbitrary<string> {
  return fc.tuple(whole, extra, fc.nat(6)).map(([members, one, at]) => object(members.toSpliced(at % (members.length + 1), 0, one)));
}

/** A key that is there already, written alike or otherwise. */
const repeated: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom('"model"', '"mode\\u006c"', '"\\u006dodel"', '"messages"', '"input"', '"stream"', '"\\u0073tream"'),
  fc.constantFrom('"up/other"', '"chat"', '[]', '[{"role":"user","content":"other"}]', 'true', 'false', 'null'),
);

/** The same key twice in one object somewhere below, and objects that only look like it. */
const deepRepeated: fc.Arbitrary<readonly [string, string]> = fc
  .tuple(
    fc.constantFrom('"a"', '"\\u0061"', '""', '"\\\\"', '"\\u005c"', '"é"', '"\\u00e9"'),
    fc.constantFrom('"a"', '"\\u0061"', '""', '"\\\\"', '"é"', '"e\\u0301"'),
    fc.nat(5),
  )
  .map(([one, other, depth]) => {
    const inner = `{${one}:1,"between":{${one}:2},${other}:3}`;
    return ['"metadata_deep"', `${'[{"x":'.repeat(depth)}${inner}${'}]'.repeat(depth)}`];
  });

/** At the bound on nesting, just beyond, and far beyond; with and without its end. */
const nested: fc.Arbitrary<readonly [string, string]> = fc
  .tuple(
    fc.constantFrom(61, 62, 63, 64, 65, 500, 10_000, 50_000),
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"a":', '}]']),
    fc.boolean(),
  )
  .map(([depth, [open, close], ends]) => ['"nested"', `${open?.repeat(depth)}1${ends ? close?.repeat(depth) : ''}`]);

/** Where a number is read, numbers of every kind, JSON or not. */
const numbers: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom('"max_completion_tokens"', '"n"', '"dimensions"', '"top_p"', '"vendor_number"'),
  fc.oneof(
    fc.constantFrom(
      '1e400',
      '-1e400',
      '1E+400',
      '1e-400',
      '-0',
      '-0.0',
      '0e0',
      '1.0',
      '1e2',
      '9007199254740992',
      '9007199254740993',
      '129',
      '128',
    ),
    fc.constantFrom('NaN', 'Infinity', '-Infinity', '01', '1.', '.5', '+1', '0x10', '1e', '--1', '1_000', '٣', '1n'),
    fc.nat(3_000).map((digits) => `1${'0'.repeat(digits)}`),
    fc.double().map(String),
  ),
);

/** Strings that are no text, or hardly any. */
const texts: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom('"user"', '"vendor_text"', '"\\ud800"', '"\\udc00\\ud800"', '"k\\u0000"'),
  fc.constantFrom(
    ...[
      '"\\ud83d"',
      '"\\ude00"',
      '"\\ude00\\ud83d"',
      '"\\ud83d\\ude00"',
      '"\\ud83dx"',
      '"\\uD83D\\u0041"',
      '"\\u0000"',
      '"\\x41"',
      '"\\u12"',
      '"\\u12G4"',
    ],
    ...['"a\u0000b"', '"a\nb"', '"\u007f"', '"\u2028"', '"\\/"', '"\\u002f"', "'single'", '"open', '"\\"', '"\u202egnp"', '"\ufeff"'],
  ),
);

const prototypes: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom(
    '"__proto__"',
    '"constructor"',
    '"prototype"',
    '"\\u005f_proto__"',
    '"toString"',
    '"hasOwnProperty"',
    '"toJSON"',
    '"then"',
  ),
  fc.constantFrom(
    '{"polluted":true}',
    '{"prototype":{"polluted":true}}',
    '{"__proto__":{"polluted":true}}',
    '{"model":"up/other"}',
    'null',
    '[]',
    '"x"',
    '1',
  ),
);

/** Many members or elements: the bound on members, and one more. */
const wide: fc.Arbitrary<readonly [string, string]> = fc
  .constantFrom(9_999, 10_000, 10_001, 20_000)
  .chain((count) =>
    fc.constantFrom<readonly [string, string]>(
      ['"wide"', `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join()}}`],
      ['"long"', `[${'0,'.repeat(count)}0]`],
    ),
  );

/** Texts that are no object. */
const roots = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '""',
    '"chat"',
    '0',
    'null',
    'true',
    '[]',
    '[{}]',
    '[[',
    '{',
    '}',
    '{}',
    '{}{}',
    '{},',
    '{"model"}',
    '{model:"chat"}',
    '\u0000',
  ),
  fc.constantFrom(
    '// {}\n{}',
    '{/**/}',
    "{'model':'chat'}",
    '{"model":"chat",}',
    '{,}',
    '\ufeff{}',
    'undefined',
    'NaN',
    '{"a":1 "b":2}',
    '{"a" 1}',
    ")]}'\n{}",
  ),
  fc.json({ maxDepth: 4 }),
  fc.string({ maxLength: 40 }),
);

function unsound(texts: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  return texts.map((value) => ({ bytes: Buffer.from(value.toWellFormed()), sound: false }));
}

/** Bytes that something happened to: cut, flipped, doubled, moved, encoded otherwise. */
function damaged(sound: fc.Arbitrary<Buffer>): fc.Arbitrary<Body> {
  const where = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const hit = fc.tuple(fc.constantFrom(...Object.keys(damages)), where, where, fc.nat(255));
  return fc.tuple(sound, fc.array(hit, { minLength: 1, maxLength: 3 })).map(([bytes, hits]) => ({
    bytes: hits.reduce(
      (all, [kind, from, to, byte]) => (damages[kind] as Damage)(all, Math.floor(from * all.length), Math.floor(to * all.length), byte),
      bytes,
    ),
    sound: false,
  }));
}

type Damage = (bytes: Buffer, at: number, other: number, byte: number) => Buffer;

/** Byte sequences that are no UTF-8: overlong, a surrogate, beyond the last plane, stray, cut. */
const noUtf8 = ['c080', 'eda080', 'f4908080', '80', 'fe', 'e282', 'f09f98'].map((hex) => Buffer.from(hex, 'hex'));

const damages: Readonly<Record<string, Damage>> = {
  cut: (bytes, at) => bytes.subarray(0, at),
  beheaded: (bytes, at) => bytes.subarray(at),
  flipped: (bytes, at, _other, byte) => spliced(bytes, at, at + 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << (byte % 8))])),
  replaced: (bytes, at, _other, byte) => spliced(bytes, at, at + 1, Buffer.from([byte])),
  inserted: (bytes, at, _other, byte) => spliced(bytes, at, at, Buffer.from([byte])),
  removed: (bytes, at, other) => spliced(bytes, Math.min(at, other), Math.max(at, other), Buffer.alloc(0)),
  doubled: (bytes, at, other) => spliced(bytes, at, at, bytes.subarray(Math.min(at, other), Math.max(at, other))),
  marked: (bytes, at, _other, byte) => spliced(bytes, at, at, Buffer.from('{}[],:"\\/\u0000\n'.charAt(byte % 11))),
  noUtf8: (bytes, at, _other, byte) => spliced(bytes, at, at, noUtf8[byte % noUtf8.length] as Buffer),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  trailed: (bytes, _at, _other, byte) => Buffer.concat([bytes, Buffer.from([byte])]),
  withMark: (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  asUtf16: (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
};

function spliced(bytes: Buffer, from: number, to: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}
