import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { CallDialect } from '../../../core/src/dialects/dialect.ts';
import { googleGenerateContent } from '../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiEmbeddings } from '../../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import { eventsOf } from '../../../core/src/dialects/sse-event.ts';
import type { AnswerAbout } from '../../../core/src/dialects/translation.ts';
import { isJsonObject, type JsonObject } from '../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../core/src/model/neutral.ts';
import { type JoinableFormat, joinable, Splice, UnfitError } from '../../../core/src/upstream/splice.ts';

const formats: readonly (JoinableFormat & { readonly id: string })[] = [
  openaiChat,
  openaiResponses,
  anthropicMessages,
  googleGenerateContent,
].map((dialect: CallDialect) => {
  const format = joinable(dialect);
  if (format === undefined) throw new Error(`${dialect.id} cannot be joined`);
  return { ...format, id: dialect.id };
});

function aboutOf(id: string): AnswerAbout {
  return { id, created: 1_764_000_000, model: `model-of-${id}`, withUsage: true, request: {} };
}

const usage = { input: 11, output: 7 } as const;

function saying(id: string, texts: readonly string[], reasoning: readonly string[] = []): NeutralEvent[] {
  return [
    { kind: 'start', id, model: `model-of-${id}` },
    ...reasoning.map((text) => ({ kind: 'reasoning', text }) as const),
    ...(reasoning.length > 0 ? [{ kind: 'partEnd' } as const] : []),
    ...texts.map((text) => ({ kind: 'text', text }) as const),
    { kind: 'partEnd' },
    { kind: 'usage', usage: { ...usage } as never },
    { kind: 'stop', stop: { kind: 'end' } },
  ];
}

/** A stream's frames, each with its blank line. */
function framesOf({ chat }: JoinableFormat, events: readonly NeutralEvent[], id: string): string[] {
  const writer = chat.streamWriter(aboutOf(id));
  const text = events.map((event) => writer.write(event)).join('') + writer.end();
  return text.split(/(?<=\n\n)/);
}

interface Heard {
  text: string;
  reasoning: string;
  stops: number;
  ids: Set<unknown>;
  models: Set<unknown>;
  complete: boolean;
  error: unknown;
}

/** What a client makes of a stream, by the format's own reader and observer. */
function heard({ chat, stream }: JoinableFormat, frames: string): Heard {
  const reader = chat.streamReader();
  const observer = stream.observe({ request: {}, stripUsage: false });
  const all: Heard = { text: '', reasoning: '', stops: 0, ids: new Set(), models: new Set(), complete: false, error: undefined };
  const take = (event: NeutralEvent): void => {
    if (event.kind === 'text') all.text += event.text;
    if (event.kind === 'reasoning') all.reasoning += event.text;
    if (event.kind === 'stop') all.stops += 1;
  };
  for (const { json, name, raw } of eventsOf(Buffer.from(frames), stream)) {
    const bytes = Buffer.from(raw).toString('latin1'); // observers look at bytes
    observer.chunk(bytes);
    observer.frame(0, bytes.length);
    if (!isJsonObject(json)) continue;
    for (const event of reader.read(json, name)) take(event);
    const [id, model] = namesOf(json);
    if (id !== undefined) all.ids.add(id);
    if (model !== undefined) all.models.add(model);
  }
  for (const event of reader.end()) take(event);
  all.complete = observer.complete;
  all.error = observer.error;
  return all;
}

/** Id and model, wherever a format says them. */
function namesOf(json: JsonObject): unknown[] {
  const holder = [json.response, json.message].find(isJsonObject) ?? json;
  return [holder.id ?? holder.responseId, holder.model ?? holder.modelVersion];
}

/** Joins as it is done live: what is delivered, then the second stream's frames in regions of these sizes. */
function join(format: JoinableFormat, delivered: string, second: readonly string[], sizes: readonly number[] = [1]): string | undefined {
  const splice = Splice.after(Buffer.from(delivered), format, aboutOf('other'));
  if (splice === undefined) return undefined;
  let out = '';
  for (let at = 0, turn = 0; at < second.length; turn += 1) {
    const size = sizes[turn % sizes.length] as number;
    out += splice.push(Buffer.from(second.slice(at, at + size).join(''))).toString();
    at += size;
  }
  return out + splice.end().toString();
}

/** Texts as models write them, and as nobody should. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('"sequence_number":7', '"msg_other"', ' ', '\n\n', 'data: [DONE]\n\n', '\u2028', '{"index":3}', '👩‍👩‍👧'),
);
const pieces = fc.array(piece, { minLength: 1, maxLength: 8 });

/** The same text in other pieces. */
function recut(text: string, every: number): string[] {
  const points = Array.from(text);
  return Array.from({ length: Math.ceil(points.length / every) }, (_, at) => points.slice(at * every, (at + 1) * every).join(''));
}

