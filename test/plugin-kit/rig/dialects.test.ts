import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dialects } from '../../contract/src/rig/dialects/all.ts';
import { failed, type StreamFormat, type ToolArguments } from '../../contract/src/rig/dialects/kit-dialect.ts';

// What the kit says of each format, against itself and against the official libraries.

const answered = dialects.flatMap(({ upstream, ...dialect }) => (upstream === undefined ? [] : [{ ...dialect, upstream }]));
const streaming = answered.flatMap(({ id, upstream: { stream } }) => (stream === undefined ? [] : [{ id, stream }]));
const given: ToolArguments = { first: 'Say "é" 🙂\n', count: 3, list: ['x', 'back\\slash'] };
const letters = (text: string): string[] => Array.from(text);
const texts = fc.string({ unit: 'binary', minLength: 1 });

function streamed(format: StreamFormat, pieces: readonly string[]): string {
  const { beginning, pieces: frames, end } = format.frames(pieces);
  return [beginning, ...frames, end].join('');
}

function formatOf(id: string): StreamFormat {
  const found = streaming.find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} does not stream.`);
  return found.stream;
}

describe.each(answered)('$id', ({ requestBody, upstream }) => {
  it('is asked in bytes that no parser and serialiser would write again, whatever blanks it likes', () => {
    const withoutBlanks = (json: string): string => json.replaceAll(/\s/g, '');
    for (const stream of [false, true]) {
      const body = requestBody('kit/m', 'Hello.', stream);
      expect(withoutBlanks(JSON.stringify(JSON.parse(body)))).not.toBe(withoutBlanks(body));
    }
  });

  it('is asked with the text of the user, whatever it is', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, stream) => {
        expect(upstream.userText(requestBody('kit/m', text, stream))).toBe(text);
      }),
    );
  });

  it('has digits in no text but the one given', () => {
    // Numbers, names of members, signatures, names of models and schemas are no texts.
    const noTexts = new Set(['signature', 'thinking', 'encrypted_content', 'thoughtSignature', 'model', 'id', 'type', 'role', 'pattern']);
    const strings: string[] = [];
    JSON.parse(requestBody('kit/m', 'No digits.', false), (key, value: unknown) => {
      if (typeof value === 'string' && !noTexts.has(key)) strings.push(value);
      return value;
    });
    expect(strings.filter((text) => /\d/.test(text))).toEqual([]);
  });

  it('answers in bytes that no parser and serialiser would write again, and errors in JSON', () => {
    const whole = upstream.whole('Hello.');
    expect(JSON.stringify(JSON.parse(whole))).not.toBe(whole);
    expect(JSON.stringify(JSON.parse(upstream.errorBody))).toContain(failed);
  });
});

describe.each(answered.filter(({ answersText }) => answersText))('$id', ({ upstream }) => {
  it('gives back the text of a whole answer, whatever it is', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(upstream.wholeText(upstream.whole(text))).toBe(text);
      }),
    );
  });
});

describe.each(streaming)('$id, streamed', ({ stream }) => {
  it('gives back the same text to every client, whatever it is and however it was cut', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (pieces) => {
        const readings = stream.texts(streamed(stream, pieces));
        expect(new Set(readings)).toEqual(new Set([pieces.join('')]));
      }),
    );
  });

  it('gives back the text so far of a stream that goes on', () => {
    const { beginning, pieces } = stream.frames(['One, ', 'two, ', 'three.']);
    expect(stream.texts(beginning)[0]).toBe('');
    expect(stream.texts(beginning + pieces.slice(0, 2).join(''))[0]).toBe('One, two, ');
  });

  it('reads nothing into an error', () => {
    expect(stream.texts(stream.errorFrame)).toEqual(['']);
  });
});

describe.each(streaming.flatMap(({ id, stream: { tools } }) => (tools === undefined ? [] : [{ id, tools }])))(
  '$id, a tool call',
  ({ tools }) => {
    it.each([
      ['whole', (text: string) => [text]],
      ['letter by letter', letters],
      ['in two, and an empty piece', (text: string) => ['', text.slice(0, 9), text.slice(9)]],
    ])('gives back the same arguments to every client, streamed %s', (_how, cut) => {
      const readings = tools.arguments(tools.frames(given, cut).join(''));
      expect(readings.map((json) => JSON.parse(json))).toEqual(Array(readings.length).fill(given));
      expect(readings.length).toBeGreaterThan(0);
    });
  },
);

describe('Responses', () => {
  it('say a text five times: clients read the first or the last', () => {
    const { texts: read, tools } = formatOf('openai-responses');
    expect(read(streamed(formatOf('openai-responses'), ['a', 'b']))).toEqual(['ab', 'ab', 'ab', 'ab', 'ab']);
    expect(tools?.arguments(tools.frames(given, letters).join('')).length).toBe(4);
  });
});

/** A fetch that answers with a stream, or with a whole answer. */
function answering(body: string, type = 'text/event-stream', status = 200): () => Promise<Response> {
  return () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }));
}

const pieces = ['Grüße, ', 'Zoë', ' 🙂'];
const said = pieces.join('');

describe('the official libraries read the same', () => {
  const openai = (body: string): OpenAI => new OpenAI({ apiKey: 'k', maxRetries: 0, fetch: answering(body) });
  const anthropic = (body: string): Anthropic => new Anthropic({ apiKey: 'k', maxRetries: 0, fetch: answering(body) });
  const messages = [{ role: 'user', content: 'Hi.' }] as const;

  it('in Chat', async () => {
    const format = formatOf('openai-chat');
    const stream = (body: string) => openai(body).chat.completions.stream({ model: 'm', messages: [...messages] });
    const { choices } = await stream(streamed(format, pieces)).finalChatCompletion();
    expect(choices[0]?.message.content).toBe(said);
    const called = await stream((format.tools?.frames(given, letters) ?? []).join('')).finalChatCompletion();
    expect(called.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'note', arguments: JSON.stringify(given) } }]);
    await expect(stream(format.errorFrame).finalChatCompletion()).rejects.toThrow(failed);
  });

  it('in legacy completions', async () => {
    const format = formatOf('openai-completions');
    const read = async (body: string): Promise<string> => {
      let text = '';
      const stream = await openai(body).completions.create({ model: 'm', prompt: 'Hi.', stream: true });
      for await (const { choices } of stream) text += choices[0]?.text ?? '';
      return text;
    };
    expect(await read(streamed(format, pieces))).toBe(said);
    await expect(read(format.errorFrame)).rejects.toThrow(failed);
  });

  it('in Responses', async () => {
    const format = formatOf('openai-responses');
    const stream = (body: string) => openai(body).responses.stream({ model: 'm', input: 'Hi.' });
    expect((await stream(streamed(format, pieces)).finalResponse()).output_text).toBe(said);
    const called = await stream((format.tools?.frames(given, letters) ?? []).join('')).finalResponse();
    expect(called.output[1]).toMatchObject({ name: 'note', arguments: JSON.stringify(given) });
    await expect(stream(format.errorFrame).finalResponse()).rejects.toThrow(failed);
  });

  it('in Messages, with the thinking and its signature as they were', async () => {
    const format = formatOf('anthropic-messages');
    const stream = (body: string) => anthropic(body).messages.stream({ model: 'm', max_tokens: 9, messages: [...messages] });
    const thinking = { type: 'thinking', thinking: 'Room 12 is / free.', signature: 'EqQBCk12/34+56==' };
    expect((await stream(streamed(format, pieces)).finalMessage()).content).toEqual([thinking, { type: 'text', text: said }]);
    const called = await stream((format.tools?.frames(given, letters) ?? []).join('')).finalMessage();
    expect(called.content).toMatchObject([thinking, { name: 'note', input: given }]);
    await expect(stream(format.errorFrame).finalMessage()).rejects.toThrow(failed);
  });

  it("in Google's, which drops events that begin with a name", async () => {
    const format = formatOf('google-generate-content');
    const read = async (body: string) => {
      vi.stubGlobal('fetch', answering(body));
      onTestFinished(() => void vi.unstubAllGlobals());
      const stream = await new GoogleGenAI({ apiKey: 'k' }).models.generateContentStream({ model: 'm', contents: 'Hi.' });
      const events = [];
      for await (const event of stream) events.push(event);
      return events;
    };
    const events = await read(streamed(format, pieces));
    expect(events.map(({ text }) => text ?? '').join('')).toBe(said);
    expect(events.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    const called = await read((format.tools?.frames(given, letters) ?? []).join(''));
    expect(called.flatMap(({ functionCalls }) => functionCalls ?? []).at(-1)).toMatchObject({ name: 'note', args: given });
    await expect(read(format.errorFrame)).rejects.toThrow(failed);
    const withName = streamed(format, pieces).replaceAll('data: ', 'event: answer\ndata: ');
    expect([await read(withName), format.texts(withName)]).toEqual([[], ['']]);
  });

  it('of whole answers', async () => {
    const wholeOf = (id: string): string => answered.find((one) => one.id === id)?.upstream.whole(said) ?? '';
    const json = (id: string) => answering(wholeOf(id), 'application/json');
    const chat = new OpenAI({ apiKey: 'k', fetch: json('openai-chat') });
    const completion = await chat.chat.completions.create({ model: 'm', messages: [...messages] });
    expect(completion.choices[0]?.message.content).toBe(said);
    const responses = new OpenAI({ apiKey: 'k', fetch: json('openai-responses') });
    expect((await responses.responses.create({ model: 'm', input: 'Hi.' })).output_text).toBe(said);
    const claude = new Anthropic({ apiKey: 'k', fetch: json('anthropic-messages') });
    const message = await claude.messages.create({ model: 'm', max_tokens: 9, messages: [...messages] });
    expect(message.content[1]).toEqual({ type: 'text', text: said });
    vi.stubGlobal('fetch', json('google-generate-content'));
    onTestFinished(() => void vi.unstubAllGlobals());
    expect((await new GoogleGenAI({ apiKey: 'k' }).models.generateContent({ model: 'm', contents: 'Hi.' })).text).toBe(said);
  });
});
