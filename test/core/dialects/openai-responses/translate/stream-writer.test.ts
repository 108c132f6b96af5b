import { createOpenAI } from '@ai-sdk/openai';
import { jsonSchema, streamText, tool } from 'ai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { encodeAnswer } from '../../../../../core/src/dialects/openai-responses/translate/encode-answer.ts';
import { streamReader } from '../../../../../core/src/dialects/openai-responses/translate/stream-reader.ts';
import { streamWriter } from '../../../../../core/src/dialects/openai-responses/translate/stream-writer.ts';
import { frameFields } from '../../../../../core/src/dialects/sse.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import type { Usage } from '../../../../../core/src/model/usage.ts';
import { about, answer, eventsOf } from './answers.ts';
import { assembled } from './assembled.ts';
import { played } from './played.ts';

const usage: Usage = { input: 7, output: 3, cacheRead: 2, cacheWrite: undefined, reasoning: 1, raw: {} };
const start: NeutralEvent = { kind: 'start', id: 'msg_9', model: 'm-1' };
const end: readonly NeutralEvent[] = [
  { kind: 'stop', stop: { kind: 'end' } },
  { kind: 'usage', usage },
];

function written(events: readonly NeutralEvent[], request: JsonObject = {}): string {
  const writer = streamWriter({ ...about, request });
  return events.reduce((frames, event) => frames + writer.write(event), '') + writer.end();
}

interface Event {
  readonly name: string | undefined;
  readonly json: Record<string, JsonValue>;
}

function eventsIn(stream: string): Event[] {
  expect(stream.endsWith('\n\n')).toBe(true);
  return stream
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      const { name, data } = frameFields(frame);
      return { name, json: JSON.parse(data) as Record<string, JsonValue> };
    });
}

function last<T>(list: readonly T[]): T {
  const one = list.at(-1);
  if (one === undefined) throw new Error('an empty list');
  return one;
}

const typesOf = (events: readonly NeutralEvent[]): string[] =>
  eventsIn(written(events)).map(({ json }) => String(json.type).replace('response.', ''));

const client = (baseURL: string): OpenAI => new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });

/** What the SDK's helper makes of a stream. It throws for an order or an identity that is not legal. */
async function accumulated(stream: string): Promise<OpenAI.Responses.Response> {
  return played('text/event-stream', stream, (baseURL) => client(baseURL).responses.stream({ model: 'm', input: 'hello' }).finalResponse());
}

describe('the order of events', () => {
  it('opens and ends every item, part and answer', () => {
    expect(typesOf([start, { kind: 'text', text: 'Hel' }, { kind: 'text', text: 'lo' }, ...end])).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
  });

  it('BerriAI/litellm#22102, openai/codex#12798: every item that is added is done, or Codex shows nothing', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { minLength: 1 }), (whole, sizes) => {
        const events = eventsIn(written(eventsOf(whole, sizes))).map(({ json }) => json);
        const indexes = (type: string): JsonValue[] =>
          events.filter((event) => event.type === type).map((event) => event.output_index ?? null);
        const added = indexes('response.output_item.added');
        expect(added).toEqual(added.map((_, index) => index));
        expect(indexes('response.output_item.done').toSorted()).toEqual(added.toSorted());
        const done: unknown[] = events.filter((event) => event.type === 'response.output_item.done').map(({ item }) => item);
        const { output } = last(events).response as { output: unknown[] };
        expect(done).toHaveLength(output.length);
        expect(output).toEqual(expect.arrayContaining(done));
      }),
    );
  });

  it('numbers its events, and names each as its data does', () => {
    const events = eventsIn(written([start, { kind: 'refusal', text: 'No.' }, ...end]));
    expect(events.map(({ json }) => json.sequence_number)).toEqual(events.map((_, index) => index));
    for (const { name, json } of events) expect(name).toBe(json.type);
  });

  it('begins by itself when the provider has no beginning, and only once', () => {
    expect(typesOf([{ kind: 'text', text: 'a' }, start]).slice(0, 3)).toEqual(['created', 'in_progress', 'output_item.added']);
    expect(typesOf([])).toEqual(['created', 'in_progress', 'completed']);
    expect(typesOf([start, start])).toEqual(['created', 'in_progress', 'completed']);
  });

  it('says nothing for empty pieces: a part without a text is none', () => {
    expect(typesOf([start, { kind: 'text', text: '' }, { kind: 'reasoning', text: '' }, { kind: 'partEnd' }])).toEqual([
      'created',
      'in_progress',
      'completed',
    ]);
  });

  it('ends with response.incomplete what was cut short, and says which item', () => {
    const [last, item] = eventsIn(
      written([start, { kind: 'text', text: 'Once upon' }, { kind: 'stop', stop: { kind: 'length' } }]),
    ).reverse();
    expect(last?.json).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: { total_tokens: 0 } },
    });
    expect(item?.json).toMatchObject({ type: 'response.output_item.done', item: { status: 'incomplete' } });
  });

  it('never ends a stream by itself: a broken one has no last event', () => {
    const writer = streamWriter(about);
    const stream = [start, { kind: 'text', text: 'a' } as const, ...end].map((event) => writer.write(event)).join('');
    expect(stream).not.toContain('response.completed');
    expect(stream).not.toContain('output_item.done');
  });
});

