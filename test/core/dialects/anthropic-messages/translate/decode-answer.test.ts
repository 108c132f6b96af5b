import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer, readBlock } from '../../../../../core/src/dialects/anthropic-messages/translate/decode-answer.ts';
import { encodeAnswer } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-answer.ts';
import { isJsonObject, type JsonValue } from '../../../../../core/src/model/json.ts';
import { about, anyAnswer, call, text, thought, withoutRaw } from './examples.ts';

describe('what a server may send instead of an answer', () => {
  it.each([
    [{}],
    [{ content: null, usage: null, id: 5, model: {}, stop_reason: [] }],
    [{ content: 'text' }],
    [
      {
        content: [
          null,
          1,
          'a',
          [],
          {},
          { type: 'text' },
          { type: 'text', text: '' },
          { type: 'tool_use', id: 'a' },
          { type: 'new_block', text: 'x' },
        ],
      },
    ],
  ])('%j is an answer without parts', (body) => {
    expect(decodeAnswer(body)).toEqual({ id: '', model: '', parts: [], stop: undefined, usage: undefined });
  });

  it('never throws, and never gives an empty part', () => {
    const block = fc.record(
      {
        type: fc.oneof(fc.constantFrom('text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use'), fc.jsonValue()),
        text: fc.jsonValue(),
        thinking: fc.jsonValue(),
        signature: fc.jsonValue(),
        data: fc.jsonValue(),
        id: fc.jsonValue(),
        name: fc.jsonValue(),
        input: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.record({ content: fc.oneof(fc.array(block), fc.jsonValue()), usage: fc.jsonValue(), stop_reason: fc.jsonValue() }),
        (body) => {
          const json = body as JsonValue;
          for (const part of decodeAnswer(isJsonObject(json) ? json : {}).parts)
            expect(part.kind === 'toolCall' ? part.name : part.kind === 'reasoning' ? part.text + part.opaque?.value : part.text).not.toBe(
              '',
            );
        },
      ),
    );
  });
});

describe('decodeAnswer', () => {
  it('reads blocks in their order', () => {
    const answer = decodeAnswer({
      id: 'msg_1',
      model: 'claude-haiku-4-5',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'text', text: 'Let me see.', citations: null },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'sky' }, caller: { type: 'direct' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 0, output_tokens: 7 },
    });
    expect(answer).toMatchObject({
      id: 'msg_1',
      model: 'claude-haiku-4-5',
      parts: [thought('hm', 'c2ln'), thought('', 'redacted:ZGF0YQ=='), text('Let me see.'), call('toolu_1', 'look', '{"at":"sky"}')],
      stop: { kind: 'toolCalls' },
      usage: { input: 15, cacheRead: 5, output: 7 },
    });
  });

  it('litellm#20433: thinking has its text', () => {
    expect(readBlock({ type: 'thinking', thinking: 'because', signature: '' })).toEqual([thought('because')]);
  });

  it('a call that streamed its input as a text, and one without any', () => {
    expect(readBlock({ type: 'tool_use', id: 'a', name: 'look', input: '{"a":1}' })).toEqual([call('a', 'look', '{"a":1}')]);
    expect(readBlock({ type: 'tool_use', name: 'look', input: null })).toEqual([call('', 'look', '{}')]);
  });

  it('an answer that was written for a client reads as it was', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        expect(withoutRaw(decodeAnswer(encodeAnswer(answer, about)))).toEqual(answer);
      }),
    );
  });
});
