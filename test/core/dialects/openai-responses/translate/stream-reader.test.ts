import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer } from '../../../../../core/src/dialects/openai-responses/translate/decode-answer.ts';
import { streamReader } from '../../../../../core/src/dialects/openai-responses/translate/stream-reader.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import { assembled } from './assembled.ts';

function read(...events: readonly JsonValue[]): NeutralEvent[] {
  const reader = streamReader();
  return [...events.flatMap((event) => reader.read(event, undefined)), ...reader.end()];
}

const usage = { input_tokens: 7, output_tokens: 3, output_tokens_details: { reasoning_tokens: 1 } };
const created: JsonObject = { type: 'response.created', response: { id: 'resp_1', model: 'm-1', status: 'in_progress', output: [] } };
const completed = (...output: readonly JsonObject[]): JsonObject => ({
  type: 'response.completed',
  response: { id: 'resp_1', model: 'm-1', status: 'completed', output, usage },
});
const message = (...texts: readonly string[]): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  content: texts.map((text) => ({ type: 'output_text', text })),
});
const call = (args: JsonValue, more: JsonObject = {}): JsonObject => ({
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'weather',
  arguments: args,
  ...more,
});
const added = (output_index: number, item: JsonObject): JsonObject => ({ type: 'response.output_item.added', output_index, item });
const done = (output_index: number, item: JsonObject): JsonObject => ({ type: 'response.output_item.done', output_index, item });
const textDelta = (output_index: number, delta: string, content_index = 0): JsonObject => ({
  type: 'response.output_text.delta',
  output_index,
  item_id: 'msg_1',
  content_index,
  delta,
});
const argumentsDelta = (output_index: number, delta: string): JsonObject => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  item_id: `fc_${output_index}`,
  delta,
});
const texts = (events: readonly NeutralEvent[]): string[] =>
  assembled(events).parts.map((part) => ('text' in part ? part.text : part.name));

