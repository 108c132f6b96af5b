import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamReader } from '../../../../../core/src/dialects/anthropic-messages/translate/stream-reader.ts';
import { streamWriter } from '../../../../../core/src/dialects/anthropic-messages/translate/stream-writer.ts';
import type { NeutralAssistantPart, NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import { about, anyEvents, anyUsage, eventsIn, strictMessage, usage } from './examples.ts';

function write(events: readonly NeutralEvent[]): string {
  const writer = streamWriter(about);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

const start: NeutralEvent = { kind: 'start', id: 'chatcmpl-1', model: 'gpt' };
const called = (call: number, id = `c${call}`): NeutralEvent => ({ kind: 'toolCall', call, id, name: 'look', opaque: undefined });
const piece = (call: number, text: string): NeutralEvent => ({ kind: 'arguments', call, piece: text });

/** What events say, whatever pieces they come in: calls by number, in the order in which parts begin. */
function partsOf(events: readonly NeutralEvent[]): NeutralAssistantPart[] {
  const parts: NeutralAssistantPart[] = [];
  const calls = new Map<number, number>();
  for (const event of events) {
    const last = parts.at(-1);
    if (event.kind === 'text' || event.kind === 'reasoning') {
      const goesOn = last?.kind === event.kind && !(last.kind === 'reasoning' && last.opaque !== undefined);
      if (goesOn) parts[parts.length - 1] = { ...last, text: last.text + event.text };
      else parts.push(event.kind === 'text' ? event : { ...event, opaque: undefined });
    } else if (event.kind === 'reasoningOpaque') {
      const belongs = last?.kind === 'reasoning' && last.opaque === undefined && !event.opaque.value.startsWith('redacted:');
      if (belongs) parts[parts.length - 1] = { ...last, opaque: event.opaque };
      else parts.push({ kind: 'reasoning', text: '', opaque: event.opaque });
    } else if (event.kind === 'toolCall') {
      calls.set(event.call, parts.length);
      parts.push({ kind: 'toolCall', id: event.id, name: event.name, arguments: '', opaque: undefined });
    } else if (event.kind === 'arguments') {
      const at = calls.get(event.call) ?? -1;
      const part = parts[at];
      if (part?.kind === 'toolCall') parts[at] = { ...part, arguments: part.arguments + event.piece };
    }
  }
  return parts.map((part) => (part.kind === 'toolCall' && part.arguments === '' ? { ...part, arguments: '{}' } : part));
}

describe('a stream that breaks off', () => {
  it('never ends like one that did not', () => {
    fc.assert(
      fc.property(anyEvents, fc.boolean(), (events, stopped) => {
        const writer = streamWriter(about);
        const all: NeutralEvent[] = [start, ...events, ...(stopped ? [{ kind: 'stop', stop: { kind: 'end' } } as const] : [])];
        const types = eventsIn(all.map((event) => writer.write(event)).join('')).map(({ type }) => type);
        expect(types).not.toContain('message_delta');
        expect(types).not.toContain('message_stop');
      }),
    );
  });
});

describe('the order of events', () => {
  it('nothing at all is still a message', () => {
    const { message, content, delta } = strictMessage(write([]));
    expect(message).toMatchObject({ id: 'msg_exchange1', model: 'asked', role: 'assistant', content: [] });
    expect(content).toEqual([]);
    expect(delta).toMatchObject({ delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 0 } });
  });

  it('blocks are contiguous, one is open at a time, and say what the events said', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const frames = write([start, ...events]);
        strictMessage(frames);
        const reader = streamReader();
        const read = eventsIn(frames).flatMap((event) => reader.read(event, undefined));
        expect(partsOf(withoutJoins(read))).toEqual(partsOf(events));
      }),
    );
  });

  it('llm-bridge: interleaved arguments reach their own call', () => {
    const { content } = strictMessage(
      write([
        start,
        called(0),
        called(1),
        piece(0, '{"a"'),
        piece(1, '{"b"'),
        piece(0, ':1}'),
        piece(1, ':2}'),
        { kind: 'stop', stop: { kind: 'toolCalls' } },
      ]),
    );
    expect(content).toMatchObject([
      { id: 'c0', input: '{"a":1}' },
      { id: 'c1', input: '{"b":2}' },
    ]);
  });

  it('litellm#33224: thinking stands in a block of thinking', () => {
    const { content } = strictMessage(write([start, { kind: 'text', text: 'a' }, { kind: 'reasoning', text: 'b' }]));
    expect(content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'thinking', thinking: 'b', signature: '' },
    ]);
  });

  it('litellm#34692: no empty text before a call, and tool_use whenever one was made', () => {
    const { content, delta } = strictMessage(
      write([start, { kind: 'text', text: '' }, called(0), piece(0, '{}'), { kind: 'stop', stop: { kind: 'end' } }]),
    );
    expect(content.map(({ type }) => type)).toEqual(['tool_use']);
    expect(delta).toMatchObject({ delta: { stop_reason: 'tool_use' } });
  });

  it('litellm#29600: reasoning alone is an answer', () => {
    expect(strictMessage(write([{ kind: 'reasoning', text: 'hm' }])).content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
    ]);
  });

  it('vercel/ai 45b3d76: arguments that already parse may still go on', () => {
    const { content } = strictMessage(write([called(0), piece(0, '{"a":1}'), called(1), piece(0, ' '), piece(1, '{}')]));
    expect(content).toMatchObject([{ input: '{"a":1} ' }, { input: '{}' }]);
  });

  it('a refusal is a text and the reason to stop', () => {
    const { content, delta } = strictMessage(
      write([
        { kind: 'refusal', text: 'No.' },
        { kind: 'stop', stop: { kind: 'end' } },
      ]),
    );
    expect(content).toEqual([{ type: 'text', text: 'No.' }]);
    expect(delta).toMatchObject({ delta: { stop_reason: 'refusal' } });
  });

  it('ids: a message’s own, and one for each call (vercel/ai#19319, #4936)', () => {
    const { content } = strictMessage(write([called(0, ''), called(1, 'a'), called(2, 'a')]));
    const ids = content.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain('');
    expect(strictMessage(write([{ ...start, id: 'msg_9' } as NeutralEvent])).message.id).toBe('msg_9');
  });

  it("litellm#16893: a call's signature of Gemini's stands before it", () => {
    const opaque = { dialect: 'google-generate-content', value: 'c2ln' };
    const { content } = strictMessage(write([{ kind: 'toolCall', call: 0, id: 'a', name: 'look', opaque }]));
    expect(content).toMatchObject([{ type: 'thinking', thinking: '', signature: 'gw1:google-generate-content:call:c2ln' }, { id: 'a' }]);
  });
});

