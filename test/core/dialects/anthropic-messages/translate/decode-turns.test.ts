import { describe, expect, it } from 'vitest';
import { decodeTurns } from '../../../../../core/src/dialects/anthropic-messages/translate/decode-turns.ts';
import { encodeAnswer } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-answer.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralAssistantPart } from '../../../../../core/src/model/neutral.ts';
import { about, call, text, thought } from './examples.ts';

function turns(messages: JsonValue, system?: JsonValue): unknown[] {
  const losses = new RequestLosses();
  const read = decodeTurns({ messages, ...(system !== undefined && { system }) }, losses);
  return [...read, ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('what is wrong is named', () => {
  it.each([
    ['messages[0]', ['hi']],
    ['messages[0].role', [{ role: 'tool', content: 'x' }]],
    ['messages[0].content', [{ role: 'user' }]],
    [
      'messages[1].content[0]',
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: [5] },
      ],
    ],
    ['messages[0].content[0].type', [{ role: 'assistant', content: [{}] }]],
    ['messages[0].content[0].name', [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a' }] }]],
    ['messages[0].content[0].input', [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: '{}' }] }]],
    ['messages[0].content[0].id', [{ role: 'assistant', content: [{ type: 'tool_use', id: 5, name: 'b' }] }]],
    ['messages[0].content[0].tool_use_id', [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 5 }] }]],
    ['messages[0].content[0].is_error', [{ role: 'user', content: [{ type: 'tool_result', is_error: 'no' }] }]],
  ])('%s', (param, messages) => {
    expect(() => turns(messages)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });
});

describe('Claude Code’s billing header', () => {
  const header = 'x-anthropic-billing-header: cc_version=2.1.330.abc; cc_entrypoint=cli;';
  const dropped = 'drop system.x-anthropic-billing-header';

  it('is Anthropic’s alone: it goes nowhere else, and the rest of the instructions does', () => {
    const user = { role: 'user', parts: [text('hi')] };
    const messages = [{ role: 'user', content: 'hi' }];
    const system = [
      { type: 'text', text: header },
      { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } },
    ];
    expect(turns(messages, system)).toEqual([{ role: 'system', parts: [text('Be kind.')] }, user, dropped, 'drop cache_control']);
    expect(turns(messages, `${header}\n\nBe kind.`)).toEqual([{ role: 'system', parts: [text('Be kind.')] }, user, dropped]);
    expect(turns(messages, header)).toEqual([user, dropped]);
  });

  it('what only speaks of it stays', () => {
    expect(turns([{ role: 'user', content: header }], `What is ${header}`)).toEqual([
      { role: 'system', parts: [text(`What is ${header}`)] },
      { role: 'user', parts: [text(header)] },
    ]);
  });
});

