import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type ByteAnswer, postBytes } from '../support/bytes.ts';
import { drivers } from './drivers/all.ts';
import type { Driver } from './drivers/driver.ts';
import { type ClientFormat, formats, modelOf } from './providers.ts';
import { type Answering, scriptedHost, scriptedStream, scripts, streaming } from './scripted.ts';

// How streams are framed, by client format: what one client needs is fatal to another (an `event:` line, `[DONE]`), so each rule
// is looked at on the wire, and then by every library that reads the format. For providers of the same format, and of others.

leavesNothing();

const pieces = ['Call ', '555-0199', ' 🙂 "é" \\', '\n', 'now.'];
const said = pieces.join('');

/** What stands on the wire, frame by frame. */
interface Frame {
  readonly event: string | undefined;
  readonly data: string;
}

interface Framing {
  readonly path: (model: string) => string;
  body(model: string): object;
  /** Rules of a whole stream. */
  whole(frames: readonly Frame[]): void;
  /** The last frame of a stream that failed; no other says that it is over. */
  failed(last: Frame | undefined, json: Json): void;
  readonly endMark: RegExp;
}

type Json = Readonly<Record<string, unknown>>;

const turn = { role: 'user', content: 'Hi' };

const framings: Readonly<Record<ClientFormat, Framing>> = {
  'openai-chat': {
    path: () => '/v1/chat/completions',
    body: (model) => ({ model, messages: [turn], stream: true }),
    whole(frames) {
      expect(frames.map(({ event }) => event).filter((event) => event !== undefined)).toEqual([]);
      expect(frames.at(-1)?.data).toBe('[DONE]');
      const chunks = frames
        .slice(0, -1)
        .map(({ data }) => JSON.parse(data) as { choices: { index: number; finish_reason?: string | null }[] });
      // Usage was not asked for: not in a chunk of its own, which user code reads `choices[0]` of, nor as a key.
      expect(chunks.every(({ choices }) => choices.length === 1 && choices[0]?.index === 0)).toBe(true);
      expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
      expect(chunks.map(({ choices: [choice] }) => choice?.finish_reason)).toEqual([...chunks.slice(1).map(() => null), 'stop']);
    },
    failed(_last, json) {
      expect(json.error).toMatchObject({ message: expect.any(String) as string, type: expect.any(String) as string });
    },
    endMark: /\[DONE\]|"finish_reason":"/,
  },
  'openai-responses': {
    path: () => '/v1/responses',
    body: (model) => ({ model, input: 'Hi', stream: true }),
    whole(frames) {
      expect(frames.every(({ event, data }) => event === (JSON.parse(data) as Json).type)).toBe(true);
      expect(frames[0]?.event).toBe('response.created');
      expect(frames.at(-1)?.event).toBe('response.completed');
    },
    failed(last, json) {
      expect(last?.event).toBe('error');
      expect(json).toMatchObject({ type: 'error', message: expect.any(String) as string });
    },
    endMark: /\[DONE\]|response\.(?:completed|incomplete)/,
  },
  'anthropic-messages': {
    path: () => '/v1/messages',
    body: (model) => ({ model, max_tokens: 100, messages: [turn], stream: true }),
    whole(frames) {
      expect(frames.every(({ event, data }) => event === (JSON.parse(data) as Json).type)).toBe(true);
      expect(frames[0]?.event).toBe('message_start');
      expect(frames.slice(-3).map(({ event }) => event)).toEqual(['content_block_stop', 'message_delta', 'message_stop']);
    },
    failed(last, json) {
      expect(last?.event).toBe('error');
      expect(json).toMatchObject({ type: 'error', error: { type: expect.any(String) as string, message: expect.any(String) as string } });
    },
    endMark: /\[DONE\]|message_stop|"stop_reason":"/,
  },
  'google-generate-content': {
    path: (model) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: () => ({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }),
    whole(frames) {
      expect(frames.map(({ event }) => event).filter((event) => event !== undefined)).toEqual([]);
      expect(frames.at(-1)?.data).toContain('"finishReason":"STOP"');
      expect(frames.every(({ data }) => data.startsWith('{'))).toBe(true);
    },
    failed(_last, json) {
      // Without a number its client takes it for an empty chunk.
      expect(json.error).toMatchObject({ code: expect.any(Number) as number, message: expect.any(String) as string });
    },
    endMark: /\[DONE\]|finishReason/,
  },
};

const pairs = formats.flatMap((client) => formats.map((provider) => ({ client, provider })));

function ask(origin: string, client: ClientFormat, provider: ClientFormat): Promise<ByteAnswer> {
  const { path, body } = framings[client];
  return postBytes(`${origin}${path(modelOf[provider])}`, JSON.stringify(body(modelOf[provider])));
}

