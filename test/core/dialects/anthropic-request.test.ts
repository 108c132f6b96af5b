import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anthropicHeaders,
  requestAttachments,
  requestFacts,
  requestStates,
  requestTexts,
} from '../../../core/src/dialects/anthropic-request.ts';
import { textReferences } from '../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../core/src/model/json.ts';

const schema = { type: 'object', properties: { city: { type: 'string', description: 'T:toolDefinition' } } };

/** Members of a request, with a canary in every place that is a text and none where there is no text. */
const members: Readonly<Record<string, readonly JsonValue[]>> = {
  model: ['claude'],
  max_tokens: [16],
  stream: [true],
  system: ['T:system', [{ type: 'text', text: 'T:system', cache_control: { type: 'ephemeral' } }], []],
  messages: [
    [{ role: 'user', content: 'T:user' }],
    [
      { role: 'system', content: 'T:system', output_config: { format: { type: 'json_schema', schema } } },
      { role: 'system', content: [{ type: 'text', text: 'T:system' }], clear_at: 'never' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'T:user' },
          { type: 'tool_result', tool_use_id: 't', content: 'T:toolOutput' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'signed', signature: 's' },
          { type: 'text', text: 'T:assistant' },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: { city: 'T:toolInput' } }] },
      { role: 'stranger', content: 'T:other' },
      { content: 'T:other' },
    ],
  ],
  tools: [
    [
      { name: 'look', description: 'T:toolDefinition', input_schema: schema, input_examples: [{ city: 'T:toolDefinition' }] },
      { type: 'bash_20250124', name: 'bash' },
    ],
  ],
  tool_choice: [
    { type: 'tool', name: 'look' },
    { type: 'auto', disable_parallel_tool_use: true },
  ],
  metadata: [{ user_id: 'T:other' }, { user_id: '{"device_id":"T:other","session_id":"T:other"}' }, { user_id: null }],
  stop_sequences: [['T:other', 'T:other']],
  output_config: [{ effort: 'high', format: { type: 'json_schema', schema } }],
  output_format: [{ type: 'json_schema', schema }],
  fallbacks: [[{ model: 'other', output_config: { format: { type: 'json_schema', schema } } }]],
  compaction: [{ type: 'summarize', instructions: 'T:system' }],
  context_management: [{ edits: [{ type: 'compact_20260112', instructions: 'T:system' }, { type: 'clear_tool_uses_20250919' }] }],
  mcp_servers: [[{ type: 'url', url: 'https://example.test', name: 'wiki', authorization_token: 'secret' }]],
  thinking: [{ type: 'enabled', budget_tokens: 1024, display: 'summarized' }],
  container: ['container_1', { id: 'container_1', skills: [{ type: 'custom', skill_id: 's' }] }],
  thread: [{ type: 'continue', previous_message_id: 'msg_1' }],
  service_tier: ['auto'],
};

const request = fc.record(Object.fromEntries(Object.entries(members).map(([name, variants]) => [name, fc.constantFrom(...variants)])), {
  requiredKeys: ['model', 'messages'],
});

describe('requestTexts', () => {
  it('reaches every text of every member, with its scope, and its edits change nothing else', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(undefined, 1, '\t'), (body, indent) => {
        const text = JSON.stringify(body, null, indent);
        const document = new JsonDocument(text);
        const found = textReferences(document, requestTexts(document.value as JsonObject));
        for (const one of found) expect([one.path.join('.'), one.text]).toEqual([one.path.join('.'), `T:${one.scope}`]);
        expect(found).toHaveLength(text.split('T:').length - 1);
        for (const one of found) one.replace(one.text.replace('T:', 'E:"'));
        expect(document.toText().replaceAll(/E:\\+"/g, 'T:')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('of each variant of each member, on its own', () => {
    for (const [name, variants] of Object.entries(members))
      for (const variant of variants) {
        const found = [...requestTexts({ [name]: variant })];
        if (!JSON.stringify(variant).includes('T:')) expect([name, found]).toEqual([name, []]);
        else expect(found.length).toBeGreaterThan(0);
      }
  });

  it('Claude Code’s user id is edited inside its JSON', () => {
    const document = new JsonDocument('{"metadata":{"user_id":"{\\"device_id\\":\\"d\\", \\"n\\": 1.0}"}}');
    for (const one of textReferences(document, requestTexts(document.value as JsonObject))) one.replace('"x"');
    expect(document.toText()).toBe('{"metadata":{"user_id":"{\\"device_id\\":\\"\\\\\\"x\\\\\\"\\", \\"n\\": 1.0}"}}');
  });

  it('reads what a plugin put into the request', () => {
    const document = new JsonDocument('{"messages":[{"role":"user","content":"first"},{"role":"user","content":"second"}]}');
    document.removeKey(['messages', 0]);
    document.replaceValue(['messages', 1, 'content'], '[{"type":"text","text":"put"}]');
    document.insertKey([], 'system', '"be kind"');
    const references = textReferences(document, requestTexts(document.view as JsonObject));
    for (const one of references) one.replace(one.text.toUpperCase());
    expect(JSON.parse(document.toText())).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'PUT' }] }],
      system: 'BE KIND',
    });
  });

  it.each([null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: { text: 1 } }, true])('no member makes it throw by being %j', (junk) => {
    const whole = Object.fromEntries(Object.entries(members).map(([name, variants]) => [name, variants.at(-1) as JsonValue]));
    for (const path of pathsOf(whole)) {
      const document = new JsonDocument(JSON.stringify(whole));
      document.replaceValue(path, JSON.stringify(junk));
      const body = JSON.parse(document.toText()) as JsonValue;
      const object = (typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}) as JsonObject;
      for (const place of requestTexts(object)) expect(valueAt(object, place.path)).toBe(place.text);
      for (const { path: at } of requestAttachments(object)) expect(valueAt(object, at)).toBeTypeOf('object');
      expect(['string', 'undefined']).toContain(typeof requestStates(object)[0]);
    }
  });
});

