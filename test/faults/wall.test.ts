import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerText, answerTokens, reportedModel, tokensOf, usageOf } from './wall/answer.ts';
import type { ProviderView } from './wall/case-log.ts';
import { policyError, prefillError } from './wall/plans.ts';
import { startWall } from './wall/wall.ts';
import { viewOf, WallProcess } from './wall-process.ts';

interface Conversation {
  readonly socket: Socket;
  /** Everything that came, when the connection is over. */
  readonly over: Promise<{ readonly text: string; readonly error?: string; readonly ms: number }>;
}

interface Question {
  readonly stream?: boolean;
  readonly prefill?: string;
}

/** The wall with all times divided by twenty, and a way to ask it over a bare socket: bytes and resets are seen as they are. */
async function wall(factor = 20) {
  const { url, close } = await startWall({ factor });
  onTestFinished(close);
  return {
    url,
    view: (name: string): Promise<ProviderView> => viewOf(url, name),
    ask: (model: string, question?: Question) => converse(url, bodyFor(model, question)),
  };
}

function bodyFor(model: string, { stream = true, prefill }: Question = {}): string {
  const messages = [{ role: 'user', content: 'Hello?' }, ...(prefill === undefined ? [] : [{ role: 'assistant', content: prefill }])];
  return JSON.stringify({ model, messages, ...(stream && { stream, stream_options: { include_usage: true } }) });
}

function converse(url: string, body: string): Conversation {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: wall\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.write(head + body);
  const parts: Buffer[] = [];
  let error: string | undefined;
  const start = performance.now();
  socket.on('data', (data) => parts.push(data));
  socket.on('error', (failure: NodeJS.ErrnoException) => {
    error = failure.code;
  });
  const over = new Promise<Awaited<Conversation['over']>>((resolve) => {
    socket.on('close', () =>
      resolve({ text: Buffer.concat(parts).toString('utf8'), ms: performance.now() - start, ...(error !== undefined && { error }) }),
    );
  });
  return { socket, over };
}

/** The texts of the events of a stream, chunks taken apart; those that are no JSON are left out. */
function said(raw: string): string {
  return eventsOf(raw)
    .map((event) => event.choices?.[0]?.delta?.content ?? '')
    .join('');
}

interface Event {
  readonly model: string;
  readonly choices?: { readonly delta?: { readonly content?: string }; readonly finish_reason?: string | null }[];
  readonly usage?: object | null;
}

function eventsOf(raw: string): Event[] {
  return [...raw.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json as string) as Event);
}

const error = (raw: string): object => (JSON.parse(raw.slice(raw.indexOf('\r\n\r\n{') + 4)) as { error: object }).error;
const status = (raw: string): number => Number(raw.slice(9, 12));

describe('the answer', () => {
  it('has sixty words, some with letters of several bytes', () => {
    expect(answerTokens).toHaveLength(60);
    expect(answerTokens.join('')).toBe(answerText);
    expect(Buffer.byteLength(answerText)).toBeGreaterThan(answerText.length);
  });

  it('comes as a stream: role, a token at a time, finish reason, usage, end mark', async () => {
    const { ask, view } = await wall();
    const { text } = await ask('healthy~a').over;
    const events = eventsOf(text);
    expect(events).toHaveLength(63);
    expect(said(text)).toBe(answerText);
    expect(events[61]?.choices?.[0]?.finish_reason).toBe('stop');
    expect(events[62]?.usage).toEqual(usageOf('healthy', 60));
    expect(text).toContain('data: [DONE]\n\n\r\n0\r\n\r\n');
    expect((await view('a')).attempts).toMatchObject([{ base: 'healthy', status: 200, tokens: 60, end: 'answered', orphanBytes: 0 }]);
  });

  it('comes at 15 ms a token, divided by the factor', async () => {
    const { ask } = await wall(2);
    const { ms } = await ask('fallback').over;
    expect(ms).toBeGreaterThan((59 * 15) / 2 - 1);
  });

  it('comes whole where no stream was asked for', async () => {
    const { ask } = await wall();
    const { text } = await ask('fallback~a', { stream: false }).over;
    expect(text).toContain(`"content":${JSON.stringify(answerText)}`);
    expect(text).toContain(`"model":"${reportedModel('fallback')}"`);
    expect(text).toContain(`"usage":${JSON.stringify(usageOf('fallback', 60))}`);
  });

  it("tells by model and usage who gave it: the fallback's are its own", () => {
    expect(usageOf('fallback', 60)).not.toEqual(usageOf('fault-16', 60));
    expect(reportedModel('fallback')).not.toBe(reportedModel('fault-16'));
  });

  it('goes on behind a prefill that it begins with, wherever that was cut', async () => {
    const { ask, view } = await wall();
    for (const length of [1, 30, answerText.indexOf('潮') + 1, answerText.length]) {
      const { text } = await ask('fallback~a', { prefill: answerText.slice(0, length) }).over;
      expect(said(text)).toBe(answerText.slice(length));
      expect(eventsOf(text).at(-1)?.usage).toEqual(usageOf('fallback', tokensOf(answerText.slice(length)).length));
    }
    expect(said((await ask('fallback~a', { prefill: 'Something else' }).over).text)).toBe(answerText);
    expect((await view('a')).attempts.map(({ prefill }) => prefill)).toEqual([true, true, true, true, true]);
  });

  it('is refused behind a prefill by the strict fallback alone', async () => {
    const { ask } = await wall();
    const { text } = await ask('fallback-strict~a', { prefill: 'The tide' }).over;
    expect(status(text)).toBe(400);
    expect(error(text)).toMatchObject({ message: prefillError.message });
    expect(said((await ask('fallback-strict~a').over).text)).toBe(answerText);
    expect(said((await ask('fallback-large~a').over).text)).toBe(answerText);
  });
});