/** Every block is one line of data, after its name where it has one, or a comment; nothing stands outside of blocks. */
function framesOf({ body }: ByteAnswer): Frame[] {
  const text = body.toString('utf8');
  expect(text.endsWith('\n\n')).toBe(true);
  const blocks = text.slice(0, -2).split('\n\n');
  return blocks
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const [, event, data] = /^(?:event: (\S+)\n)?data: (.+)$/.exec(block) ?? [];
      if (data === undefined) throw new Error(`no frame: ${JSON.stringify(block)}`);
      return { event, data };
    });
}

function driversOf(client: ClientFormat): Driver[] {
  return drivers.filter(({ format }) => format === client);
}

/** Writes what is given, waiting where a number of milliseconds stands. */
function paced(...steps: readonly (string | number)[]): Answering {
  return async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
    for (const step of steps)
      if (typeof step === 'string') res.write(step);
      else await pause(step, res);
    res.end();
  };
}

function pause(ms: number, res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    res.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

describe.each(pairs)('$client from $provider', ({ client, provider }) => {
  const script = scripts[provider];
  const { whole, failed, endMark } = framings[client];
  const begun = script.begin + script.text('Call ') + script.text('555-0199');

  it('a whole stream: event names, order, end', async () => {
    const { origin } = await scriptedHost(streaming(scriptedStream(provider, ...pieces)));
    const answer = await ask(origin, client, provider);
    expect(answer.complete).toBe(true);
    // Express' compression() and nginx would hold it back.
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream\b/);
    expect(answer.headers['cache-control']).toContain('no-transform');
    expect(answer.headers['x-accel-buffering']).toBe('no');
    whole(framesOf(answer));
  });

  it('a silent stream is kept alive by comments, before its first event and between two', async () => {
    const { origin } = await scriptedHost(
      paced(70, script.begin + script.text(pieces[0] ?? ''), 70, ...pieces.slice(1).map(script.text), script.end(said)),
      () => ({ timeouts: { heartbeatMs: 20 } }),
    );
    const answer = await ask(origin, client, provider);
    const blocks = answer.body.toString().split('\n\n');
    const comments = blocks.flatMap((block, at) => (block.startsWith(':') ? [at] : []));
    const first = blocks.findIndex((block) => !block.startsWith(':'));
    expect(comments.filter((at) => at < first).length).toBeGreaterThan(0);
    expect(comments.filter((at) => at > first).length).toBeGreaterThan(0);
    whole(framesOf(answer));

    for (const driver of driversOf(client)) {
      const read = await driver.ask(origin, { model: modelOf[provider], turns: [{ user: 'Hi' }], maxTokens: 100, stream: true });
      expect([driver.name, read.text]).toEqual([driver.name, said]);
    }
  });

  it.each([
    ['reports an error (litellm#4562, Portkey#741, Portkey#722)', (res: ServerResponse) => res.end(begun + script.error)],
    ['is cut', (res: ServerResponse) => void res.write(begun, () => res.destroy())],
    ['ends before its end', (res: ServerResponse) => res.end(begun)],
    ['ends within an event', (res: ServerResponse) => res.end(begun + script.text('lost').slice(0, -9))],
  ])('one that %s is told as an error, cut, and has no end mark', async (_how, fail) => {
    const { origin, settlements } = await scriptedHost((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      fail(res);
    });
    const answer = await ask(origin, client, provider);
    expect(answer.complete).toBe(false);
    const frames = framesOf(answer);
    const last = frames.at(-1);
    failed(last, JSON.parse(last?.data ?? '') as Json);
    expect(answer.body.toString()).toContain('555-0199');
    expect(answer.body.toString()).not.toMatch(endMark);
    expect(answer.body.toString()).not.toContain('internal.example');
    expect(settlements[0]).toMatchObject({ outcome: 'failed', streamed: true });
  });
});

describe.each(pairs)('libraries of $client, from $provider', ({ client, provider }) => {
  it.each(driversOf(client).map((driver) => [driver.name, driver] as const))('%s reads a whole stream', async (_name, driver) => {
    const { origin } = await scriptedHost(streaming(scriptedStream(provider, ...pieces)));
    const read = await driver.ask(origin, { model: modelOf[provider], turns: [{ user: 'Hi' }], maxTokens: 100, stream: true });
    expect(read).toMatchObject({ text: said, finish: 'stop', input: 11, output: 7 });
  });

  it.each(driversOf(client).map((driver) => [driver.name, driver] as const))('%s throws for an error in it', async (_name, driver) => {
    const { begin, text, error } = scripts[provider];
    const { origin } = await scriptedHost(streaming(begin + text('Call ') + error));
    await expect(driver.ask(origin, { model: modelOf[provider], turns: [{ user: 'Hi' }], maxTokens: 100, stream: true })).rejects.toThrow(
      /\S/,
    );
  });
});
