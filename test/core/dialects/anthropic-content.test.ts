import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentTexts, definitionTexts, noText } from '../../../core/src/dialects/anthropic-content.ts';
import { textReferences } from '../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import type { TextScope } from '../../../core/src/model/call.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';

// Every text that must be reached begins with `T:` and its scope, `T:@` where that is the scope of what is around it. What
// must not be touched does not begin so. Then nothing has to be listed twice.

const ephemeral = { type: 'ephemeral', ttl: '1h' };

/** Every kind of block that SDK 1.12 has a type for, with what it may hold. */
const blocks: Readonly<Record<string, JsonValue>> = {
  text: { type: 'text', text: 'T:@', cache_control: ephemeral },
  'text with citations': {
    type: 'text',
    text: 'T:@',
    citations: [
      { type: 'char_location', cited_text: 'T:@', document_index: 0, document_title: 'T:@', file_id: 'file_1' },
      { type: 'web_search_result_location', cited_text: 'T:@', encrypted_index: 'sealed', title: 'T:@', url: 'https://example.test' },
      { type: 'search_result_location', cited_text: 'T:@', source: 'T:@', title: null },
    ],
  },
  'image base64': {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    transformations: { oversized_image: 'downsize' },
  },
  'image url': { type: 'image', source: { type: 'url', url: 'https://example.test/a.png' } },
  'image file': { type: 'image', source: { type: 'file', file_id: 'file_1' } },
  'document base64': {
    type: 'document',
    title: 'T:@',
    context: 'T:@',
    citations: { enabled: true },
    source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
  },
  'document text': { type: 'document', title: null, source: { type: 'text', media_type: 'text/plain', data: 'T:@' } },
  'document content': { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'T:@' }] } },
  'document content string': { type: 'document', source: { type: 'content', content: 'T:@' } },
  search_result: { type: 'search_result', source: 'T:@', title: 'T:@', content: [{ type: 'text', text: 'T:@' }] },
  thinking: { type: 'thinking', thinking: 'signed words', signature: 'sig' },
  redacted_thinking: { type: 'redacted_thinking', data: 'sealed' },
  compaction: { type: 'compaction', content: 'signed summary', encrypted_content: null, signature: 'sig' },
  'compaction encrypted': { type: 'compaction', content: 'summary of what is sealed', encrypted_content: 'sealed' },
  tool_use: {
    type: 'tool_use',
    id: 'toolu_1',
    name: 'look',
    caller: { type: 'direct' },
    input: { id: 'T:toolInput', type: 'T:toolInput', url: 'T:toolInput', list: ['T:toolInput', 1.5, { data: 'T:toolInput' }], none: null },
  },
  server_tool_use: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'T:toolInput' } },
  mcp_tool_use: { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'ask', server_name: 'wiki', input: { q: 'T:toolInput' } },
  tool_result: { type: 'tool_result', tool_use_id: 'toolu_1', content: 'T:toolOutput', is_error: true },
  'tool_result with blocks': {
    type: 'tool_result',
    tool_use_id: 'toolu_1',
    toolset_name: 'browser',
    content: [
      { type: 'text', text: 'T:toolOutput' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'search_result', source: 'T:toolOutput', title: 'T:toolOutput', content: [{ type: 'text', text: 'T:toolOutput' }] },
      { type: 'document', title: 'T:toolOutput', source: { type: 'text', media_type: 'text/plain', data: 'T:toolOutput' } },
      { type: 'tool_reference', tool_name: 'look' },
      { type: 'browser_state', tabs: [{ tab_id: 't', title: 'T:toolOutput', url: 'https://example.test' }], state_changes: null },
    ],
  },
  web_search_tool_result: {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    caller: { type: 'direct' },
    content: [
      { type: 'web_search_result', title: 'T:toolOutput', url: 'https://example.test', page_age: 'May 1', encrypted_content: 'sealed' },
    ],
  },
  'web_search_tool_result error': {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
  },
  web_fetch_tool_result: {
    type: 'web_fetch_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: {
      type: 'web_fetch_result',
      url: 'https://example.test',
      retrieved_at: '2026-11-25T00:00:00Z',
      content: { type: 'document', title: 'T:toolOutput', source: { type: 'text', media_type: 'text/plain', data: 'T:toolOutput' } },
    },
  },
  code_execution_tool_result: {
    type: 'code_execution_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'code_execution_result', stdout: 'T:toolOutput', stderr: 'T:toolOutput', return_code: 0, content: [] },
  },
  'code_execution_tool_result encrypted': {
    type: 'code_execution_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'encrypted_code_execution_result', encrypted_stdout: 'sealed', stderr: 'T:toolOutput', return_code: 0, content: [] },
  },
  bash_code_execution_tool_result: {
    type: 'bash_code_execution_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: {
      type: 'bash_code_execution_result',
      stdout: 'T:toolOutput',
      stderr: '',
      return_code: 0,
      content: [{ type: 'bash_code_execution_output', file_id: 'file_1' }],
    },
  },
  text_editor_code_execution_tool_result: {
    type: 'text_editor_code_execution_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'text_editor_code_execution_view_result', content: 'T:toolOutput', file_type: 'text', num_lines: 1 },
  },
  'text_editor_code_execution_tool_result lines': {
    type: 'text_editor_code_execution_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'text_editor_code_execution_str_replace_result', lines: ['T:toolOutput', 'T:toolOutput'] },
  },
  tool_search_tool_result: {
    type: 'tool_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'tool_search_tool_search_result', tool_references: [{ type: 'tool_reference', tool_name: 'look' }] },
  },
  mcp_tool_result: {
    type: 'mcp_tool_result',
    tool_use_id: 'mcptoolu_1',
    is_error: false,
    content: [{ type: 'text', text: 'T:toolOutput' }],
  },
  advisor_tool_result: {
    type: 'advisor_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: { type: 'advisor_result', text: 'T:toolOutput', stop_reason: 'end_turn' },
  },
  container_upload: { type: 'container_upload', file_id: 'file_1' },
  tool_addition: {
    type: 'tool_addition',
    tool: {
      type: 'tool_definition',
      definition: { name: 'look', description: 'T:toolDefinition', input_schema: { type: 'object', title: 'T:toolDefinition' } },
    },
  },
  mcp_tool_listing: {
    type: 'mcp_tool_listing',
    mcp_server_name: 'wiki',
    tools: [{ name: 'ask', description: 'T:toolDefinition', input_schema: { type: 'object' } }],
  },
  fallback: { type: 'fallback', from: { model: 'a' }, to: { model: 'b' }, trigger: { type: 'refusal', category: 'cyber' } },
  'a kind that is not known yet': { type: 'hologram', id: 'h', signature: 'sig', words: ['T:@'], deep: { caption: { de: 'T:@' } } },
};

