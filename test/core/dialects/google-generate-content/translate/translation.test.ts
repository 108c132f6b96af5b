import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { streamText } from 'ai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { googleTranslation } from '../../../../../core/src/dialects/google-generate-content/translate/translation.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type {
  NeutralAnswer,
  NeutralAssistantPart,
  NeutralEvent,
  NeutralOpaque,
  NeutralStop,
} from '../../../../../core/src/model/neutral.ts';
import type { Usage } from '../../../../../core/src/model/usage.ts';

const about = { id: 'gw1', created: 0, model: 'target', withUsage: true, request: {} };

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const opaque: fc.Arbitrary<NeutralOpaque> = fc.record({
  dialect: fc.constantFrom('google-generate-content', 'anthropic-messages', 'openai-responses'),
  value: fc.stringMatching(/^[A-Za-z0-9+/:]{1,20}$/),
});
const args = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
const call = fc.record({
  kind: fc.constant('toolCall' as const),
  id: fc.oneof(fc.constant(''), words),
  name: fc.stringMatching(/^[a-z_]{1,10}$/),
  arguments: args,
  opaque: fc.option(opaque, { nil: undefined }),
});
const part: fc.Arbitrary<NeutralAssistantPart> = fc.oneof(
  words.map((text) => ({ kind: 'text', text }) as const),
  fc.record({ kind: fc.constant('reasoning' as const), text: words, opaque: fc.option(opaque, { nil: undefined }) }),
  fc.record({ kind: fc.constant('reasoning' as const), text: fc.constant(''), opaque }),
  call,
);
const stop = (calls: boolean): fc.Arbitrary<NeutralStop | undefined> =>
  fc.constantFrom<NeutralStop | undefined>(
    undefined,
    { kind: calls ? 'toolCalls' : 'end' },
    { kind: 'length' },
    { kind: 'filtered' },
    { kind: 'unknown', word: 'MALFORMED_FUNCTION_CALL' },
  );
const count = fc.nat({ max: 1_000_000 });
const usage: fc.Arbitrary<Usage | undefined> = fc.option(
  fc.record({ input: count, text: count, reasoning: count, cacheRead: count }).map(({ input, text, reasoning, cacheRead }) => ({
    input,
    output: text + reasoning,
    cacheRead,
    cacheWrite: undefined,
    reasoning,
    raw: expect.anything() as unknown,
  })),
  { nil: undefined },
);
const answer: fc.Arbitrary<NeutralAnswer> = fc.array(part, { maxLength: 6 }).chain((parts) =>
  fc.record({
    id: words,
    model: words,
    parts: fc.constant(parts),
    stop: stop(parts.some(({ kind }) => kind === 'toolCall')),
    usage,
  }),
);

const wire = (value: JsonValue): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
const framesOf = (stream: string) => stream.split('\n\n').slice(0, -1);

/** An answer as a provider's stream, its texts and arguments in pieces. */
function eventsOf({ id, model, parts, stop: why, usage: spent }: NeutralAnswer, size: number): NeutralEvent[] {
  const events: NeutralEvent[] = [{ kind: 'start', id, model }];
  let calls = 0;
  for (const one of parts) {
    if (one.kind === 'toolCall') {
      events.push({ kind: 'toolCall', call: calls, id: one.id, name: one.name, opaque: one.opaque });
      for (const piece of pieces(one.arguments, size)) events.push({ kind: 'arguments', call: calls, piece });
      events.push({ kind: 'partEnd', call: calls });
      calls += 1;
    } else {
      for (const text of pieces(one.text, size)) events.push({ kind: one.kind, text });
      if (one.kind === 'reasoning' && one.opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque: one.opaque });
      events.push({ kind: 'partEnd' });
    }
  }
  if (spent !== undefined) events.push({ kind: 'usage', usage: spent });
  if (why !== undefined) events.push({ kind: 'stop', stop: why });
  return events;
}

function pieces(text: string, size: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += size) found.push(text.slice(at, at + size));
  return found;
}

/** The events of one meaning: neighbouring texts joined, ends of parts left out. */
function meaning(events: readonly NeutralEvent[]): NeutralEvent[] {
  const joined: NeutralEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.kind === 'partEnd') continue;
    if ((event.kind === 'text' || event.kind === 'reasoning') && last?.kind === event.kind)
      joined[joined.length - 1] = { ...event, text: last.text + event.text };
    else if (event.kind === 'arguments' && last?.kind === 'arguments' && last.call === event.call)
      joined[joined.length - 1] = { ...event, piece: last.piece + event.piece };
    else joined.push(event);
  }
  return joined;
}