function* pathsOf(value: JsonValue, path: JsonPath = []): Generator<JsonPath> {
  yield path;
  if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value))
      yield* pathsOf(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
}

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('requestFacts', () => {
  const messages = [{ role: 'user', content: 'x' }];

  it.each([
    ['model', { messages }],
    ['model', { model: '', messages }],
    ['messages', { model: 'm' }],
    ['messages', { model: 'm', messages: [] }],
    ['messages', { model: 'm', messages: 'x' }],
    ['messages[1]', { model: 'm', messages: [{}, null] }],
    ['tools', { model: 'm', messages, tools: {} }],
    ['tools[0]', { model: 'm', messages, tools: ['x'] }],
    ['temperature', { model: 'm', messages, temperature: Number.POSITIVE_INFINITY }],
  ])('names the field at fault: %s', (param, body) => {
    expect(() => requestFacts(body as JsonObject)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it('the client’s own tools go by name, Anthropic’s by type', () => {
    const tools = [
      { name: 'look', input_schema: {} },
      { name: 'say', type: 'custom', input_schema: {} },
      { name: 'null', type: null, input_schema: {} },
      { name: 'bare', type: 'custom' },
      { name: 'odd', type: 'function', input_schema: {} },
      { name: 'web_search', type: 'web_search_20260318' },
      { type: 'mcp_toolset', mcp_server_name: 'wiki' },
      { input_schema: {} },
    ];
    expect(requestFacts({ model: 'm', messages, tools })).toEqual({
      model: 'm',
      tools: ['look', 'say', 'null', 'bare', 'odd', 'web_search_20260318', 'mcp_toolset', 'unnamed'],
    });
    expect(requestFacts({ model: 'm', messages, tools: null }).tools).toEqual([]);
  });
});

const image = (source: JsonObject): JsonObject => ({ type: 'image', source });
const inline = { type: 'base64', media_type: 'image/png', data: 'AA' };
const inUser = (...content: JsonValue[]): JsonObject => ({ messages: [{ role: 'user', content }] });

describe('requestAttachments', () => {
  it('are images and documents, wherever they come from and wherever they stand', () => {
    const body = inUser(
      image({ type: 'url', url: 'https://example.test' }),
      image(inline),
      image({ type: 'file', file_id: 'f' }),
      { type: 'document', source: { ...inline, media_type: 'application/pdf' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
      { type: 'document', source: { type: 'content', content: [image(inline)] } },
      { type: 'tool_result', tool_use_id: 't', content: [image({ type: 'url', url: 'https://example.test' })] },
      { type: 'container_upload', file_id: 'f' },
      { type: 'tool_use', input: image(inline) },
      { type: 'search_result', source: 'x', content: [] },
    );
    expect([...requestAttachments(body)].map(({ kind, ref, path }) => [kind, ref, path.slice(3).join('.')])).toEqual([
      ['image', 'url', '0'],
      ['image', 'inline', '1'],
      ['image', 'id', '2'],
      ['file', 'inline', '3'],
      ['image', 'inline', '5.source.content.0'],
      ['image', 'url', '6.content.0'],
      ['file', 'id', '7'],
    ]);
  });

  it('a source that says nothing known is none', () => {
    expect([...requestAttachments(inUser(image({ type: 'constructor' }), image({}), { type: 'image' }, image({ type: 7 })))]).toEqual([]);
  });
});

describe('requestStates', () => {
  it.each<[JsonObject, string]>([
    [{ container: 'container_1' }, 'container_1'],
    [{ container: { id: 'container_1' } }, 'container_1'],
    [{ container: { id: null, skills: [{ type: 'custom', skill_id: 's' }] } }, 'container.skills'],
    [{ thread: { type: 'continue', previous_message_id: 'msg_1' } }, 'msg_1'],
    [{ thread: { type: 'create' } }, 'thread'],
    [{ container: 'container_1', thread: { type: 'create' } }, 'container_1'],
    [inUser(image({ type: 'file', file_id: 'f' })), 'f'],
    [inUser({ type: 'container_upload', file_id: 'f' }), 'f'],
    [inUser(image({ type: 'file' })), 'file_id'],
  ])('%j is one account’s', (body, state) => {
    expect(requestStates(body)[0]).toBe(state);
  });

  it.each([
    {},
    { container: null, thread: null },
    { container: '' },
    { container: {} },
    { container: { skills: [] } },
    inUser(image(inline), image({ type: 'url', url: 'https://example.test' })),
  ])('%j says everything itself', (body) => {
    expect(requestStates(body)[0]).toBeUndefined();
  });
});

describe('anthropicHeaders', () => {
  it('litellm#15299: versions and betas go with the body that they are about', () => {
    expect(anthropicHeaders).toEqual(['anthropic-version', 'anthropic-beta']);
  });
});