const scopes: readonly TextScope[] = ['system', 'user', 'assistant', 'other'];

/** What may be around a block, and the scope it gives. */
const wrappers: readonly (readonly [(block: JsonValue) => JsonValue, TextScope | undefined])[] = [
  [(block) => block, undefined],
  [(block) => ({ type: 'tool_result', tool_use_id: 't', content: [block] }), 'toolOutput'],
  [(block) => ({ type: 'document', source: { type: 'content', content: [block] } }), undefined],
  [(block) => ({ type: 'future_tool_result', tool_use_id: 't', content: { nested: block } }), 'toolOutput'],
  [(block) => ({ type: 'unknown', inside: [[block]] }), undefined],
];

const filled = (value: JsonValue, scope: string): JsonValue =>
  JSON.parse(JSON.stringify(value).replaceAll('T:@', `T:${scope}`)) as JsonValue;

/** Every canary in `value` is found with its scope, and an edit of all of them changes nothing else. */
function expectEveryText(value: JsonValue, scope: TextScope, author: 'client' | 'provider' = 'client'): void {
  const text = JSON.stringify(value);
  const document = new JsonDocument(text);
  const found = textReferences(document, contentTexts(document.value, [], scope, author)).filter(({ text: one }) => one !== '');
  for (const one of found) expect([one.path.join('.'), one.text.split(' ')[0]]).toEqual([one.path.join('.'), `T:${one.scope}`]);
  expect(found).toHaveLength(text.split('T:').length - 1);
  for (const one of found) one.replace(one.text.replace('T:', 'E:'));
  expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
}