describe('a fault', () => {
  const passing: readonly [string, number][] = [
    ['fault-01', 429],
    ['fault-03', 500],
  ];

  it.each(passing)('%s comes once: %i, then healthy; each case counts for itself', async (model, code) => {
    const { ask, view } = await wall();
    const refusal = (await ask(`${model}~a`).over).text;
    expect(status(refusal)).toBe(code);
    expect(/^retry-after: /m.test(refusal)).toBe(model === 'fault-01');
    expect(said((await ask(`${model}~a`).over).text)).toBe(answerText);
    expect(status((await ask(`${model}~b`).over).text)).toBe(code);
    expect((await view('a')).attempts.map((attempt) => attempt.status)).toEqual([code, 200]);
    expect((await view('b')).attempts).toHaveLength(1);
    expect((await view('c')).attempts).toHaveLength(0);
  });

  it('fault-01 tells to wait 2 s as the header has it, and says divided times in milliseconds too', async () => {
    const real = (await (await wall(1)).ask('fault-01').over).text;
    expect(real).toContain('retry-after: 2\r\n');
    expect(real).not.toContain('retry-after-ms');
    const divided = (await (await wall(20)).ask('fault-01').over).text;
    expect(divided).toContain('retry-after: 0.1\r\nretry-after-ms: 100\r\n');
  });

  const always: readonly [string, number, string | null][] = [
    ['fault-02', 429, 'rate_limit_exceeded'],
    ['fault-04', 503, null],
    ['fault-12', 400, 'context_length_exceeded'],
    ['fallback-small', 400, 'context_length_exceeded'],
    ['fault-13', 400, policyError.code],
    ['fault-16', 503, null],
    ['unknown', 404, 'model_not_found'],
    ['toString', 404, 'model_not_found'],
  ];

  it.each(always)('%s is %i for ever, with the code %s', async (model, code, expected) => {
    const { ask } = await wall();
    for (let time = 0; time < 3; time += 1) {
      const { text } = await ask(model).over;
      expect(status(text)).toBe(code);
      expect(text).not.toMatch(/retry-after/i);
      expect(error(text)).toMatchObject({ code: expected });
    }
  });

  it('fault-05 is a reset before any byte, once', async () => {
    const { ask, view } = await wall();
    expect(await ask('fault-05~a').over).toMatchObject({ text: '', error: 'ECONNRESET' });
    expect(said((await ask('fault-05~a').over).text)).toBe(answerText);
    expect((await view('a')).attempts).toMatchObject([{ end: 'broken' }, { end: 'answered' }]);
    expect((await view('a')).attempts[0]?.status).toBeUndefined();
  });

  it('fault-06 takes the request and says nothing until the other side leaves', async () => {
    const { ask, view } = await wall();
    const { socket, over } = ask('fault-06~a');
    await sleep(300);
    const during = await view('a');
    expect(during.attempts[0]?.end).toBeUndefined();
    expect(during.openSockets).toBeGreaterThanOrEqual(1);
    socket.destroy();
    expect((await over).text).toBe('');
    await sleep(50);
    expect((await view('a')).attempts).toMatchObject([{ end: 'left', tokens: 0 }]);
  });

  it('fault-07 sends the head at once and the first token after 20 s', async () => {
    const { ask } = await wall();
    const start = performance.now();
    const { socket, over } = ask('fault-07~a');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(performance.now() - start).toBeLessThan(500);
    expect(first.toString()).toMatch(/^HTTP\/1.1 200 /);
    expect(first.toString()).not.toContain('data:');
    const { text, ms } = await over;
    expect(ms).toBeGreaterThan(1_000);
    expect(said(text)).toBe(answerText);
  });

  it.each(['fault-08', 'fault-14'])('%s is cut after 40 tokens, within a chunk and within an event', async (model) => {
    const { ask, view } = await wall();
    const { text } = await ask(`${model}~a`).over;
    expect(said(text)).toBe(answerTokens.slice(0, 40).join(''));
    const [, size, rest] = /\r\n([0-9a-f]+)\r\n(data: [^\n]*)$/.exec(text) ?? [];
    expect(Number.parseInt(size ?? '0', 16)).toBeGreaterThan(rest?.length ?? 0);
    expect(text).not.toContain('"stop"');
    expect((await view('a')).attempts).toMatchObject([{ tokens: 40, end: 'broken' }]);
  });

  it('fault-08 cuts a whole answer too', async () => {
    const { ask } = await wall();
    const { text } = await ask('fault-08', { stream: false }).over;
    expect(text).toContain('"content":"The tide');
    expect(text).not.toContain('"usage"');
  });

  it('fault-09 is silent for 30 s after 20 tokens, then gone', async () => {
    const { ask, view } = await wall(100);
    const { text, ms } = await ask('fault-09~a').over;
    expect(said(text)).toBe(answerTokens.slice(0, 20).join(''));
    expect(ms).toBeGreaterThan(300);
    expect((await view('a')).attempts).toMatchObject([{ tokens: 20, end: 'broken' }]);
  });

  it('fault-10 puts an event that is no JSON in the tenth place, and nothing is lost with it', async () => {
    const { ask } = await wall();
    const { text } = await ask('fault-10').over;
    expect(said(text)).toBe(answerText);
    const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, line]) => line as string);
    expect(() => JSON.parse(data[9] as string)).toThrow(SyntaxError);
    expect(data.filter((line) => !line.startsWith('{') || !line.endsWith('}'))).toEqual([data[9], '[DONE]']);
  });

  it('fault-11 is complete without an end mark: ended the first time, held open the second', async () => {
    const { ask, view } = await wall(100);
    const first = await ask('fault-11~a').over;
    const second = await ask('fault-11~a').over;
    for (const { text } of [first, second]) {
      expect(said(text)).toBe(answerText);
      expect(eventsOf(text).at(-1)?.usage).toEqual(usageOf('fault-11', 60));
      expect(text).not.toContain('[DONE]');
      expect(text).toMatch(/\r\n0\r\n\r\n$/);
    }
    expect(second.ms - first.ms).toBeGreaterThan(200);
    expect((await view('a')).attempts).toMatchObject([{ end: 'answered' }, { end: 'answered' }]);
  });

  it('fault-15 is down for 60 s from the first attempt of its case, then healthy', async () => {
    const { ask } = await wall(120);
    expect(status((await ask('fault-15~a').over).text)).toBe(503);
    await sleep(200);
    expect(status((await ask('fault-15~a').over).text)).toBe(503);
    await sleep(400);
    expect(said((await ask('fault-15~a').over).text)).toBe(answerText);
    expect(status((await ask('fault-15~b').over).text)).toBe(503);
  });
});