describe('tool calls', () => {
  const calls: readonly NeutralEvent[] = [
    start,
    { kind: 'text', text: 'Two calls.' },
    { kind: 'toolCall', call: 0, id: 'a', name: 'first', opaque: undefined },
    { kind: 'arguments', call: 0, piece: '{"x":' },
    { kind: 'toolCall', call: 1, id: 'b', name: 'second', opaque: undefined },
    { kind: 'arguments', call: 1, piece: '{"y":' },
    { kind: 'arguments', call: 0, piece: '1}' },
    { kind: 'arguments', call: 1, piece: '2}' },
    { kind: 'stop', stop: { kind: 'toolCalls' } },
    { kind: 'usage', usage },
  ];

  it('BerriAI/litellm#19368: calls are streamed, and interleaved arguments go to their own', async () => {
    const { output } = await accumulated(written(calls));
    expect(output).toMatchObject([
      { type: 'message', content: [{ text: 'Two calls.' }] },
      { type: 'function_call', call_id: 'a', name: 'first', arguments: '{"x":1}' },
      { type: 'function_call', call_id: 'b', name: 'second', arguments: '{"y":2}' },
    ]);
  });

  it('a text is over when arguments of an earlier call go on', () => {
    const types = typesOf([
      ...calls.slice(0, 4),
      { kind: 'text', text: 'Meanwhile.' },
      { kind: 'arguments', call: 0, piece: '1}' },
      ...end,
    ]);
    const second = types.lastIndexOf('output_text.delta');
    expect(types.slice(second + 1, second + 5)).toEqual([
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'function_call_arguments.delta',
    ]);
  });

  it('without arguments has an empty object, in pieces too', () => {
    const stream = eventsIn(written([start, { kind: 'toolCall', call: 0, id: 'a', name: 'now', opaque: undefined }, ...end]));
    const of = (type: string): JsonObject | undefined => stream.find(({ json }) => json.type === type)?.json;
    expect(of('response.function_call_arguments.delta')).toMatchObject({ delta: '{}' });
    expect(of('response.function_call_arguments.done')).toMatchObject({ arguments: '{}' });
    expect(of('response.output_item.done')).toMatchObject({ item: { arguments: '{}', status: 'completed' } });
  });

  it('vercel/ai#19319, #4936: no call has an empty id or another one’s', () => {
    const ids = ['', 'a', 'a', ''];
    const stream = written([
      start,
      ...ids.map((id, call): NeutralEvent => ({ kind: 'toolCall', call, id, name: 'f', opaque: undefined })),
      ...end,
    ]);
    const given = eventsIn(stream).flatMap(({ json }) =>
      json.type === 'response.output_item.added' ? [(json.item as { call_id: string }).call_id] : [],
    );
    expect(new Set(given).size).toBe(4);
    expect(given).not.toContain('');
    expect(given[1]).toBe('a');
  });

  it('are over where the format says so; nothing is added to one that may be running', () => {
    const types = typesOf([
      start,
      { kind: 'toolCall', call: 0, id: 'a', name: 'f', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'arguments', call: 9, piece: '{}' },
      ...end,
    ]);
    expect(types.filter((type) => type === 'function_call_arguments.delta')).toHaveLength(1);
    expect(types.indexOf('output_item.done')).toBe(types.length - 2);
  });

  it('are not over when a text is, or another call', () => {
    const events = eventsIn(
      written([
        start,
        { kind: 'toolCall', call: 0, id: 'a', name: 'f', opaque: undefined },
        { kind: 'toolCall', call: 1, id: 'b', name: 'g', opaque: undefined },
        { kind: 'partEnd' },
        { kind: 'partEnd', call: 0 },
        { kind: 'partEnd', call: 7 },
        { kind: 'arguments', call: 1, piece: '{"x":1}' },
        ...end,
      ]),
    );
    expect((last(events).json.response as { output: unknown }).output).toMatchObject([{ arguments: '{}' }, { arguments: '{"x":1}' }]);
  });

  it('of calls that are open together, the last was cut short', () => {
    const stream = written([...calls.slice(0, -2), { kind: 'stop', stop: { kind: 'length' } }]);
    const { output } = last(eventsIn(stream)).json.response as { output: JsonObject[] };
    expect(output.map(({ status }) => status)).toEqual(['completed', 'completed', 'incomplete']);
  });

  it('a call cut short is not completed', () => {
    const events = eventsIn(
      written([
        start,
        { kind: 'toolCall', call: 0, id: 'a', name: 'f', opaque: undefined },
        { kind: 'arguments', call: 0, piece: '{"x' },
        { kind: 'stop', stop: { kind: 'length' } },
      ]),
    );
    expect(events.at(-2)?.json).toMatchObject({ item: { status: 'incomplete', arguments: '{"x' } });
  });
});