describe('contentTexts', () => {
  it.each(Object.entries(blocks))('reaches every text of a block: %s', (_, block) => {
    for (const author of ['client', 'provider'] as const) expectEveryText([filled(block, 'user')], 'user', author);
  });

  it('does so wherever blocks stand, in whosever turn', () => {
    const nested = fc.record({ block: fc.constantFrom(...Object.values(blocks)), wrapper: fc.constantFrom(...wrappers) });
    fc.assert(
      fc.property(fc.array(nested, { maxLength: 6 }), fc.constantFrom(...scopes), (picked, scope) => {
        const content = picked.map(({ block, wrapper: [wrap, within] }) => wrap(filled(block, within ?? scope)));
        expectEveryText(content, scope);
      }),
    );
  });

  it('a string is a text under any key that is not known to have none, and under no other', () => {
    const key = fc.oneof(fc.constantFrom(...noText), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(key, fc.string({ unit: 'binary', minLength: 1 }), (name, text) => {
        fc.pre(!['input', 'definition', 'tools', 'type', '__proto__'].includes(name));
        const found = [...contentTexts([{ type: 'new', [name]: text }], [], 'user', 'client')];
        expect(found).toEqual(noText.has(name) ? [] : [{ scope: 'user', path: [0, name], text }]);
      }),
    );
  });

  it('a string is content as well; nothing is in what is neither', () => {
    expect([...contentTexts('words', ['system'], 'system', 'client')]).toEqual([{ scope: 'system', path: ['system'], text: 'words' }]);
    for (const value of [undefined, null, 7, true, [], {}, [null, 1, []]])
      expect([...contentTexts(value as JsonValue, [], 'user', 'client')]).toEqual([]);
  });

  it.each([
    [{ type: 'thinking', thinking: 'T:assistant' }],
    [{ type: 'thinking', thinking: 'T:assistant', signature: '' }],
    [{ type: 'thinking', thinking: 'T:assistant', signature: null }],
    [{ type: 'compaction', content: 'T:assistant', encrypted_content: null, signature: null }],
  ])('what a client sends and nobody signed is a text; of a provider it is left alone: %j', (block) => {
    expectEveryText([block], 'assistant');
    expect([...contentTexts([block], [], 'assistant', 'provider')]).toEqual([]);
  });

  it('bifrost#6342: signed thinking is not even looked at, so that nothing can restructure it', () => {
    const thinking = { type: 'thinking', thinking: 'a@b.test', signature: 'sig' };
    expect([...contentTexts([thinking, { type: 'redacted_thinking', data: 'a@b.test' }], [], 'assistant', 'client')]).toEqual([]);
  });
});

describe('definitionTexts', () => {
  it('reaches descriptions, schemas, examples and places of tools, and no name', () => {
    const tools = [
      {
        name: 'look',
        type: 'custom',
        description: 'T:toolDefinition',
        cache_control: ephemeral,
        allowed_callers: ['direct'],
        input_schema: {
          type: 'object',
          title: 'T:toolDefinition',
          properties: {
            enum: { type: 'string', description: 'T:toolDefinition', enum: ['T:toolDefinition', 'T:toolDefinition'] },
            description: { const: 'T:toolDefinition', default: 'T:toolDefinition', pattern: '^x$' },
            deep: { anyOf: [{ type: 'array', items: { type: 'string', title: 'T:toolDefinition' } }, { $ref: '#/$defs/one' }] },
          },
          $defs: { one: { examples: [{ a: 'T:toolDefinition' }] } },
          required: ['enum'],
        },
        input_examples: [{ city: 'T:toolDefinition', list: ['T:toolDefinition'] }],
      },
      {
        type: 'web_search_20260318',
        name: 'web_search',
        allowed_domains: ['example.test'],
        user_location: { type: 'approximate', city: 'T:toolDefinition' },
      },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'mcp_toolset', mcp_server_name: 'wiki', configs: { ask: { enabled: true } } },
    ];
    const text = JSON.stringify(tools);
    const document = new JsonDocument(text);
    const found = textReferences(document, definitionTexts(document.value, []));
    expect(new Set(found.map((one) => one.text))).toEqual(new Set(['T:toolDefinition']));
    expect(new Set(found.map((one) => one.scope))).toEqual(new Set(['toolDefinition']));
    expect(found).toHaveLength(text.split('T:').length - 1);
  });

  it.each([undefined, null, 7, 'x', [], [null, 'x', []], [{ input_schema: 'x', input_examples: 7 }]])('%j has none', (tools) => {
    expect([...definitionTexts(tools as JsonValue, [])]).toEqual([]);
  });
});
