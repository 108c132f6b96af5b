import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TextPlace } from '../../../../core/src/dialects/dialect.ts';
import { attachments, eventTexts, requestTexts, responseTexts, saidOnce } from '../../../../core/src/dialects/openai-chat/texts.ts';
import { textReferences } from '../../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../../core/src/model/json.ts';

// Canaries: every text that must be reached begins with `T:` and the scope it must be reported with; what must not be
// touched does not. Then nothing has to be listed twice.

const request = {
  model: 'gpt',
  messages: [
    { role: 'system', content: 'T:system' },
    { role: 'developer', content: [{ type: 'text', text: 'T:system' }], name: 'T:other' },
    {
      role: 'user',
      name: 'T:other',
      content: [
        { type: 'text', text: 'T:user' },
        { type: 'image_url', image_url: { url: 'https://example.test/a.png', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        { type: 'file', file: { file_data: 'data:text/plain;base64,AAAA', filename: 'T:other' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'T:assistant' },
        { type: 'refusal', refusal: 'T:assistant' },
        { type: 'thinking', thinking: [{ type: 'text', text: 'T:assistant' }] },
        { type: 'thinking', thinking: 'T:assistant' },
      ],
      refusal: 'T:assistant',
      reasoning_content: 'T:assistant',
      reasoning: 'T:assistant',
      reasoning_details: [
        { type: 'reasoning.text', text: 'T:assistant' },
        { type: 'reasoning.summary', summary: 'T:assistant' },
        { type: 'reasoning.text', text: 'signed', signature: 'sig' },
        { type: 'reasoning.encrypted', data: 'opaque' },
      ],
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'look', arguments: '{ "city": "T:toolInput", "n": 1.0, "list": ["T:toolInput"] }' },
        },
        { id: 'call_2', type: 'custom', custom: { name: 'run', input: 'T:toolInput' } },
        { id: 'call_3', type: 'function', function: { name: 'broken', arguments: 'T:toolInput {' } },
      ],
      function_call: { name: 'old', arguments: '{"q":"T:toolInput"}' },
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'T:toolOutput' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'T:toolOutput' }] },
    { role: 'function', name: 'T:other', content: 'T:toolOutput' },
    { role: 'stranger', content: 'T:other' },
    { content: 'T:other' },
    { role: 'assistant', content: null },
    { role: 'user', content: 'T:user' },
  ],
  prediction: { type: 'content', content: [{ type: 'text', text: 'T:user' }] },
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: 'T:toolDefinition',
        parameters: {
          type: 'object',
          title: 'T:toolDefinition',
          properties: {
            description: { type: 'string', description: 'T:toolDefinition', enum: ['T:toolDefinition', 5], default: 'T:toolDefinition' },
            fixed: { const: 'T:toolDefinition', examples: [{ any: 'T:toolDefinition' }] },
            deep: { anyOf: [{ type: 'array', items: { type: 'string', description: 'T:toolDefinition' } }] },
          },
          required: ['description'],
        },
      },
    },
    { type: 'custom', custom: { name: 'run', description: 'T:toolDefinition', format: { type: 'grammar', grammar: { syntax: 'lark' } } } },
  ],
  functions: [{ name: 'old', description: 'T:toolDefinition' }],
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'shape', description: 'T:toolDefinition', schema: { description: 'T:toolDefinition' } },
  },
  user: 'T:other',
  safety_identifier: 'T:other',
  stop: ['T:other', 'T:other'],
  metadata: { team: 'T:other' },
  tool_choice: { type: 'function', function: { name: 'look' } },
  service_tier: 'auto',
};

const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: {
        role: 'assistant',
        content: 'T:assistant',
        refusal: 'T:assistant',
        reasoning_content: 'T:assistant',
        reasoning_details: [{ type: 'reasoning.summary', summary: 'T:assistant' }],
        audio: { id: 'a', data: 'AAAA', transcript: 'T:assistant' },
        tool_calls: [
          { id: 'c', type: 'function', function: { name: 'look', arguments: '{"a":{"b":["T:toolInput"]}}' } },
          { id: 'd', type: 'custom', custom: { name: 'run', input: 'T:toolInput' } },
        ],
      },
    },
    { index: 1, message: { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":"T:toolInput"}' } } },
    { index: 2, message: { role: 'assistant', content: [{ type: 'text', text: 'T:assistant' }], reasoning: 'T:assistant' } },
  ],
  usage: { prompt_tokens: 1 },
};

