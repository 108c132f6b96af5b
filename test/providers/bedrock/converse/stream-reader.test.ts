import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../core/src/model/neutral.ts';
import { streamReader } from '../../../../providers/bedrock/src/converse/stream-reader.ts';

function read(...events: [name: string, json: JsonValue][]): NeutralEvent[] {
  const reader = streamReader();
  return [...events.flatMap(([name, json]) => reader.read(json, name)), ...reader.end()];
}

const delta = (contentBlockIndex: number, piece: object): [string, JsonValue] => [
  'contentBlockDelta',
  { contentBlockIndex, delta: piece as JsonValue, p: 'abc' },
];
const started = (contentBlockIndex: number, name: string, toolUseId = `id-${name}`): [string, JsonValue] => [
  'contentBlockStart',
  { contentBlockIndex, start: { toolUse: { name, toolUseId } } },
];
const stopped = (contentBlockIndex: number): [string, JsonValue] => ['contentBlockStop', { contentBlockIndex }];
const start: [string, JsonValue] = ['messageStart', { role: 'assistant' }];
const begun: NeutralEvent = { kind: 'start', id: '', model: '' };

describe('a stream of Converse', () => {
  it('has its usage after its end', () => {
    const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 10, cacheReadInputTokens: 3 };
    expect(
      read(
        start,
        delta(0, { text: 'He' }),
        delta(0, { text: 'y' }),
        stopped(0),
        ['messageStop', { stopReason: 'end_turn' }],
        ['metadata', { usage, metrics: {} }],
      ),
    ).toEqual([
      begun,
      { kind: 'text', text: 'He' },
      { kind: 'text', text: 'y' },
      { kind: 'partEnd' },
      { kind: 'stop', stop: { kind: 'end' } },
      { kind: 'usage', usage: expect.objectContaining({ input: 8, output: 2 }) },
    ]);
  });

  it('litellm#5231, #4554: numbers calls by themselves, though blocks are counted with texts', () => {
    const events = read(
      start,
      delta(0, { text: 'Two.' }),
      stopped(0),
      started(1, 'a'),
      delta(1, { toolUse: { input: '{"x"' } }),
      delta(1, { toolUse: { input: ':1}' } }),
      stopped(1),
      started(2, 'b'),
      delta(2, { toolUse: { input: '{}' } }),
      stopped(2),
      ['messageStop', { stopReason: 'tool_use' }],
    );
    expect(events.filter(({ kind }) => kind === 'toolCall' || kind === 'arguments' || kind === 'stop')).toEqual([
      { kind: 'toolCall', call: 0, id: 'id-a', name: 'a', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"x"' },
      { kind: 'arguments', call: 0, piece: ':1}' },
      { kind: 'toolCall', call: 1, id: 'id-b', name: 'b', opaque: undefined },
      { kind: 'arguments', call: 1, piece: '{}' },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ]);
  });

  it('has {} as arguments of a call that streamed none', () => {
    expect(read(start, started(0, 'now'), stopped(0))).toEqual([
      begun,
      { kind: 'toolCall', call: 0, id: 'id-now', name: 'now', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ]);
  });

  it('signs its reasoning when the block is over, whatever pieces that came in', () => {
    expect(
      read(
        start,
        delta(0, { reasoningContent: { text: 'hm' } }),
        delta(0, { reasoningContent: { signature: 'Ev8' } }),
        delta(0, { reasoningContent: { signature: 'B==' } }),
        stopped(0),
        delta(1, { reasoningContent: { redactedContent: Buffer.from('a').toString('base64') } }),
        delta(1, { reasoningContent: { redactedContent: Buffer.from('bc').toString('base64') } }),
        stopped(1),
      ),
    ).toEqual([
      begun,
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'bedrock-converse', value: 'Ev8B==' } },
      { kind: 'partEnd' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'bedrock-converse', value: `redacted:${Buffer.from('abc').toString('base64')}` } },
      { kind: 'partEnd' },
    ]);
  });

  it("leaves out what AWS's own tools do", () => {
    const events = read(
      start,
      [
        'contentBlockStart',
        { contentBlockIndex: 0, start: { toolUse: { name: 'nova_code_interpreter', toolUseId: 't', type: 'server_tool_use' } } },
      ],
      delta(0, { toolUse: { input: '{"snippet":"1"}' } }),
      stopped(0),
      ['contentBlockStart', { contentBlockIndex: 1, start: { toolResult: { toolUseId: 't' } } }],
      delta(1, { toolResult: [{ text: 'out' }] }),
      stopped(1),
      delta(2, { text: 'It is 1.' }),
      ['messageStop', { stopReason: 'end_turn' }],
    );
    expect(events.filter(({ kind }) => kind !== 'partEnd')).toEqual([
      begun,
      { kind: 'text', text: 'It is 1.' },
      { kind: 'stop', stop: { kind: 'end' } },
    ]);
  });

  it('begins also without messageStart, and tells its end once', () => {
    expect(
      read(delta(0, { text: 'x' }), ['messageStop', { stopReason: 'max_tokens' }], ['messageStop', { stopReason: 'end_turn' }]),
    ).toEqual([begun, { kind: 'text', text: 'x' }, { kind: 'stop', stop: { kind: 'length' } }]);
  });

  it('does not begin with what is about it alone', () => {
    expect(read(['metadata', { usage: { inputTokens: 1, outputTokens: 0 } }]).map(({ kind }) => kind)).toEqual(['usage']);
    expect(read(['metadata', {}])).toEqual([]);
  });

  it('has no piece for a call that never began', () => {
    expect(read(start, delta(4, { toolUse: { input: '{}' } }), stopped(4))).toEqual([begun, { kind: 'partEnd' }]);
  });

  it('is read of anything without an exception', () => {
    const names = fc.constantFrom(
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
      'x',
    );
    const events = fc.record({ start: fc.jsonValue(), delta: fc.jsonValue(), contentBlockIndex: fc.jsonValue(), usage: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.oneof(events, fc.jsonValue()))), (stream) => void read(...(stream as [string, JsonValue][]))),
    );
  });
});