describe('what comes more than once', () => {
  it('is read once: pieces, part, item and answer say the same text', () => {
    const events = read(
      created,
      { ...created, type: 'response.in_progress' },
      added(0, { ...message(), status: 'in_progress' }),
      { type: 'response.content_part.added', output_index: 0, content_index: 0, part: { type: 'output_text', text: '' } },
      textDelta(0, 'Hel'),
      textDelta(0, 'lo'),
      { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hello' },
      { type: 'response.content_part.done', output_index: 0, content_index: 0, part: { type: 'output_text', text: 'Hello' } },
      done(0, message('Hello')),
      completed(message('Hello')),
    );
    expect(events).toMatchObject([
      { kind: 'start', id: 'resp_1', model: 'm-1' },
      { kind: 'text', text: 'Hel' },
      { kind: 'text', text: 'lo' },
      { kind: 'partEnd' },
      { kind: 'usage', usage: { input: 7, output: 3, reasoning: 1 } },
      { kind: 'stop', stop: { kind: 'end' } },
    ]);
  });

  it('an item that arrives whole, without pieces, is read', () => {
    expect(texts(read(created, done(0, message('a', 'b')), done(1, call('{}')), completed()))).toEqual(['a', 'b', 'weather']);
  });

  it('the rest of a text that stopped in pieces is read', () => {
    expect(texts(read(created, textDelta(0, 'Hel'), done(0, message('Hello')), completed(message('Hello'))))).toEqual(['Hello']);
  });

  it('an answer that is only in the last event is read', () => {
    expect(texts(read(created, completed(message('a'), { ...message('b'), id: 'msg_2' }, call('{}'))))).toEqual(['a', 'b', 'weather']);
    expect(texts(read(completed(message('a'))))).toEqual(['a']);
  });

  it('an item without an end of its own ends with the answer', () => {
    expect(texts(read(created, added(0, message()), textDelta(0, 'Hel'), completed(message('Hello'))))).toEqual(['Hello']);
  });

  it('is not given twice by vLLM, which begins a message’s indexes where those of the reasoning ended', () => {
    const events = read(
      created,
      added(0, { id: 'r', type: 'reasoning', summary: [] }),
      { type: 'response.reasoning_text.delta', output_index: 0, item_id: 'r', content_index: 0, delta: 'Hm.' },
      done(0, { id: 'r', type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }),
      added(1, message()),
      textDelta(1, 'Hello', 1),
      done(1, message('Hello')),
      completed(),
    );
    expect(texts(events)).toEqual(['Hm.', 'Hello']);
  });

  it('is not given twice where ids change from event to event', () => {
    const moved = (event: JsonObject, id: string): JsonObject => ({ ...event, item_id: id });
    const events = read(
      created,
      added(0, { ...message(), id: 'x1' }),
      moved(textDelta(0, 'a'), 'x2'),
      moved(textDelta(0, 'b'), 'x3'),
      done(0, { ...message('ab'), id: 'x4' }),
      completed({ ...message('ab'), id: 'x5' }),
    );
    expect(texts(events)).toEqual(['ab']);
  });

  it('is told apart by ids where there are no indexes', () => {
    const bare = ({ output_index: _, ...event }: JsonObject): JsonObject => event;
    const events = read(
      created,
      bare(added(0, call('', { id: 'fc_0', call_id: 'a' }))),
      bare(added(1, call('', { id: 'fc_1', call_id: 'b' }))),
      bare(argumentsDelta(1, '{"y":1}')),
      bare(argumentsDelta(0, '{"x":1}')),
      bare(done(0, call('{"x":1}', { id: 'fc_0', call_id: 'a' }))),
      bare(done(1, call('{"y":1}', { id: 'fc_1', call_id: 'b' }))),
      completed(),
    );
    expect(assembled(events).parts).toMatchObject([
      { id: 'a', arguments: '{"x":1}' },
      { id: 'b', arguments: '{"y":1}' },
    ]);
  });
});

describe('tool calls', () => {
  it('BerriAI/litellm#5231, #4554: are numbered from 0, whatever items came before', () => {
    const events = read(
      created,
      done(0, message('a')),
      added(1, call('')),
      argumentsDelta(1, '{}'),
      added(2, call('', { call_id: 'call_2' })),
    );
    expect(events.flatMap((event) => (event.kind === 'toolCall' ? [event.call] : []))).toEqual([0, 1]);
  });

  it('may interleave; one that ends does not end the other', () => {
    const events = read(
      created,
      added(0, call('', { call_id: 'a' })),
      added(1, call('', { call_id: 'b' })),
      argumentsDelta(0, '{"x":'),
      argumentsDelta(1, '{"y":'),
      argumentsDelta(0, '1}'),
      argumentsDelta(1, '2}'),
      done(0, call('{"x":1}', { call_id: 'a' })),
      done(1, call('{"y":2}', { call_id: 'b' })),
      completed(),
    );
    expect(assembled(events).parts).toMatchObject([
      { id: 'a', arguments: '{"x":1}' },
      { id: 'b', arguments: '{"y":2}' },
    ]);
    expect(events.filter(({ kind }) => kind === 'partEnd')).toEqual([
      { kind: 'partEnd', call: 0 },
      { kind: 'partEnd', call: 1 },
    ]);
    expect(events.at(-1)).toEqual({ kind: 'stop', stop: { kind: 'toolCalls' } });
  });

  it('what comes for a call that is over is nobody’s, and the end of a text that began before it does not end it', () => {
    const args = (...events: JsonObject[]): unknown =>
      assembled(read(created, added(0, message('')), added(1, call('')), ...events, completed())).parts.find(
        ({ kind }) => kind === 'toolCall',
      );
    expect(args(argumentsDelta(1, '{"x":1}'), done(1, call('{"x":1}')), argumentsDelta(1, '{"x":2}'))).toMatchObject({
      arguments: '{"x":1}',
    });
    expect(args(textDelta(0, 'Hi'), done(0, message('Hi')), argumentsDelta(1, '{"x":1}'))).toMatchObject({ arguments: '{"x":1}' });
  });

  it('a call whose name comes late is announced when it is known, with all of its arguments', () => {
    const events = read(created, added(0, call('', { name: '' })), argumentsDelta(0, '{"x":'), done(0, call('{"x":1}')), completed());
    expect(assembled(events).parts).toMatchObject([{ kind: 'toolCall', name: 'weather', arguments: '{"x":1}' }]);
  });

  it.each([[''], [null], [{}]])('no arguments, written as %j, are an empty object', (args) => {
    expect(assembled(read(created, added(0, call(args)), done(0, call(args)), completed())).parts).toMatchObject([{ arguments: '{}' }]);
  });

  it('calls of the provider’s own tools are none of the client’s', () => {
    const search = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search' } };
    const events = read(
      created,
      added(0, search),
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      { type: 'response.mcp_call_arguments.delta', output_index: 0, item_id: 'ws_1', delta: '{' },
      done(0, search),
      completed(search),
    );
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'usage', 'stop']);
  });
});

