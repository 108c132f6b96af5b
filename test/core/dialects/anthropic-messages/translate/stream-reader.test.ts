import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamReader } from '../../../../../core/src/dialects/anthropic-messages/translate/stream-reader.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';

function readAll(events: readonly JsonValue[]): NeutralEvent[] {
  const reader = streamReader();
  return [...events.flatMap((event) => reader.read(event, undefined)), ...reader.end()];
}

const start: JsonObject = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude', content: [], usage: { input_tokens: 10, cache_read_input_tokens: 4, output_tokens: 1 } },
};
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const begin = (index: number, content_block: JsonObject): JsonObject => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, member: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: member });
const done = (stop_reason: string, usage: JsonObject = { output_tokens: 9 }): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});

describe('what a server may send instead of events', () => {
  it('never throws', () => {
    const event = fc.record(
      {
        type: fc.oneof(
          fc.constantFrom('message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'ping'),
          fc.jsonValue(),
        ),
        index: fc.jsonValue(),
        message: fc.jsonValue(),
        content_block: fc.oneof(
          fc.record({ type: fc.constantFrom('text', 'thinking', 'tool_use'), name: fc.jsonValue(), input: fc.jsonValue() }),
          fc.jsonValue(),
        ),
        delta: fc.oneof(
          fc.record({
            type: fc.constantFrom('text_delta', 'input_json_delta', 'signature_delta'),
            text: fc.jsonValue(),
            partial_json: fc.jsonValue(),
          }),
          fc.jsonValue(),
        ),
        usage: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(fc.property(fc.array(fc.oneof(event, fc.jsonValue())), (events) => void readAll(events as JsonValue[])));
  });

  it('an end says which call it is for: that of an earlier block ends none', () => {
    const read = readAll([
      begin(0, { type: 'text', text: '' }),
      begin(1, { type: 'tool_use', id: 'x', name: 'look', input: {} }),
      delta(0, { type: 'text_delta', text: 'a' }),
      stop(0),
      delta(1, { type: 'input_json_delta', partial_json: '{"a":1}' }),
      stop(1),
      stop(1),
      delta(1, { type: 'input_json_delta', partial_json: '{"a":2}' }),
    ]);
    expect(read.slice(1, -1)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'partEnd' },
      { kind: 'arguments', call: 0, piece: '{"a":1}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'partEnd' },
    ]);
  });

  it('deltas without a beginning, a beginning without a name, an unknown kind', () => {
    expect(
      readAll([
        delta(0, { type: 'text_delta', text: 'a' }),
        delta(5, { type: 'input_json_delta', partial_json: '{}' }),
        begin(1, { type: 'tool_use', id: 'x' }),
        begin(2, { type: 'something_new', text: 'b' }),
        { type: 'ping' },
      ]),
    ).toEqual([{ kind: 'text', text: 'a' }]);
  });
});

describe('streamReader', () => {
  it('reads a whole answer', () => {
    const events = readAll([
      start,
      { type: 'ping' },
      begin(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'c2ln' }),
      stop(0),
      begin(1, { type: 'redacted_thinking', data: 'ZGF0YQ==' }),
      stop(1),
      begin(2, { type: 'text', text: '' }),
      delta(2, { type: 'text_delta', text: 'Hi' }),
      stop(2),
      begin(3, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }),
      delta(3, { type: 'input_json_delta', partial_json: '' }),
      delta(3, { type: 'input_json_delta', partial_json: '{"a":' }),
      delta(3, { type: 'input_json_delta', partial_json: '1}' }),
      stop(3),
      done('tool_use'),
      { type: 'message_stop' },
    ]);
    expect(events.filter(({ kind }) => kind !== 'usage')).toEqual([
      { kind: 'start', id: 'msg_1', model: 'claude' },
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'c2ln' } },
      { kind: 'partEnd' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'redacted:ZGF0YQ==' } },
      { kind: 'partEnd' },
      { kind: 'text', text: 'Hi' },
      { kind: 'partEnd' },
      { kind: 'toolCall', call: 0, id: 'toolu_1', name: 'look', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"a":' },
      { kind: 'arguments', call: 0, piece: '1}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ]);
  });

  it('litellm#5231, #4554: calls are counted among themselves, not with the texts', () => {
    const numbers = readAll([
      begin(0, { type: 'text', text: '' }),
      stop(0),
      begin(1, { type: 'tool_use', id: 'a', name: 'x' }),
      stop(1),
      begin(2, { type: 'tool_use', id: 'b', name: 'y' }),
      stop(2),
    ]).flatMap((event) => (event.kind === 'toolCall' ? [event.call] : []));
    expect(numbers).toEqual([0, 1]);
  });

  it('a call without arguments has an empty object; one that came whole, all of it', () => {
    const pieces = readAll([
      begin(0, { type: 'tool_use', id: 'a', name: 'x', input: {} }),
      stop(0),
      begin(1, { type: 'tool_use', id: 'b', name: 'y', input: { z: 1 } }),
      stop(1),
    ]).flatMap((event) => (event.kind === 'arguments' ? [event.piece] : []));
    expect(pieces).toEqual(['{}', '{"z":1}']);
  });

  it('litellm#33224: thinking in a block that began as a text is thinking', () => {
    expect(readAll([begin(0, { type: 'text', text: '' }), delta(0, { type: 'thinking_delta', thinking: 'hm' })])).toEqual([
      { kind: 'reasoning', text: 'hm' },
    ]);
  });

  it('blocks that begin with their text, and a message that begins with its content', () => {
    expect(
      readAll([
        {
          type: 'message_start',
          message: { id: 'm', model: 'x', content: [{ type: 'tool_use', id: 'a', name: 'look', input: { b: 1 } }] },
        },
        begin(1, { type: 'text', text: 'Hi' }),
        begin(2, { type: 'thinking', thinking: 'hm', signature: 'c2ln' }),
        stop(2),
      ]),
    ).toEqual([
      { kind: 'start', id: 'm', model: 'x' },
      { kind: 'toolCall', call: 0, id: 'a', name: 'look', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"b":1}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'text', text: 'Hi' },
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'c2ln' } },
      { kind: 'partEnd' },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ]);
  });

  it('begins once, whatever the server repeats', () => {
    expect(readAll([start, start]).filter(({ kind }) => kind === 'start')).toHaveLength(1);
  });

  it('a signature whose block does not end is not lost', () => {
    expect(readAll([delta(0, { type: 'signature_delta', signature: 'c2ln' })])).toEqual([
      { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'c2ln' } },
    ]);
  });

  it('the stop is told once: a delta without a reason is none', () => {
    const events = readAll([{ type: 'message_delta', delta: { stop_reason: null }, usage: {} }, done('end_turn'), done('max_tokens')]);
    expect(events.filter(({ kind }) => kind === 'stop')).toEqual([{ kind: 'stop', stop: { kind: 'end' } }]);
  });

  it('a stream that ended without a reason says none', () => {
    expect(readAll([start]).some(({ kind }) => kind === 'stop')).toBe(false);
  });
});

describe('usage', () => {
  const last = (events: readonly NeutralEvent[]): unknown => events.findLast((event) => event.kind === 'usage');

  it('bifrost#5354, litellm#9812: totals of the last delta take the place of the first; nothing is counted twice', () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 9 };
    expect(last(readAll([start, done('end_turn', usage)]))).toMatchObject({ usage: { input: 14, cacheRead: 4, output: 9 } });
  });

  it('what the delta does not say stays as it was', () => {
    expect(last(readAll([start, done('end_turn')]))).toMatchObject({ usage: { input: 14, cacheRead: 4, output: 9 } });
    expect(last(readAll([start, done('end_turn', { input_tokens: null, output_tokens: 9 })]))).toMatchObject({ usage: { input: 14 } });
  });

  it('some report the cache only at the end; unknown is never zero', () => {
    const bare: JsonObject = { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 0 } } };
    expect(last(readAll([bare, done('end_turn', { cache_read_input_tokens: 3, output_tokens: 2 })]))).toMatchObject({
      usage: { input: 13, cacheRead: 3, cacheWrite: undefined },
    });
    expect(last(readAll([{ type: 'message_start', message: {} }]))).toBeUndefined();
  });
});
