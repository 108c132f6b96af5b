import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { streamReader } from '../../../../../core/src/dialects/openai-chat/translate/stream-reader.ts';
import { streamWriter } from '../../../../../core/src/dialects/openai-chat/translate/stream-writer.ts';
import type { AnswerAbout } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import { about, answerOf, anyAnswer, argumentsEvent, callEvent, chunksOf, eventsOf, reading, text, usage } from './examples.ts';

const metered = { ...about, withUsage: true };

function write(events: readonly NeutralEvent[], asked: AnswerAbout = about): string {
  const writer = streamWriter(asked);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

/** The chunks besides `[DONE]`, which must be the last. */
function chunks(events: readonly NeutralEvent[], asked: AnswerAbout = about): JsonObject[] {
  const all = chunksOf(write(events, asked));
  expect(all.pop()).toBe('[DONE]');
  return all.filter((chunk) => chunk !== '[DONE]');
}

function choices(events: readonly NeutralEvent[], asked: AnswerAbout = about): JsonObject[] {
  return chunks(events, asked).flatMap((chunk) => chunk.choices as readonly JsonObject[]);
}

const deltas = (events: readonly NeutralEvent[], asked: AnswerAbout = about): unknown[] => choices(events, asked).map(({ delta }) => delta);

const start: NeutralEvent = { kind: 'start', id: 'msg_1', model: 'claude' };
const [toolCall, given] = [callEvent, argumentsEvent];
const partEnd: NeutralEvent = { kind: 'partEnd' };
const callEnd = (call: number): NeutralEvent => ({ kind: 'partEnd', call });
const stop: NeutralEvent = { kind: 'stop', stop: { kind: 'end' } };
const role = { role: 'assistant', content: '' };

describe('a stream that broke', () => {
  it('has no clean end: nothing says that it is over but end()', () => {
    const writer = streamWriter(about);
    const frames = [start, text('a'), toolCall(0, 'x')].map((event) => writer.write(event)).join('');
    expect(frames).not.toContain('[DONE]');
    expect(chunksOf(frames).every((chunk) => JSON.stringify(chunk).includes('"finish_reason":null'))).toBe(true);
  });
});

describe('chunks', () => {
  it('Portkey#1399: the first has the role, whatever comes first', () => {
    for (const first of [start, text('a'), toolCall(0, 'x'), stop]) {
      const [chunk] = choices([first]);
      expect(chunk).toEqual({ index: 0, delta: role, logprobs: null, finish_reason: null });
    }
    expect(deltas([])[0]).toEqual(role);
  });

  it('are whole answers to whoever reads one alone', () => {
    const [first] = chunks([start, text('a')]);
    expect(first).toMatchObject({ id: 'msg_1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'claude' });
    expect(chunks([text('a')])[0]).toMatchObject({ id: 'chatcmpl-exchange-1', model: 'asked' });
  });

  it('go out as their events come', () => {
    const writer = streamWriter(reading);
    writer.write(start);
    for (const event of [
      text('a'),
      { kind: 'reasoning', text: 'b' } as const,
      { kind: 'refusal', text: 'c' } as const,
      toolCall(0, 'x'),
      given(0, '{'),
    ])
      expect(chunksOf(writer.write(event))).toHaveLength(1);
    expect(writer.write(text('')) + writer.write(given(7, '{'))).toBe('');
  });

  it('litellm#20433: reasoning goes to those who asked for it, and to nobody else', () => {
    const events: NeutralEvent[] = [start, { kind: 'reasoning', text: 'hm' }, text('a'), stop];
    expect(deltas(events, reading)).toEqual([role, { reasoning_content: 'hm' }, { content: 'a' }, {}]);
    expect(deltas(events)).toEqual([role, { content: 'a' }, {}]);
  });

  it('litellm#12666, mlflow#23458: the choice is always 0, and always has a finish reason, if only null', () => {
    const all = choices([start, text('a'), partEnd, toolCall(0, 'x'), toolCall(1, 'y'), stop]);
    expect(all.map(({ index }) => index)).toEqual(all.map(() => 0));
    expect(all.slice(0, -1).map(({ finish_reason }) => finish_reason)).toEqual(all.slice(1).map(() => null));
  });
});

describe('calls', () => {
  it('litellm#5231: are counted among themselves; id and name come once', () => {
    expect(deltas([start, text('a'), partEnd, toolCall(0, 'x'), given(0, '{"a"'), given(0, ':1}'), stop]).slice(2)).toEqual([
      { tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'look', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      {},
    ]);
  });

  it('without arguments have an empty object, as soon as it is sure', () => {
    const emptied = { tool_calls: [{ index: 0, function: { arguments: '{}' } }] };
    expect(deltas([start, toolCall(0, 'x'), callEnd(0), toolCall(1, 'y'), given(1, '{"a":1}'), callEnd(1), stop])[2]).toEqual(emptied);
    expect(deltas([start, toolCall(0, 'x'), stop])[2]).toEqual(emptied);
    const both = deltas([start, toolCall(0, 'x'), callEnd(0), toolCall(1, 'y'), callEnd(1), text('a'), stop]);
    expect([both[2], both[4], both[5]]).toEqual([emptied, { tool_calls: [{ index: 1, function: { arguments: '{}' } }] }, { content: 'a' }]);
    const interleaved = deltas([start, toolCall(0, 'x'), toolCall(1, 'y'), callEnd(0), given(1, '{"a":1}'), callEnd(1), stop]);
    expect(interleaved.slice(3)).toEqual([emptied, { tool_calls: [{ index: 1, function: { arguments: '{"a":1}' } }] }, {}]);
  });

  it('the end of a text, or of another call, ends no call; what follows its own end is nobody’s', () => {
    const arguments_ = (events: NeutralEvent[]) =>
      deltas(events)
        .flatMap((delta) => (delta as { tool_calls?: { function: { arguments: string } }[] }).tool_calls ?? [])
        .map((call) => call.function.arguments)
        .join('');
    expect(arguments_([start, toolCall(0, 'x'), text('a'), partEnd, callEnd(7), given(0, '{"a":1}'), callEnd(0), stop])).toBe('{"a":1}');
    expect(arguments_([start, toolCall(0, 'x'), callEnd(0), given(0, '{"a":1}'), callEnd(0), stop])).toBe('{}');
  });

  it('vercel/ai#19319: have ids of their own where the provider gave none', () => {
    const written = write([start, toolCall(0, ''), toolCall(1, '')]);
    const ids = [...written.matchAll(/"id":"(call_[0-9a-f]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('langchain#37347: carry Google’s signature; that of a text goes beside it, others’ nowhere', () => {
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const extra_content = { google: { thought_signature: 'sig' } };
    const all = deltas([toolCall(0, 'x', 'look', opaque), { kind: 'reasoningOpaque', opaque }]);
    expect(all[1]).toMatchObject({ tool_calls: [{ extra_content }] });
    expect(all[2]).toEqual({ extra_content });
    expect(write([{ kind: 'reasoningOpaque', opaque: { dialect: 'anthropic-messages', value: 'sig' } }], reading)).not.toContain('sig');
  });
});

describe('the end', () => {
  it.each<[NeutralEvent[], string]>([
    [[stop], 'stop'],
    [[], 'stop'],
    [[toolCall(0, 'x'), stop], 'tool_calls'],
    [[toolCall(0, 'x')], 'tool_calls'],
    [[{ kind: 'stop', stop: { kind: 'length' } }], 'length'],
    [[{ kind: 'stop', stop: { kind: 'unknown', word: 'pause_turn' } }], 'pause_turn'],
    [[stop, { kind: 'stop', stop: { kind: 'length' } }], 'stop'],
  ])('%j: one chunk says why, %s', (events, reason) => {
    const reasons = choices([start, ...events]).map(({ finish_reason }) => finish_reason);
    expect(reasons.filter((one) => one !== null)).toEqual([reason]);
    expect(reasons.at(-1)).toBe(reason);
  });

  it('usage comes last, to those who asked, if it is known; all others say null', () => {
    const events: NeutralEvent[] = [
      start,
      text('a'),
      { kind: 'usage', usage: usage({ input: 3 }) },
      stop,
      { kind: 'usage', usage: usage({ input: 3, output: 2 }) },
    ];
    const all = chunks(events, metered);
    expect(all.slice(0, -1).map((chunk) => chunk.usage)).toEqual([null, null, null]);
    expect(all.at(-1)).toMatchObject({ id: 'msg_1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
    for (const chunk of chunks(events)) expect(chunk).not.toHaveProperty('usage');
    expect(chunks([start, stop], metered).every((chunk) => chunk.usage === null)).toBe(true);
  });
});

describe('the reader', () => {
  it('reads what was written, however it was cut', () => {
    fc.assert(
      fc.property(anyAnswer, fc.integer({ min: 1, max: 9 }), fc.boolean(), (answer, size, interleave) => {
        const reader = streamReader();
        const frames = write(eventsOf(answer, size, interleave), { ...reading, withUsage: true });
        const events = chunksOf(frames).flatMap((chunk) => (chunk === '[DONE]' ? reader.end() : reader.read(chunk, undefined)));
        expect(answerOf(events)).toEqual(answer);
      }),
    );
  });
});

describe('OpenAI’s own client', () => {
  const conversation: NeutralEvent[] = [
    start,
    { kind: 'reasoning', text: 'hm' },
    text('Hello '),
    text('“you” 😀'),
    partEnd,
    toolCall(0, 'x', 'now'),
    callEnd(0),
    toolCall(1, 'y', 'look', { dialect: 'google-generate-content', value: 'sig' }),
    given(1, '{"city":'),
    given(1, '"Paris"}'),
    callEnd(1),
    { kind: 'usage', usage: usage({ input: 3, output: 2 }) },
    { kind: 'stop', stop: { kind: 'toolCalls' } },
  ];
  const asked = { model: 'm', messages: [{ role: 'user', content: 'hi' }] } satisfies Omit<OpenAI.ChatCompletionCreateParams, 'stream'>;

  /** A client whose server plays these frames. */
  async function client(frames: string): Promise<OpenAI> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end(frames);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
    const { port } = server.address() as AddressInfo;
    return new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  }

  it('reads every chunk', async () => {
    const openai = await client(write(conversation, { ...reading, withUsage: true }));
    const stream = await openai.chat.completions.create({ ...asked, stream: true });
    let said = '';
    const seen: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) {
      seen.push(chunk);
      said += chunk.choices[0]?.delta.content ?? '';
    }
    expect(said).toBe('Hello “you” 😀');
    expect(seen.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 5 } });
    expect(seen.at(-2)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('makes an answer of them, tools called and all', async () => {
    const openai = await client(write(conversation, reading));
    const done: unknown[] = [];
    const stream = openai.chat.completions
      .stream(asked)
      .on('tool_calls.function.arguments.done', (call) => done.push([call.index, call.name, call.arguments]));
    const [choice] = (await stream.finalChatCompletion()).choices;
    expect(done).toEqual([
      [0, 'now', '{}'],
      [1, 'look', '{"city":"Paris"}'],
    ]);
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Hello “you” 😀',
        reasoning_content: 'hm',
        tool_calls: [
          { id: 'x', type: 'function', function: { name: 'now', arguments: '{}' } },
          { id: 'y', function: { name: 'look', arguments: '{"city":"Paris"}' }, extra_content: { google: { thought_signature: 'sig' } } },
        ],
      },
    });
  });

  it('takes a refusal, an empty answer and calls that interleave', async () => {
    const answers: NeutralEvent[][] = [
      [{ kind: 'refusal', text: 'No.' }, stop],
      [],
      [toolCall(0, 'x'), toolCall(1, 'y'), given(1, '{"b":'), given(0, '{"a":'), given(1, '2}'), given(0, '1}')],
    ];
    const messages = [];
    for (const events of answers) {
      const openai = await client(write([start, ...events]));
      messages.push(await openai.chat.completions.stream(asked).finalMessage());
    }
    expect(messages[0]).toMatchObject({ refusal: 'No.' });
    expect(messages[1]).toMatchObject({ role: 'assistant' });
    expect(messages[2]?.tool_calls).toMatchObject([{ function: { arguments: '{"a":1}' } }, { function: { arguments: '{"b":2}' } }]);
  });

  it('takes one that broke for broken', async () => {
    const writer = streamWriter(about);
    const frames = [start, text('Hel')].map((event) => writer.write(event)).join('');
    const openai = await client(frames);
    await expect(openai.chat.completions.stream(asked).finalMessage()).rejects.toThrow(/finish_reason/);
  });
});