const canaries = (text: string): number => text.split('T:').length - 1;

function expectEveryText(value: object, places: (body: JsonObject) => Iterable<TextPlace>): void {
  const text = JSON.stringify(value, null, 1);
  const document = new JsonDocument(text);
  const references = textReferences(document, places(document.value as JsonObject));
  for (const { scope, text: found, path } of references)
    expect([path.join('.'), found.split(' ')[0]]).toEqual([path.join('.'), `T:${scope}`]);
  expect(references).toHaveLength(canaries(text));
  for (const reference of references) reference.replace(reference.text.replace('T:', 'E:'));
  expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
}

const objectCalls = {
  tool_calls: [
    { index: 0, function: { name: 'look', arguments: { city: 'T:toolInput', list: ['T:toolInput', { deep: 'T:toolInput' }], n: 1 } } },
    { index: 1, function: { name: 'look', arguments: ['T:toolInput'] } },
  ],
  function_call: { name: 'old', arguments: { q: 'T:toolInput' } },
  reasoning_details: [{ type: 'reasoning.text', text: 'T:assistant', signature: '' }],
};

describe('what compatible servers write differently: arguments as an object, a signature of nothing', () => {
  it('in requests and answers', () => {
    expectEveryText({ messages: [{ role: 'assistant', content: 'T:assistant', ...objectCalls }] }, requestTexts);
    expectEveryText({ choices: [{ index: 0, message: { content: 'T:assistant', ...objectCalls } }] }, responseTexts);
  });

  it('in streams: each a text of its own, that ends with its event', () => {
    const json = { choices: [{ index: 0, delta: objectCalls }] } as JsonValue;
    const pieces = eventTexts(json);
    expect(pieces).toHaveLength(canaries(JSON.stringify(json)));
    expect(new Set(pieces.map(({ channel }) => channel)).size).toBe(pieces.length);
    for (const { path, scope, text } of pieces) {
      expect(valueAt(json, path)).toBe(text);
      expect(text).toBe(`T:${scope}`);
    }
    expect(pieces.filter((piece) => piece.json)).toEqual([]);
  });
});

describe('requestTexts', () => {
  it('reaches every text of a request, with its scope, and its edits change nothing else', () => {
    expectEveryText(request, requestTexts);
  });

  it('reads what a plugin put into the request', () => {
    const document = new JsonDocument('{"messages":[{"role":"user","content":"first"},{"role":"user","content":"second"}]}');
    document.removeKey(['messages', 0]);
    document.replaceValue(['messages', 1, 'content'], '[{"type":"text","text":"put"}]');
    document.insertKey([], 'user', '"me"');
    const references = textReferences(document, requestTexts(document.view as JsonObject));
    expect(references.map(({ text }) => text)).toEqual(['put', 'me']);
    for (const reference of references) reference.replace(reference.text.toUpperCase());
    expect(JSON.parse(document.toText())).toEqual({ messages: [{ role: 'user', content: [{ type: 'text', text: 'PUT' }] }], user: 'ME' });
  });
});

describe('responseTexts', () => {
  it('reaches every text of every choice', () => {
    expectEveryText(answer, responseTexts);
  });
});