describe('the SDKs', () => {
  it('OpenAI’s helper accumulates what was meant, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(answer, fc.array(fc.nat(), { minLength: 1 }), async (whole, sizes) => {
        const response = await accumulated(written(eventsOf(whole, sizes)));
        const { output } = encodeAnswer({ ...whole, stop: undefined }, about);
        const statusless = (items: JsonValue | undefined): unknown =>
          (items as Record<string, JsonValue>[]).map(({ status: _, ...item }) => item);
        expect(statusless(JSON.parse(JSON.stringify(response.output)) as JsonValue)).toMatchObject(statusless(output) as object[]);
        expect(response.output_text).toBe(whole.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  it('OpenAI’s raw stream gives every event as it stands', async () => {
    const stream = written([start, { kind: 'reasoning', text: 'Hm.' }, { kind: 'text', text: 'Grüße 😀' }, ...end]);
    const seen = await played('text/event-stream', stream, async (baseURL) => {
      const events: unknown[] = [];
      for await (const event of await client(baseURL).responses.create({ model: 'm', input: 'x', stream: true })) events.push(event);
      return events;
    });
    expect(seen).toEqual(eventsIn(stream).map(({ json }) => json));
  });

  it('the AI SDK reads texts, reasoning, calls, usage and the end, without an error', async () => {
    const stream = written([
      start,
      { kind: 'reasoning', text: 'Hm.' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'SIG' } },
      { kind: 'partEnd' },
      { kind: 'text', text: 'Look' },
      { kind: 'text', text: 'ing.' },
      { kind: 'toolCall', call: 0, id: 'toolu_1', name: 'weather', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"place":"Zürich"}' },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
      { kind: 'usage', usage },
    ]);
    await played('text/event-stream', stream, async (baseURL) => {
      const errors: unknown[] = [];
      const result = streamText({
        model: createOpenAI({ baseURL, apiKey: 'k' })('gpt-5'),
        prompt: 'x',
        tools: { weather: tool({ inputSchema: jsonSchema({ type: 'object', properties: { place: { type: 'string' } } }) }) },
        onError: ({ error }) => {
          errors.push(error);
        },
      });
      expect(await result.text).toBe('Looking.');
      expect(await result.reasoningText).toBe('Hm.');
      expect(await result.toolCalls).toMatchObject([{ toolCallId: 'toolu_1', toolName: 'weather', input: { place: 'Zürich' } }]);
      expect(await result.finishReason).toBe('tool-calls');
      expect((await result.usage).inputTokens).toBe(7);
      expect(errors).toEqual([]);
    });
  });
});

describe('reasoning', () => {
  it('keeps what another format encrypted, in the item that clients send back', () => {
    const [done] = eventsIn(
      written([
        start,
        { kind: 'reasoning', text: 'Hm.' },
        { kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'SIG' } },
        { kind: 'partEnd' },
        ...end,
      ]),
    ).filter(({ json }) => json.type === 'response.output_item.done');
    expect(done?.json.item).toEqual({
      id: `rs_${about.id}_0`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'gw1:anthropic-messages:SIG',
    });
  });

  it('BerriAI/litellm#33224: never stands in a text, and a text never in it', () => {
    const { parts } = assembled(
      read(written([start, { kind: 'reasoning', text: 'a' }, { kind: 'text', text: 'b' }, { kind: 'reasoning', text: 'c' }])),
    );
    expect(parts.map((part) => part.kind)).toEqual(['reasoning', 'text', 'reasoning']);
  });

  it('what comes after an encrypted part is another item', () => {
    const opaque = { dialect: 'anthropic-messages', value: 'S' };
    const { parts } = assembled(
      read(written([start, { kind: 'reasoningOpaque', opaque }, { kind: 'reasoning', text: 'b' }, { kind: 'reasoningOpaque', opaque }])),
    );
    expect(parts).toEqual([
      { kind: 'reasoning', text: '', opaque },
      { kind: 'reasoning', text: 'b', opaque },
    ]);
  });
});

function read(stream: string): NeutralEvent[] {
  const reader = streamReader();
  return [...eventsIn(stream).flatMap(({ name, json }) => reader.read(json, name)), ...reader.end()];
}

describe('written and read again', () => {
  it('any answer is the same', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { minLength: 1 }), (whole, sizes) => {
        const again = assembled(read(written(eventsOf(whole, sizes))));
        expect({ ...again, usage: { ...again.usage, raw: null } }).toEqual(whole);
      }),
    );
  });

  it('echoes the request, and says that nothing is stored', () => {
    const request = { model: 'alias', instructions: 'Be brief.', metadata: { a: 'b' }, store: true, temperature: 0.5 };
    const [first] = eventsIn(written([start], request));
    expect(first?.json.response).toMatchObject({
      id: 'resp_msg_9',
      object: 'response',
      model: 'm-1',
      status: 'in_progress',
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      temperature: 0.5,
      store: false,
      output: [],
      usage: null,
    });
  });
});