describe('the log', () => {
  it('says who left before the end, and counts no token that was not written', async () => {
    const { ask, view } = await wall(2);
    const { socket, over } = ask('fallback~a');
    await sleep(150);
    socket.destroy();
    await over;
    await sleep(50);
    const [attempt] = (await view('a')).attempts;
    expect(attempt?.end).toBe('left');
    expect(attempt?.tokens).toBeLessThan(60);
  });

  it('counts what is written for an attempt that was given up but not closed', async () => {
    const { ask, view } = await wall();
    const given = ask('fault-07~a');
    await sleep(50);
    await ask('fallback~a').over;
    await given.over;
    const [first, second] = (await view('a')).attempts;
    expect(first?.orphanBytes).toBeGreaterThan(1_000);
    expect(second?.orphanBytes).toBe(0);
  });
});

it.each([['not JSON'], ['{}'], ['null'], ['{"model":1,"messages":[]}'], ['{"model":"healthy"}']])('refuses the body %s', async (body) => {
  const { url } = await wall();
  expect(status((await converse(url, body).over).text)).toBe(400);
});

it('runs as a process of its own, and imports nothing but Node and itself', async () => {
  const child = await WallProcess.start(20);
  try {
    expect(said((await converse(child.url, bodyFor('healthy~a')).over).text)).toBe(answerText);
    expect((await child.view('a')).attempts).toHaveLength(1);
  } finally {
    await child.stop();
  }
  const folder = new URL('wall/', import.meta.url);
  for (const file of readdirSync(folder)) {
    for (const [, name] of readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)) {
      expect(name).toMatch(/^(?:node:|\.\/[a-z-]+\.ts$)/);
    }
  }
});