describe('shapes that nobody promised', () => {
  /** The value with one of its members, anywhere, replaced by something else. */
  function* mangled(root: JsonValue, junk: JsonValue): Generator<JsonValue> {
    const text = JSON.stringify(root);
    const walk = function* (value: JsonValue, path: JsonPath): Generator<JsonPath> {
      yield path;
      if (typeof value === 'object' && value !== null)
        for (const [key, member] of Object.entries(value))
          yield* walk(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    for (const path of walk(root, [])) {
      const document = new JsonDocument(text);
      document.replaceValue(path, JSON.stringify(junk));
      yield JSON.parse(document.toText()) as JsonValue;
    }
  }

  it.each([null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: { text: 1 } }, true])('never throw, whatever member is %j', (junk) => {
    for (const body of mangled(request as JsonValue, junk)) {
      const object = (typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}) as JsonObject;
      for (const place of [...requestTexts(object)]) expect(valueAt(body, place.path)).toBe(place.text);
      expect([...attachments(object)].length).toBeLessThan(10);
    }
    for (const body of mangled(answer as JsonValue, junk))
      for (const place of responseTexts(body)) expect(valueAt(body, place.path)).toBe(place.text);
    for (const body of mangled(chunk as JsonValue, junk)) {
      for (const piece of eventTexts(body)) expect(valueAt(body, piece.path)).toBe(piece.text);
      for (const path of saidOnce(body)) expect(valueAt(body, path)).toBeDefined();
    }
  });
});

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('attachments', () => {
  it('are images, audio and files, wherever they come from', () => {
    const parts = [
      { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
      { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
      { type: 'file', file: { file_id: 'f' } },
      { type: 'file', file: { file_data: 'data:,x', filename: 'x' } },
      { type: 'text', text: 'x' },
    ];
    const body = {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'user', content: parts },
      ],
    };
    expect([...attachments(body)].map(({ kind, ref, path }) => [kind, ref, path.at(-1)])).toEqual([
      ['image', 'url', 0],
      ['image', 'inline', 1],
      ['audio', 'inline', 2],
      ['file', 'id', 3],
      ['file', 'inline', 4],
    ]);
  });
});

const chunk = {
  id: 'c',
  choices: [
    {
      index: 1,
      delta: {
        role: 'assistant',
        content: 'T:1:content',
        refusal: 'T:1:refusal',
        reasoning_content: 'T:1:reasoning_content',
        reasoning_details: [{ type: 'reasoning.text', text: 'T:1:reasoning_details:4', index: 4 }],
        audio: { id: 'a', transcript: 'T:1:audio' },
        tool_calls: [
          { index: 3, id: 'call', type: 'function', function: { name: 'look', arguments: 'T:1:tool:3' } },
          { index: 0, custom: { input: 'T:1:tool:0' } },
        ],
        function_call: { name: 'old', arguments: 'T:1:function' },
      },
      finish_reason: null,
    },
    {
      index: 0,
      delta: {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'T:0:thinking' }] },
          { type: 'text', text: 'T:0:content' },
        ],
      },
    },
    { delta: { reasoning: 'T:2:reasoning' } },
  ],
};

describe('eventTexts', () => {
  it('reaches every text of a chunk, each in the channel of the text it continues', () => {
    const pieces = eventTexts(chunk as JsonValue);
    expect(pieces.map(({ channel }) => `T:${channel}`)).toEqual(pieces.map(({ text }) => text));
    expect(pieces).toHaveLength(canaries(JSON.stringify(chunk)));
    for (const { path, text } of pieces) expect(valueAt(chunk, path)).toBe(text);
  });

  it('only the arguments of functions are JSON', () => {
    const json = eventTexts(chunk as JsonValue).filter((piece) => piece.json);
    expect(json.map(({ channel }) => channel)).toEqual(['1:tool:3', '1:function']);
    expect(eventTexts(chunk as JsonValue).filter(({ scope }) => scope === 'toolInput')).toHaveLength(3);
  });

  it.each([null, [], 'x', {}, { choices: null }, { choices: [null, {}, { delta: null }] }, { error: { message: 'x' } }])(
    '%j has none',
    (json) => {
      expect(eventTexts(json as JsonValue)).toEqual([]);
    },
  );
});

describe('saidOnce', () => {
  it('is what a chunk says besides its texts', () => {
    const full = { ...chunk, usage: { prompt_tokens: 1 }, x_groq: { id: 'r' } } as JsonValue;
    const document = new JsonDocument(JSON.stringify(full));
    for (const path of saidOnce(full)) document.removeKey(path);
    const left = document.currentValue([]) as typeof chunk;
    expect(
      isDeepStrictEqual(left.choices[0]?.delta.tool_calls, [
        { index: 3, function: { arguments: 'T:1:tool:3' } },
        { index: 0, custom: { input: 'T:1:tool:0' } },
      ]),
    ).toBe(true);
    expect(Object.keys(left)).toEqual(['id', 'choices']);
    expect(eventTexts(left as JsonValue)).toEqual(eventTexts(chunk as JsonValue));
  });
});