/** Texts that the writer joined were separated by an end of a part, which events in pieces do not know. */
function withoutJoins(events: readonly NeutralEvent[]): NeutralEvent[] {
  return events.filter(({ kind }) => kind !== 'partEnd');
}

describe('usage', () => {
  it('comes after the stop and takes the place of the zeros at the beginning', () => {
    const events: NeutralEvent[] = [
      start,
      { kind: 'text', text: 'a' },
      { kind: 'stop', stop: { kind: 'length' } },
      { kind: 'usage', usage: usage({ input: 100, output: 7, cacheRead: 60 }) },
    ];
    const { message, delta } = strictMessage(write(events));
    expect(message.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
    expect(delta).toMatchObject({
      delta: { stop_reason: 'max_tokens' },
      usage: { input_tokens: 40, cache_read_input_tokens: 60, output_tokens: 7 },
    });
  });

  it('reads back as it was', () => {
    fc.assert(
      fc.property(anyUsage, (known) => {
        const reader = streamReader();
        const events = eventsIn(write([start, { kind: 'usage', usage: known }])).flatMap((event) => reader.read(event, undefined));
        const last = events.findLast((event) => event.kind === 'usage');
        expect(last?.kind === 'usage' && { ...last.usage, raw: undefined }).toEqual(known);
      }),
    );
  });
});

/** The SDK throws for arguments that are no JSON, whoever wrote them. */
function withJson(events: readonly NeutralEvent[]): NeutralEvent[] {
  const begun = new Set<number>();
  return events.map((event) => {
    if (event.kind !== 'arguments') return event;
    const first = !begun.has(event.call);
    begun.add(event.call);
    return { ...event, piece: first ? '{}' : ' ' };
  });
}

const asked = { model: 'm', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hi' }] };

const answering = (frames: string) => ({
  apiKey: 'none',
  baseURL: 'http://127.0.0.1:1',
  maxRetries: 0,
  fetch: async () => new Response(frames, { headers: { 'content-type': 'text/event-stream' } }),
});

/** The message that an official library makes of a stream. */
type Library = (frames: string) => Promise<Pick<Anthropic.Message, 'id' | 'model' | 'content' | 'stop_reason'> & { usage: object }>;

const libraries: readonly (readonly [string, Library])[] = [
  ['@anthropic-ai/sdk 1', (frames) => new Anthropic(answering(frames)).messages.stream(asked).finalMessage()],
  ['@anthropic-ai/sdk 0', (frames) => new Anthropic0(answering(frames)).messages.stream(asked).finalMessage() as ReturnType<Library>],
];

describe.each(libraries)('%s', (_name, read) => {
  it('reads what was written', async () => {
    const frames = write([
      start,
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoningOpaque', opaque: { dialect: 'openai-responses', value: 'ZW5j' } },
      { kind: 'text', text: 'Let me ' },
      { kind: 'text', text: 'see.' },
      called(0),
      called(1),
      piece(1, '{"b":'),
      piece(0, '{"a":1}'),
      piece(1, '2}'),
      called(2),
      { kind: 'stop', stop: { kind: 'toolCalls' } },
      { kind: 'usage', usage: usage({ input: 9, output: 3, reasoning: 2 }) },
    ]);
    const message = await read(frames);
    expect(message).toMatchObject({
      id: 'msg_exchange1',
      model: 'gpt',
      stop_reason: 'tool_use',
      usage: { input_tokens: 9, output_tokens: 3 },
    });
    expect(JSON.parse(JSON.stringify(message.content))).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'gw1:openai-responses:ZW5j' },
      { type: 'text', text: 'Let me see.' },
      { type: 'tool_use', id: 'c0', name: 'look', input: { a: 1 } },
      { type: 'tool_use', id: 'c1', name: 'look', input: { b: 2 } },
      { type: 'tool_use', id: 'c2', name: 'look', input: {} },
    ]);
  });

  it('takes a stream that broke off for broken', async () => {
    const writer = streamWriter(about);
    const frames = writer.write(start) + writer.write({ kind: 'text', text: 'a' }) + writer.write({ kind: 'stop', stop: { kind: 'end' } });
    await expect(read(frames)).rejects.toThrow();
  });

  it('loses nothing, whatever was written', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents.map(withJson), async (events) => {
        const message = await read(write([start, ...events]));
        const said = message.content
          .map((block) => (block.type === 'text' ? block.text : block.type === 'thinking' ? block.thinking : ''))
          .join('');
        expect([...said].toSorted()).toEqual(
          [...events.map((event) => (event.kind === 'text' || event.kind === 'reasoning' ? event.text : '')).join('')].toSorted(),
        );
        expect(message.content.filter(({ type }) => type === 'tool_use')).toHaveLength(
          events.filter(({ kind }) => kind === 'toolCall').length,
        );
      }),
      { numRuns: 30 },
    );
  });
});