describe('decodeTurns', () => {
  it('instructions at the beginning and in the middle stay where they are', () => {
    expect(
      turns(
        [
          { role: 'user', content: 'hi' },
          { role: 'system', content: [{ type: 'text', text: 'Now in French.' }], output_config: { effort: 'low' } },
          { role: 'assistant', content: 'Bonjour' },
        ],
        [
          { type: 'text', text: 'Be brief.' },
          { type: 'text', text: 'Be kind.' },
        ],
      ),
    ).toEqual([
      { role: 'system', parts: [text('Be brief.'), text('Be kind.')] },
      { role: 'user', parts: [text('hi')] },
      { role: 'system', parts: [text('Now in French.')] },
      { role: 'assistant', parts: [text('Bonjour')] },
      'drop messages[].output_config',
    ]);
  });

  it('results are a turn of their own, what stands around them the user’s', () => {
    expect(
      turns([
        {
          role: 'user',
          content: [
            { type: 'text', text: 'before' },
            { type: 'tool_result', tool_use_id: 'a', content: 'one' },
            { type: 'tool_result', tool_use_id: 'b', is_error: true, content: [{ type: 'text', text: 'two' }] },
            { type: 'tool_result', tool_use_id: 'c' },
            { type: 'text', text: 'after' },
          ],
        },
      ]),
    ).toEqual([
      { role: 'user', parts: [text('before')] },
      {
        role: 'tool',
        results: [
          { callId: 'a', name: undefined, parts: [text('one')], isError: false },
          { callId: 'b', name: undefined, parts: [text('two')], isError: true },
          { callId: 'c', name: undefined, parts: [], isError: false },
        ],
      },
      { role: 'user', parts: [text('after')] },
    ]);
    expect(turns([{ role: 'user', content: [] }])).toEqual([{ role: 'user', parts: [] }]);
  });

  it('thinking, redacted thinking and calls', () => {
    expect(
      turns([
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'ZGF0YQ==' },
            { type: 'thinking', thinking: '', signature: '' },
            { type: 'text', text: 'so', citations: null },
            { type: 'tool_use', id: 'a', name: 'look', input: { at: 1 }, caller: { type: 'direct' } },
            { type: 'tool_use', name: 'look', input: null },
          ],
        },
      ]),
    ).toEqual([
      {
        role: 'assistant',
        parts: [thought('hm', 'c2ln'), thought('', 'redacted:ZGF0YQ=='), text('so'), call('a', 'look', '{"at":1}'), call('', 'look', '{}')],
      },
    ]);
  });

  it("litellm#13420: another provider's encrypted reasoning comes back to it", () => {
    expect(turns([{ role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 'gw1:openai-responses:ZW5j' }] }])).toEqual(
      [{ role: 'assistant', parts: [{ kind: 'reasoning', text: 'hm', opaque: { dialect: 'openai-responses', value: 'ZW5j' } }] }],
    );
  });

  it("litellm#25322: Gemini's signature comes back to the call that it is of", () => {
    const opaque = { dialect: 'google-generate-content', value: 'c2ln' };
    const parts: NeutralAssistantPart[] = [thought('hm'), { ...call('a'), opaque }, call('b')];
    const { content } = encodeAnswer({ id: '', model: '', parts, stop: undefined, usage: undefined }, about);
    expect(turns([{ role: 'assistant', content: content ?? null }])).toEqual([{ role: 'assistant', parts }]);
  });

  it('a signature whose call is gone is still a part of the turn', () => {
    const block = { type: 'thinking', thinking: '', signature: 'gw1:google-generate-content:call:c2ln' };
    const part = { kind: 'reasoning', text: '', opaque: { dialect: 'google-generate-content', value: 'c2ln' } };
    expect(turns([{ role: 'assistant', content: [block, { type: 'text', text: 'a' }] }])).toEqual([
      { role: 'assistant', parts: [part, text('a')] },
    ]);
    expect(turns([{ role: 'assistant', content: [block] }])).toEqual([{ role: 'assistant', parts: [part] }]);
  });

  it('a search for tools is left out: they are all there', () => {
    expect(
      turns([
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'tool_search_tool_regex', input: {} },
            { type: 'tool_search_tool_result', tool_use_id: 'srvtoolu_1', content: {} },
            { type: 'text', text: 'a' },
          ],
        },
      ]),
    ).toEqual([{ role: 'assistant', parts: [text('a')] }, 'drop messages[].content[].tool_search']);
  });

  it('vercel/ai#13013, #17366: what Anthropic’s servers did cannot be told elsewhere', () => {
    expect(
      turns([
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
            { type: 'tool_use', id: 'a', name: 'look', input: {}, caller: { type: 'code_execution_20260120', tool_id: 'srvtoolu_1' } },
            { type: 'compaction', content: 'summary' },
          ],
        },
        { role: 'user', content: [{ type: 'container_upload', file_id: 'file_1' }] },
      ]).slice(2),
    ).toEqual([
      'refuse messages[0].content[0].server_tool_use',
      'refuse messages[0].content[1].web_search_tool_result',
      'refuse messages[0].content[2].caller',
      'refuse messages[0].content[3].compaction',
      'refuse messages[1].content[0].container_upload',
    ]);
  });
});