describe.each(formats)('Splice: $id', (format) => {
  const whole = (id: string, texts: readonly string[], reasoning: readonly string[] = []) =>
    framesOf(format, saying(id, texts, reasoning), id);

  it('goes on after any frame so that the client has what the first stream would have said', () => {
    let joins = 0;
    fc.assert(
      fc.property(
        pieces,
        fc.array(piece, { maxLength: 2 }),
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        (texts, reasoning, at, every, sizes) => {
          const first = whole('one', texts, reasoning);
          const delivered = first.slice(0, at % first.length).join('');
          const before = heard(format, delivered);
          const joined = join(format, delivered, whole('other', recut(texts.join(''), every), reasoning), sizes);
          if (joined === undefined) {
            // Only where there is nothing to go on from, or nothing left to say.
            expect(before.text === '' || before.stops > 0).toBe(true);
            return;
          }
          joins += 1;
          const after = heard(format, delivered + joined);
          const unbroken = heard(format, first.join(''));
          expect(after).toMatchObject({ text: unbroken.text, stops: 1, complete: true, error: undefined });
          expect(after.ids).toEqual(unbroken.ids);
          expect(after.models).toEqual(unbroken.models);
        },
      ),
      { numRuns: 300 },
    );
    expect(joins).toBeGreaterThan(50);
  });

  it('sends no byte of a second answer from where it differs, and says so', () => {
    fc.assert(
      fc.property(pieces, pieces, fc.nat(), (texts, others, at) => {
        const first = whole('one', texts);
        const delivered = first.slice(0, at % first.length).join('');
        const had = heard(format, delivered);
        const said = others.join('');
        fc.pre(!said.startsWith(had.text));
        const splice = Splice.after(Buffer.from(delivered), format, aboutOf('other'));
        if (splice === undefined) return;
        let sent = '';
        expect(() => {
          for (const frame of whole('other', others)) sent += splice.push(Buffer.from(frame)).toString();
          sent += splice.end().toString();
        }).toThrow(UnfitError);
        expect(heard(format, delivered + sent).text).toBe(had.text);
        expect(heard(format, delivered + sent).stops).toBe(0);
      }),
    );
  });

  it('goes on from a prefill: the second stream says only the rest', () => {
    fc.assert(
      fc.property(pieces, pieces, (had, rest) => {
        fc.pre(had.join('').trimEnd() !== '');
        const first = whole('one', had);
        // Up to the last text, which is where nothing of the end is said yet.
        const ends = first.map((_, index) => heard(format, first.slice(0, index + 1).join('')));
        const cut = ends.findIndex(({ text, stops }) => text === had.join('') && stops === 0);
        fc.pre(cut !== -1);
        const delivered = first.slice(0, cut + 1).join('');
        const splice = Splice.after(Buffer.from(delivered), format, aboutOf('other'));
        splice?.continues();
        const spaces = had.join('').slice(had.join('').trimEnd().length);
        // The model was not told of the spaces, and says them itself, in whatever pieces.
        const second = whole('other', [...spaces, ...rest]);
        const joined = second.map((frame) => splice?.push(Buffer.from(frame)).toString()).join('') + splice?.end().toString();
        expect(heard(format, delivered + joined)).toMatchObject({ text: had.join('') + rest.join(''), stops: 1, complete: true });
      }),
    );
  });

  it('does not go on from tool calls or refusals, nor from what has no text yet', () => {
    const start: NeutralEvent = { kind: 'start', id: 'one', model: 'm' };
    const text: NeutralEvent = { kind: 'text', text: 'Let me see.' };
    const call: NeutralEvent[] = [
      { kind: 'toolCall', call: 0, id: 'call_1', name: 'look' } as NeutralEvent,
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'partEnd', call: 0 },
    ];
    for (const events of [[start], [start, { kind: 'reasoning', text: 'hm' } as const], [start, text, ...call]]) {
      const writer = format.chat.streamWriter(aboutOf('one'));
      const delivered = events.map((event) => writer.write(event)).join('');
      expect(Splice.after(Buffer.from(delivered), format, aboutOf('other'))).toBeUndefined();
    }
  });

  it('ends with an error when the second stream ends before it said what the client has', () => {
    const first = whole('one', ['a long ', 'answer']);
    const cut = first.findIndex((_, index) => heard(format, first.slice(0, index).join('')).text === 'a long answer');
    const splice = Splice.after(Buffer.from(first.slice(0, cut).join('')), format, aboutOf('other'));
    expect(() => {
      for (const frame of whole('other', ['a long '])) splice?.push(Buffer.from(frame));
      splice?.end();
    }).toThrow(UnfitError);
  });

  it('does not go on with a tool call, which the first answer may not have made, before everything was repeated', () => {
    const first = whole('one', ['Let me ', 'see']);
    const cut = first.findIndex((_, index) => heard(format, first.slice(0, index).join('')).text === 'Let me see');
    const splice = Splice.after(Buffer.from(first.slice(0, cut).join('')), format, aboutOf('other'));
    const writer = format.chat.streamWriter(aboutOf('other'));
    const early: NeutralEvent[] = [
      { kind: 'start', id: 'other', model: 'm' },
      { kind: 'text', text: 'Let me' },
      { kind: 'toolCall', call: 0, id: 'call_1', name: 'look' } as NeutralEvent,
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ];
    const frames = early.map((event) => writer.write(event)).join('') + writer.end();
    expect(() => [splice?.push(Buffer.from(frames)), splice?.end()]).toThrow(UnfitError);
  });
});