function written(events: readonly NeutralEvent[]): string {
  const writer = googleTranslation.streamWriter(about);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

describe('there and back', () => {
  it('an answer is the same after it was encoded and decoded', () => {
    fc.assert(
      fc.property(answer, (given) => {
        expect(googleTranslation.decodeAnswer(wire(googleTranslation.encodeAnswer(given, about)))).toEqual(given);
      }),
    );
  });

  it('a stream is the same after it was written and read, wherever its texts were cut', () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: 1, max: 10 }), (given, size) => {
        const events = eventsOf(given, size);
        const reader = googleTranslation.streamReader();
        const frames = framesOf(written(events));
        for (const frame of frames) expect(frame).toMatch(/^data: \{[^\n]*\}$/);
        const read = [...frames.flatMap((frame) => reader.read(JSON.parse(frame.slice(6)) as JsonValue, undefined)), ...reader.end()];
        expect(meaning(read)).toEqual(meaning(events));
      }),
    );
  });

  it('what a client sends back of an answer is what the model said', () => {
    const known = answer.filter(({ parts }) => parts.length > 0 && parts.every((one) => one.kind !== 'toolCall' || one.id !== ''));
    fc.assert(
      fc.property(known, (given) => {
        const body = googleTranslation.encodeAnswer(given, about) as { candidates: { content: JsonObject }[] };
        const contents = body.candidates.map(({ content }) => content);
        const { value, losses } = googleTranslation.decodeRequest(wire({ contents }), { model: 'm', stream: false });
        expect(losses).toEqual([]);
        expect(value.turns).toEqual([{ role: 'assistant', parts: joinThoughts(given.parts) }]);
      }),
    );
  });

  it('a request for Google says what a client of Google’s said', () => {
    const texts = fc.array(fc.record({ text: words }), { minLength: 1, maxLength: 3 });
    const turn = (role: string) => texts.map((parts) => ({ role, parts }));
    const contents = fc
      .array(fc.tuple(turn('user'), turn('model')), { maxLength: 3 })
      .chain((pairs) => turn('user').map((last) => [...pairs.flat(), last]));
    fc.assert(
      fc.property(contents, texts, (given, parts) => {
        const body = { systemInstruction: { parts }, contents: given };
        const { value } = googleTranslation.decodeRequest(body, { model: 'gemini-3-flash-preview', stream: false });
        const target = { model: 'gemini-3-flash-preview', maxOutputTokens: undefined, quirks: {} };
        expect(googleTranslation.encodeRequest(value, target)).toEqual({ value: body, losses: [] });
      }),
    );
  });
});

/** An unsigned thought and the next are one to Google: only a signature ends one. */
function joinThoughts(parts: readonly NeutralAssistantPart[]): NeutralAssistantPart[] {
  const joined: NeutralAssistantPart[] = [];
  for (const one of parts) {
    const last = joined.at(-1);
    if (one.kind === 'reasoning' && last?.kind === 'reasoning' && last.opaque === undefined)
      joined[joined.length - 1] = { ...one, text: last.text + one.text };
    else joined.push(one);
  }
  return joined;
}

