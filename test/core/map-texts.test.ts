import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextEditor } from '../../core/src/context.ts';
import { BytesBody } from '../../core/src/dialects/json-body.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { chatStream } from '../../core/src/dialects/openai-chat/stream.ts';
import { SseEvent } from '../../core/src/dialects/sse-event.ts';
import { type MakeEditor, mapTexts } from '../../core/src/map-texts.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { GatewayResponse, JsonBody, StreamBody } from '../../core/src/model/response.ts';

/** Changes each piece as it comes. */
const upper: MakeEditor = () => ({ push: (text) => text.toUpperCase(), end: () => '' });

/** Holds everything back until the text is over. */
const holding: MakeEditor = () => {
  let held = '';
  return {
    push(piece) {
      held += piece;
      return '';
    },
    end: () => `<${held}>`,
  };
};

/** Holds the last character back, as whatever looks for words must. */
const lagging: MakeEditor = () => {
  let held = '';
  return {
    push(piece) {
      const all = held + piece;
      held = all.slice(-1);
      return all.slice(0, -1);
    },
    end: () => held,
  };
};

function response(body: GatewayResponse['body']): GatewayResponse {
  return { status: 200, headers: { 'x-a': '1' }, source: 'upstream', body };
}

function whole(json: object): GatewayResponse {
  return response(new BytesBody(Buffer.from(JSON.stringify(json)), openaiChat));
}

interface Choice {
  readonly index?: number;
  readonly delta?: object;
  readonly finish_reason?: string | null;
}

/** One chunk of a chat stream. */
function chunk(...choices: Choice[]): string {
  return `data: ${JSON.stringify({ id: 'x', choices })}\n\n`;
}

function said(content: string, index = 0): string {
  return chunk({ index, delta: { content } });
}

function finish(index = 0, delta: object = {}): string {
  return chunk({ index, delta, finish_reason: 'stop' });
}

const done = 'data: [DONE]\n\n';

async function* streamOf(frames: readonly string[], onReturn: () => void = () => {}): AsyncGenerator<StreamEvent> {
  try {
    for (const frame of frames) yield new SseEvent(frame, chatStream);
  } finally {
    onReturn();
  }
}

async function edited(frames: readonly string[], makeEditor: MakeEditor): Promise<string[]> {
  const { body } = mapTexts(response({ kind: 'stream', events: streamOf(frames) }), chatStream, makeEditor);
  const raw: string[] = [];
  for await (const event of (body as StreamBody).events) raw.push(event.raw);
  return raw;
}

/** The text of each channel, put together again. */
function textsOf(frames: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const frame of frames)
    for (const { channel, text } of new SseEvent(frame, chatStream).texts()) texts[channel] = (texts[channel] ?? '') + text;
  return texts;
}

describe('a whole answer', () => {
  it('has each text edited, and everything else as it was', () => {
    const answer = whole({ id: 'x', '2': 1, '1': 2, choices: [{ message: { role: 'assistant', content: 'one', refusal: 'two' } }] });
    const mapped = mapTexts(answer, chatStream, upper);
    expect((mapped.body as JsonBody).bytes().toString()).toBe(
      '{"1":2,"2":1,"id":"x","choices":[{"message":{"role":"assistant","content":"ONE","refusal":"TWO"}}]}',
    );
    expect(mapped).toMatchObject({ status: 200, headers: { 'x-a': '1' }, source: 'upstream' });
  });

  it('gives each text an editor of its own that knows where it stands', () => {
    const places: unknown[] = [];
    const args = JSON.stringify({ city: 'Bonn', days: 3 });
    const message = { content: 'one', tool_calls: [{ function: { name: 'f', arguments: args } }] };
    const mapped = mapTexts(whole({ choices: [{ message }] }), chatStream, (place) => {
      places.push(place);
      return holding(place);
    });
    expect(places).toEqual([
      { scope: 'assistant', channel: 'choices.0.message.content' },
      { scope: 'toolInput', channel: 'choices.0.message.tool_calls.0.function.arguments.city' },
    ]);
    expect((mapped.body as JsonBody).json).toEqual({ choices: [{ message }] }); // as received
    expect(JSON.parse((mapped.body as JsonBody).bytes().toString())).toEqual({
      choices: [{ message: { content: '<one>', tool_calls: [{ function: { name: 'f', arguments: '{"city":"<Bonn>","days":3}' } }] } }],
    });
  });

  it('that nothing changes keeps its bytes', () => {
    const text = '{ "choices":[{"message":{"content":"\\u00e9\\/"}}], "n":1.0 }';
    const mapped = mapTexts(response(new BytesBody(Buffer.from(text), openaiChat)), chatStream, lagging);
    expect((mapped.body as JsonBody).bytes().toString()).toBe(text);
  });

  it('that is no JSON is an error, not an answer without texts', () => {
    expect(() => mapTexts(response(new BytesBody(Buffer.from('<html>'), openaiChat)), chatStream, upper)).toThrow(/not an answer/);
  });

  it('a stream of a dialect that has none stays as it is', () => {
    const answer = response({ kind: 'stream', events: streamOf([]) });
    expect(mapTexts(answer, undefined, upper)).toBe(answer);
  });
});