describe('Splice', () => {
  const chat = formats[0] as JoinableFormat;
  const responses = formats[1] as JoinableFormat;
  const anthropic = formats[2] as JoinableFormat;

  const chunk = (index: number, content: string) =>
    `data: ${JSON.stringify({ id: 'one', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index, delta: { content }, finish_reason: null }] })}\n\n`;

  it('does not go on with several answers at once, which a reader would take for one', () => {
    expect(Splice.after(Buffer.from(chunk(0, 'a') + chunk(1, 'b')), chat, aboutOf('other'))).toBeUndefined();
    const splice = Splice.after(Buffer.from(chunk(0, 'a')), chat, aboutOf('other'));
    expect(() => splice?.push(Buffer.from(chunk(0, 'a') + chunk(1, 'b')))).toThrow(UnfitError);
  });

  const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

  it("does not go on where a provider's own tool took a place that a writer would give to the text", () => {
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const delivered = [
      event('message_start', { message }),
      event('content_block_start', { index: 0, content_block: { type: 'server_tool_use', id: 't', name: 'web_search', input: {} } }),
      event('content_block_stop', { index: 0 }),
      event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Found' } }),
    ].join('');
    expect(Splice.after(Buffer.from(delivered), anthropic, aboutOf('other'))).toBeUndefined();
    const item = { id: 'ws_1', type: 'web_search_call', status: 'in_progress' };
    const searched = [
      event('response.created', { sequence_number: 0, response: { id: 'r', model: 'm', output: [] } }),
      event('response.output_item.added', { sequence_number: 1, output_index: 0, item }),
      event('response.output_item.added', { sequence_number: 2, output_index: 1, item: { id: 'msg_1', type: 'message', content: [] } }),
      event('response.output_text.delta', { sequence_number: 3, output_index: 1, item_id: 'msg_1', content_index: 0, delta: 'Found' }),
    ].join('');
    expect(Splice.after(Buffer.from(searched), responses, aboutOf('other'))).toBeUndefined();
  });

  it('numbers the events of Responses without a gap, and keeps the ids of its items', () => {
    const events = saying('one', ['Hello', ' wor', 'ld'], ['hm']);
    const first = framesOf(responses, events, 'one');
    const second = framesOf(responses, saying('other', ['Hello world'], ['well']), 'other');
    for (let cut = 1; cut < first.length; cut += 1) {
      const delivered = first.slice(0, cut).join('');
      const joined = join(responses, delivered, second);
      if (joined === undefined) continue;
      const all = eventsOf(Buffer.from(delivered + joined), responses.stream).flatMap(({ json }) => (isJsonObject(json) ? [json] : []));
      expect(all.map(({ sequence_number: number }) => number)).toEqual(all.map((_, index) => index));
      const items = new Map<unknown, Set<unknown>>();
      for (const { output_index: at, item_id: id } of all) if (id !== undefined) items.set(at, new Set([...(items.get(at) ?? []), id]));
      expect([...items.values()].map((ids) => ids.size)).toEqual([...items].map(() => 1));
    }
  });

  it('keeps the time of the first answer', () => {
    const joined = join(chat, chunk(0, 'Hello'), framesOf(chat, saying('other', ['Hello you']), 'other'));
    expect(joined).toContain('"created":1,');
    expect(joined).not.toContain('1764000000');
  });

  it('knows which formats can be joined', () => {
    expect(joinable(openaiEmbeddings)).toBeUndefined();
    expect(joinable(openaiChat)).toBeDefined();
  });
});