/** The real client, of what a server on this machine answers. */
async function withClient<T>(body: string, contentType: string, use: (client: GoogleGenAI) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', contentType);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await use(new GoogleGenAI({ apiKey: 'key', vertexai: false, httpOptions: { baseUrl } }));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('real clients', () => {
  // `.text` beside calls makes `@google/genai` write a warning.
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  const spent = { input: 9, output: 7, cacheRead: 4, cacheWrite: undefined, reasoning: 2, raw: {} };
  const given: NeutralAnswer = {
    id: 'resp_1',
    model: 'gpt-5',
    parts: [
      { kind: 'reasoning', text: 'let me see', opaque: { dialect: 'openai-responses', value: 'encrypted' } },
      { kind: 'text', text: 'It is “sunny” 🌞 today.' },
      { kind: 'toolCall', id: 'call_1', name: 'weather', arguments: '{"city":"Berlin"}', opaque: undefined },
      { kind: 'toolCall', id: 'call_2', name: 'weather', arguments: '{}', opaque: undefined },
    ],
    stop: { kind: 'toolCalls' },
    usage: spent,
  };
  const calls = [
    { id: 'call_1', name: 'weather', args: { city: 'Berlin' } },
    { id: 'call_2', name: 'weather', args: {} },
  ];
  const counted = { promptTokenCount: 9, cachedContentTokenCount: 4, candidatesTokenCount: 5, thoughtsTokenCount: 2, totalTokenCount: 16 };

  it('@google/genai, claude-code-router#873: reads a written stream, event by event', async () => {
    const chunks = await withClient(written(eventsOf(given, 4)), 'text/event-stream', async ({ models }) => {
      const read: GenerateContentResponse[] = [];
      for await (const chunk of await models.generateContentStream({ model: 'gpt-5', contents: 'hi' })) read.push(chunk);
      return read;
    });
    expect(chunks.flatMap((chunk) => chunk.text ?? []).join('')).toBe('It is “sunny” 🌞 today.');
    expect(chunks.filter((chunk) => chunk.text).length).toBeGreaterThan(3);
    expect(chunks.flatMap((chunk) => chunk.functionCalls ?? [])).toEqual(calls);
    const thoughts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []).filter(({ thought }) => thought);
    expect(thoughts.map(({ text }) => text).join('')).toBe('let me see');
    expect(thoughts.at(-1)?.thoughtSignature).toBe(Buffer.from('gw1:openai-responses:encrypted').toString('base64'));
    expect(chunks.map((chunk) => chunk.candidates?.[0]?.finishReason).filter((reason) => reason !== undefined)).toEqual(['STOP']);
    expect(chunks.at(-1)?.usageMetadata).toEqual(counted);
    expect(new Set(chunks.map(({ responseId }) => responseId))).toEqual(new Set(['resp_1']));
  });

  it('@google/genai reads a whole answer', async () => {
    const body = JSON.stringify(googleTranslation.encodeAnswer(given, about));
    const response = await withClient(body, 'application/json', ({ models }) => models.generateContent({ model: 'gpt-5', contents: 'hi' }));
    expect(response.text).toBe('It is “sunny” 🌞 today.');
    expect(response.functionCalls).toEqual(calls);
    expect(response.candidates?.[0]?.finishReason).toBe('STOP');
    expect(response.usageMetadata).toEqual(counted);
  });

  it('@google/genai’s chat keeps an answer without a word, and sends signatures back', async () => {
    const empty = written([{ kind: 'stop', stop: { kind: 'end' } }]);
    const history = await withClient(empty, 'text/event-stream', async ({ chats }) => {
      const chat = chats.create({ model: 'gpt-5' });
      for await (const _chunk of await chat.sendMessageStream({ message: 'hi' }));
      return chat.getHistory(true);
    });
    expect(history.map(({ role }) => role)).toEqual(['user', 'model']);
    const turns = await withClient(written(eventsOf(given, 4)), 'text/event-stream', async ({ chats }) => {
      const chat = chats.create({ model: 'gpt-5' });
      for await (const _chunk of await chat.sendMessageStream({ message: 'hi' }));
      const contents = chat.getHistory(true);
      return googleTranslation.decodeRequest(wire({ contents } as unknown as JsonObject), { model: 'm', stream: false }).value.turns;
    });
    const said = turns.flatMap((turn) => (turn.role === 'assistant' ? turn.parts : []));
    expect(said.find(({ kind }) => kind === 'reasoning')).toEqual(given.parts[0]);
    expect(said.filter(({ kind }) => kind === 'toolCall')).toEqual(given.parts.slice(2));
    expect(said.flatMap((one) => (one.kind === 'text' ? [one.text] : [])).join('')).toBe('It is “sunny” 🌞 today.');
  });

  it('the AI SDK, which checks every event against a schema, reads a written stream', async () => {
    const google = createGoogleGenerativeAI({
      apiKey: 'key',
      fetch: async () => new Response(written(eventsOf(given, 4)), { headers: { 'content-type': 'text/event-stream' } }),
    });
    const result = streamText({ model: google('gemini-3-flash-preview'), prompt: 'hi', onError: () => undefined });
    const read = [];
    for await (const part of result.fullStream) read.push(part);
    expect(read.filter(({ type }) => type === 'error')).toEqual([]);
    expect(await result.text).toBe('It is “sunny” 🌞 today.');
    expect(await result.reasoningText).toBe('let me see');
    expect((await result.toolCalls).map(({ toolName, input }) => [toolName, input])).toEqual([
      ['weather', { city: 'Berlin' }],
      ['weather', {}],
    ]);
    expect(await result.finishReason).toBe('tool-calls');
    expect(await result.usage).toMatchObject({ inputTokens: 9, outputTokens: 7 });
  });
});