describe('a stream', () => {
  it('has each piece edited where it stands; frames without texts pass untouched', async () => {
    const frames = [': hello\n\n', 'event: x\nid: 1\ndata: {"n":1.0,"choices":[{"delta":{"content":"one"}}]}\n\n', finish(), done];
    expect(await edited(frames, upper)).toEqual([frames[0], (frames[1] as string).replace('one', 'ONE'), frames[2], done]);
  });

  it('that nothing changes keeps its bytes', async () => {
    const frames = ['data:{"choices":[{"delta":{"content":"\\u00e9\\/"}}], "n":1.0}\n\n', finish(), done];
    expect(await edited(frames, () => ({ push: (text) => text, end: () => '' }))).toEqual(frames);
  });

  it('what an editor holds goes out before the event that says the text is over', async () => {
    expect(await edited([said('one'), said('two'), finish(), done], holding)).toEqual([
      said(''),
      said(''),
      said('<onetwo>'),
      finish(),
      done,
    ]);
  });

  it('what an editor holds goes out within the event that ends the text, when that brings some of it', async () => {
    expect(await edited([said('one'), finish(0, { content: 'two' }), done], holding)).toEqual([
      said(''),
      finish(0, { content: '<onetwo>' }),
      done,
    ]);
  });

  it('without a finish ends its texts before [DONE], and without that at its end', async () => {
    expect(await edited([said('one'), done], holding)).toEqual([said(''), said('<one>'), done]);
    expect(await edited([said('one')], holding)).toEqual([said(''), said('<one>')]);
  });

  it('of several choices edits each for itself, however they alternate', async () => {
    const frames = [said('a', 0), said('x', 1), said('b', 0), finish(0), said('y', 1), finish(1), done];
    const output = await edited(frames, holding);
    expect(textsOf(output)).toEqual({ '0:content': '<ab>', '1:content': '<xy>' });
    // Choice 0 was over before choice 1: its rest does not wait for it.
    expect(output.findIndex((frame) => frame.includes('<ab>'))).toBeLessThan(
      output.findIndex((frame) => frame.includes('"finish_reason"')),
    );
    expect(output.at(-2)).toBe(finish(1));
  });

  it('two choices in one event are edited both', async () => {
    const both = chunk({ index: 0, delta: { content: 'a' } }, { index: 1, delta: { content: 'b' } });
    expect(await edited([both, done], upper)).toEqual([
      chunk({ index: 0, delta: { content: 'A' } }, { index: 1, delta: { content: 'B' } }),
      done,
    ]);
  });

  it('a choice whose number begins with another’s is not ended with it', async () => {
    const output = await edited([said('a', 1), said('b', 10), finish(1), said('c', 10), finish(10), done], holding);
    expect(textsOf(output)).toEqual({ '1:content': '<a>', '10:content': '<bc>' });
  });

  it('an event made for what was held says nothing twice: no role, no id, no usage', async () => {
    const first = `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { role: 'assistant', content: 'one' } }], usage: { total_tokens: 1 } })}\n\n`;
    const output = await edited([first, finish(), done], holding);
    expect(output[1]).toBe(said('<one>'));
  });

  it('arguments of tools are edited inside their strings, wherever these are cut', async () => {
    const json = '{"city":"Köln \\"\\u00e9\\" \\\\","days":[3,"four"],"x":null}';
    const call = (piece: string, first: boolean): string =>
      chunk({
        delta: {
          tool_calls: [
            { index: 0, ...(first && { id: 'c', type: 'function' }), function: { ...(first && { name: 'f' }), arguments: piece } },
          ],
        },
      });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: json.length - 1 }), { maxLength: 6 }), async (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), json.length];
        const pieces = cuts.slice(1).map((end, at) => json.slice(cuts[at], end));
        const output = await edited([...pieces.map((piece, at) => call(piece, at === 0)), finish(), done], upper);
        expect(JSON.parse(textsOf(output)['0:tool:0'] as string)).toEqual({ city: 'KÖLN "É" \\', days: [3, 'FOUR'], x: null });
      }),
      { numRuns: 200 },
    );
  });

  it('whatever is held and however the text is cut, it comes out once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ index: fc.nat({ max: 2 }), content: fc.string({ unit: 'grapheme', maxLength: 6 }) }), { maxLength: 12 }),
        fc.constantFrom(lagging, holding),
        async (pieces, makeEditor) => {
          const frames = [...pieces.map(({ index, content }) => said(content, index)), ...[0, 1, 2].map((index) => finish(index)), done];
          const output = await edited(frames, makeEditor);
          for (const index of [0, 1, 2]) {
            const text = pieces
              .filter((piece) => piece.index === index)
              .map(({ content }) => content)
              .join('');
            const spoke = pieces.some((piece) => piece.index === index);
            const expected = makeEditor === lagging || !spoke ? text : `<${text}>`;
            expect(textsOf(output)[`${index}:content`] ?? '').toBe(expected);
          }
          expect(output.at(-1)).toBe(done);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('editors hear of each piece once, and of the end once', async () => {
    const notes: string[] = [];
    const noting: MakeEditor = ({ scope, channel }) => {
      notes.push(`new ${scope} ${channel}`);
      const editor: TextEditor = {
        push(piece) {
          notes.push(`push ${piece}`);
          return piece;
        },
        end() {
          notes.push('end');
          return '';
        },
      };
      return editor;
    };
    await edited([said('one'), said('two'), finish(), done], noting);
    expect(notes).toEqual(['new assistant 0:content', 'push one', 'push two', 'end']);
  });

  it('a reader that leaves closes the source', async () => {
    let closed = false;
    const source = streamOf([said('one'), said('two')], () => {
      closed = true;
    });
    const { body } = mapTexts(response({ kind: 'stream', events: source }), chatStream, upper);
    for await (const _event of (body as StreamBody).events) break;
    expect(closed).toBe(true);
  });

  it('an error of the source, or of an editor, comes out after what came before it', async () => {
    async function* failing(): AsyncGenerator<StreamEvent> {
      yield new SseEvent(said('one'), chatStream);
      throw new Error('cut');
    }
    const read = async (answer: GatewayResponse): Promise<string[]> => {
      const seen: string[] = [];
      try {
        for await (const event of (answer.body as StreamBody).events) seen.push(event.raw);
      } catch (error) {
        seen.push((error as Error).message);
      }
      return seen;
    };
    expect(await read(mapTexts(response({ kind: 'stream', events: failing() }), chatStream, upper))).toEqual([said('ONE'), 'cut']);
    let pieces = 0;
    const breaking: MakeEditor = () => ({
      push(piece) {
        pieces += 1;
        if (pieces === 2) throw new Error('the editor broke');
        return piece;
      },
      end: () => '',
    });
    const answer = response({ kind: 'stream', events: streamOf([said('one'), said('two'), done]) });
    expect(await read(mapTexts(answer, chatStream, breaking))).toEqual([said('one'), 'the editor broke']);
  });
});