describe('reasoning', () => {
  const encrypted = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'LAST' };

  it('takes what is encrypted from the item’s end: what stands at its beginning is not yet it', () => {
    expect(read(created, added(0, { ...encrypted, encrypted_content: 'FIRST' }), done(0, encrypted)).slice(1)).toEqual([
      { kind: 'reasoningOpaque', opaque: { dialect: 'openai-responses', value: 'LAST' } },
      { kind: 'partEnd' },
    ]);
  });

  it('parts of a summary are paragraphs, as in the whole answer', () => {
    const delta = (summary_index: number, text: string): JsonObject => ({
      type: 'response.reasoning_summary_text.delta',
      output_index: 0,
      summary_index,
      delta: text,
    });
    const item = { ...encrypted, summary: [{ text: 'One. Two.' }, { text: 'Three.' }] };
    const streamed = read(
      created,
      added(0, encrypted),
      delta(0, 'One.'),
      delta(0, ' Two.'),
      delta(1, 'Three.'),
      done(0, item),
      completed(item),
    );
    expect(assembled(streamed).parts).toEqual(decodeAnswer({ output: [item] }).parts);
    expect(texts(streamed)).toEqual(['One. Two.\n\nThree.']);
  });

  it('BerriAI/litellm#29600, #29533: reasoning alone is not lost, and is read once if it is told twice', () => {
    const item = { id: 'r', type: 'reasoning', summary: [{ text: 'short' }], content: [{ type: 'reasoning_text', text: 'long' }] };
    const delta = { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'long' };
    const summary = { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'short' };
    expect(texts(read(created, added(0, item), delta, summary, done(0, item), completed()))).toEqual(['long']);
    expect(texts(read(created, done(0, item), completed()))).toEqual(['long']);
  });

  it('two items are two parts', () => {
    const two = { ...encrypted, id: 'rs_2', encrypted_content: 'B' };
    expect(assembled(read(created, done(0, encrypted), done(1, two), completed())).parts).toHaveLength(2);
  });
});

describe('parts', () => {
  it('of one message are apart, and so are two messages', () => {
    const apart = read(created, added(0, message()), textDelta(0, 'a'), textDelta(0, 'b', 1), added(1, message()), textDelta(1, 'c'));
    expect(texts(apart)).toEqual(['a', 'b', 'c']);
  });

  it('a refusal is one', () => {
    const refusal = { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'No.' };
    const item = { id: 'm', type: 'message', content: [{ type: 'refusal', refusal: 'No. Never.' }] };
    expect(assembled(read(created, refusal, done(0, item), completed())).parts).toEqual([{ kind: 'refusal', text: 'No. Never.' }]);
  });
});

describe('the end', () => {
  it.each([
    ['response.incomplete', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, { kind: 'length' }],
    ['response.incomplete', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, { kind: 'filtered' }],
    ['response.incomplete', {}, { kind: 'unknown', word: 'incomplete' }],
    ['response.completed', {}, { kind: 'end' }],
    ['response.completed', { status: null }, { kind: 'end' }],
  ])('%s %j is %j', (type, response, stop) => {
    expect(read(created, { type, response }).at(-1)).toEqual({ kind: 'stop', stop });
  });

  it('an answer that failed has none, but its usage counts', () => {
    const events = read(created, { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error' }, usage } });
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'usage']);
    expect(read({ type: 'error', code: 'x', message: 'y' })).toEqual([]);
  });

  it('is known by the event’s name where the data do not say it', () => {
    const reader = streamReader();
    expect(reader.read({ response: { id: 'r', status: 'completed' } }, 'response.completed').at(-1)).toMatchObject({ kind: 'stop' });
    expect(reader.read({}, undefined)).toEqual([]);
  });
});

describe('odd input', () => {
  const types = [
    'response.created',
    'response.output_item.added',
    'response.output_item.done',
    'response.output_text.delta',
    'response.reasoning_summary_text.delta',
    'response.function_call_arguments.delta',
    'response.completed',
    'response.never_heard_of',
  ];
  const odd = fc.jsonValue() as fc.Arbitrary<JsonValue>;
  const event = fc.record(
    {
      type: fc.constantFrom(...types),
      output_index: fc.oneof(fc.nat({ max: 2 }), odd),
      item_id: fc.oneof(fc.constant('a'), odd),
      item: fc.oneof(
        fc.record({
          type: fc.constantFrom('message', 'reasoning', 'function_call'),
          id: odd,
          name: odd,
          content: odd,
          summary: odd,
          arguments: odd,
        }),
        odd,
      ),
      delta: fc.oneof(fc.string(), odd),
      response: odd,
    },
    { requiredKeys: ['type'] },
  ) as fc.Arbitrary<JsonObject>;

  it('never throws, and never speaks of a call that was not announced', () => {
    fc.assert(fc.property(fc.array(fc.oneof(event, odd)), (events) => void assembled(read(...events))));
  });

  it('has a cost that grows with the number of events, however its parts are numbered', () => {
    const reader = streamReader();
    const began = performance.now();
    for (let index = 0; index < 50_000; index += 1) reader.read(textDelta(0, 'a', index), undefined);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
