import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import type { EventObserver, ResponseContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { BytesBody } from '../../core/src/dialects/json-body.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { GatewayResponse } from '../../core/src/model/response.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import {
  answerStream,
  answerWhole,
  chunk,
  doneFrame,
  gate,
  lastChunk,
  type Running,
  running,
  type Upstream,
  upstream,
} from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { type Reading, reading } from './harness/reading.ts';

leavesNothing();

const comment = ': keep-alive\n\n';
const question = { model: 'chat', stream: true, messages: [{ role: 'user', content: 'Hello' }] };
const sse = { 'content-type': 'text/event-stream' };

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

/** A plugin that puts its own events in the place of the upstream's. */
function wrapping(make: (events: AsyncIterable<StreamEvent>) => AsyncIterable<StreamEvent>): GatewayPlugin {
  return plugin('wrapping', {
    afterResponse({ response }: ResponseContext) {
      if (response.body.kind !== 'stream') return;
      return { ...response, body: { kind: 'stream', events: make(response.body.events) } };
    },
  });
}

/** Wraps a stream without changing it. */
const passing = (): GatewayPlugin =>
  wrapping(async function* (events) {
    yield* events;
  });

/** A plugin that gives each settlement to a list and, the first, to a promise. */
function watching(): { readonly plugin: GatewayPlugin; readonly settlements: Settlement[]; readonly first: Promise<Settlement> } {
  const settlements: Settlement[] = [];
  const { open, opened } = gate<Settlement>();
  const onRequest: PluginHooks['onRequest'] = (context) =>
    context.onSettled((settlement) => {
      settlements.push(settlement);
      open(settlement);
    });
  return { plugin: plugin('watching', { onRequest }), settlements, first: opened };
}

const ask = ({ url }: Running, body: object = question): Promise<Reading> => reading(`${url}/v1/chat/completions`, body);

/** Two upstreams, asked in this order. */
async function twoTargets(first: Upstream, second: Upstream, config: Partial<GatewayConfig> = {}) {
  const [one, two] = [await upstream(first), await upstream(second)];
  const gateway = await running(one.url, {
    providers: [openaiCompatible({ name: 'one', baseUrl: `${one.url}/v1` }), openaiCompatible({ name: 'two', baseUrl: `${two.url}/v1` })],
    models: { chat: ['one/m', 'two/m'] },
    ...config,
  });
  return { gateway, one, two };
}

describe('once a heartbeat has sent the head', () => {
  /** A call whose client got a head and one comment; the upstream has said nothing yet. */
  async function headSent(plugins: readonly GatewayPlugin[] = []) {
    const clock = manualClock();
    const asked = gate<ServerResponse>();
    const up = await upstream((_req, res) => asked.open(res));
    const watcher = watching();
    const gateway = await running(up.url, { plugins: [watcher.plugin, ...plugins], services: [provide(Clock, clock)] });
    const answer = ask(gateway);
    const res = await asked.opened;
    clock.advance(15_000);
    const read = await answer;
    await read.until(comment);
    return { read, res, clock, settled: watcher.first };
  }

  it.each<[string, (res: ServerResponse) => unknown, string, number]>([
    ['an upstream’s failure', (res) => res.writeHead(500).end(), 'GW_UPSTREAM_ERROR', 500],
    [
      'an upstream’s refusal',
      (res) => res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'),
      'GW_UPSTREAM_REFUSED',
      400,
    ],
    ['a broken connection', (res) => res.destroy(), 'GW_UPSTREAM_UNREACHABLE', 502],
    ['a rate limit', (res) => res.writeHead(429, { 'retry-after': '3' }).end(), 'GW_UPSTREAM_RATE_LIMITED', 429],
  ])('%s is told inside the stream, without an end mark, and the connection is cut', async (_what, fail, code) => {
    const { read, res, settled } = await headSent();
    fail(res);
    const { text, broken } = await read.over;
    expect(read.status).toBe(200);
    expect(broken).toBe(true);
    expect(text.startsWith(`${comment}data: {"error":{`)).toBe(true);
    expect(text.endsWith('}}\n\n')).toBe(true);
    expect(JSON.parse(text.slice(comment.length + 'data: '.length))).toMatchObject({ error: { code } });
    expect(text).not.toContain('[DONE]');
    expect(await settled).toMatchObject({ outcome: 'failed', status: 200, error: code, bytesOut: Buffer.byteLength(text) });
  });

  it('a plugin’s refusal of the answer is told inside the stream', async () => {
    const refusing = plugin('refusing', {
      afterResponse() {
        throw new GatewayError({ status: 403, code: 'BLOCKED', message: 'Not this.' });
      },
    });
    const { read, res, settled } = await headSent([refusing]);
    res.writeHead(200, sse).write(chunk('secret'));
    const { text, broken } = await read.over;
    expect(broken).toBe(true);
    expect(text).toContain('"code":"BLOCKED"');
    expect(text).not.toMatch(/secret|\[DONE\]/);
    expect(await settled).toMatchObject({ outcome: 'failed', status: 200, error: 'BLOCKED' });
  });

  it('a whole answer cannot be sent any more: it is an error in the stream, never taken for an event', async () => {
    const whole: GatewayResponse = { status: 200, headers: {}, source: 'gateway', body: new BytesBody(Buffer.from('{"whole":true}')) };
    const { read, res, settled } = await headSent([plugin('replacing', { afterResponse: () => whole })]);
    res.writeHead(200, sse).write(chunk('one'));
    const { text, broken } = await read.over;
    expect(broken).toBe(true);
    expect(text).toContain('GW_INTERNAL');
    expect(text).not.toContain('whole');
    expect(await settled).toMatchObject({ outcome: 'failed', status: 200, error: 'GW_INTERNAL' });
  });

  it('an answer of a plugin still comes, as events', async () => {
    const replacing = plugin('replacing', { afterResponse: (context) => context.answer({ text: 'from here' }) });
    const { read, res } = await headSent([replacing]);
    res.writeHead(200, sse).write(chunk('one'));
    const { text, broken } = await read.over;
    expect(broken).toBe(false);
    expect(text.startsWith(comment)).toBe(true);
    expect(text).toContain('from here');
    expect(text.endsWith(doneFrame)).toBe(true);
  });

  it('another target may still be asked: nothing of the first one’s answer was sent', async () => {
    const clock = manualClock();
    const asked = gate<ServerResponse>();
    const { gateway, two } = await twoTargets((_req, res) => asked.open(res), answerStream('from the second'), {
      services: [provide(Clock, clock)],
    });
    const answer = ask(gateway);
    const res = await asked.opened;
    clock.advance(15_000);
    const read = await answer;
    await read.until(comment);
    res.writeHead(200, sse);
    res.write(`data: {"id":"of-the-first","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n`);
    res.write(': still thinking\n\n', () => res.destroy());
    const { text, broken } = await read.over;
    expect(broken).toBe(false);
    expect(text).toBe(comment + chunk('from the second') + lastChunk + doneFrame);
    expect(two.bodies).toHaveLength(1);
  });
});

describe('the first content event', () => {
  it('commits: after it nobody else is asked, and the client is told what happened', async () => {
    const { gateway, two } = await twoTargets((_req, res) => {
      res.writeHead(200, sse);
      res.write(chunk('from the first'), () => res.destroy());
    }, answerStream('from the second'));
    const { text, broken } = await (await ask(gateway)).over;
    expect(broken).toBe(true);
    expect(text.startsWith(`${chunk('from the first')}data: {"error":`)).toBe(true);
    expect(text).toContain('GW_UPSTREAM_TRUNCATED');
    expect(text).not.toMatch(/second|\[DONE\]/);
    expect(two.bodies).toEqual([]);
  });

  it.each([
    ['an error event', 'data: {"error":{"message":"overloaded"}}\n\n'],
    ['the end of the connection', ''],
    ['an empty stream', 'data: [DONE]\n\n'],
  ])('%s before it is not an answer yet: the next target is asked, and the client sees nothing of it', async (_what, bytes) => {
    const { gateway, two } = await twoTargets((_req, res) => void res.writeHead(200, sse).end(bytes), answerStream('from the second'));
    const read = await ask(gateway);
    const { text } = await read.over;
    if (bytes.includes('[DONE]')) {
      // It ended as it should: no text is a text too.
      expect(text).toBe(bytes);
      expect(two.bodies).toEqual([]);
    } else expect(text).toBe(chunk('from the second') + lastChunk + doneFrame);
  });
});

describe('taps', () => {
  const tapping = (observer: EventObserver): GatewayPlugin => plugin('tapping', { onRequest: (context) => context.tap(observer) });

  it('see each event as the client gets it, and change no byte of it', async () => {
    const seen: string[] = [];
    const odd = `event: x\nid: 7\ndata:  {"choices" : [ ] , "n":1.0}\n\n: a comment\n\n`;
    const up = await upstream((_req, res) => void res.writeHead(200, sse).end(chunk('ünï') + odd + lastChunk + doneFrame));
    const gateway = await running(up.url, { plugins: [tapping((event) => void seen.push(event.raw))] });
    const { text } = await (await ask(gateway)).over;
    expect(text).toBe(chunk('ünï') + odd + lastChunk + doneFrame);
    expect(seen.join('')).toBe(text);
    expect(seen).toHaveLength(5);
  });

  it('see a wrapped stream as it was wrapped', async () => {
    const seen: string[] = [];
    const louder = wrapping(async function* (events) {
      for await (const event of events) yield event.withTexts(({ text }) => text.toUpperCase());
    });
    const up = await upstream(answerStream('one', 'two'));
    const gateway = await running(up.url, { plugins: [tapping((event) => void seen.push(event.raw)), louder] });
    const { text } = await (await ask(gateway)).over;
    expect(seen.join('')).toBe(text);
    expect(text).toContain('TWO');
  });

  it.each([
    ['raw', []],
    ['wrapped', [passing()]],
  ])('that throw or reject cost a log line each time, not the stream (%s)', async (_how, plugins) => {
    const seen: string[] = [];
    const up = await upstream(answerStream('one', 'two'));
    const taps = plugin('taps', {
      onRequest(context) {
        context.tap(() => {
          throw new Error('thrown here');
        });
        context.tap((() => Promise.reject(new Error('rejected here'))) as unknown as EventObserver);
        context.tap((event) => void seen.push(event.raw));
      },
    });
    const gateway = await running(up.url, { plugins: [taps, ...plugins] });
    const { text, broken } = await (await ask(gateway)).over;
    await gateway.gateway.close();
    expect(text).toBe(chunk('one') + chunk('two') + lastChunk + doneFrame);
    expect(broken).toBe(false);
    expect(seen.join('')).toBe(text);
    expect(gateway.logger.texts('error').filter((line) => line.includes('thrown here'))).toHaveLength(4);
    expect(gateway.logger.texts('error').filter((line) => line.includes('rejected here'))).toHaveLength(4);
  });

  it('of an attempt that throw cost a log line as well', async () => {
    const up = await upstream(answerStream('one'));
    const taps = plugin('taps', {
      attempt(context) {
        context.tap(() => {
          throw new Error('thrown here');
        });
        context.tap((() => Promise.reject(new Error('rejected here'))) as unknown as EventObserver);
      },
    });
    const gateway = await running(up.url, { plugins: [taps] });
    const { text } = await (await ask(gateway)).over;
    expect(text).toBe(chunk('one') + lastChunk + doneFrame);
    expect(gateway.logger.texts('error').join()).toContain('thrown here');
  });

  it('are not asked for a whole answer', async () => {
    const seen: unknown[] = [];
    const up = await upstream(answerWhole('x'));
    const gateway = await running(up.url, { plugins: [tapping((event) => void seen.push(event))] });
    expect((await gateway.chat()).status).toBe(200);
    expect(seen).toEqual([]);
  });
});

describe('events that a plugin makes', () => {
  it('none at all are a stream all the same, with a head and an end', async () => {
    const up = await upstream(answerStream('one'));
    const empty = wrapping(async function* () {});
    const gateway = await running(up.url, { plugins: [empty] });
    const read = await ask(gateway);
    expect(read.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(await read.over).toEqual({ text: '', broken: false });
  });

  it('of an iterator that is no generator are written too; it is ended once, however badly it ends', async () => {
    for (const end of [() => ({ done: true }), () => Promise.reject(new Error('late')), undefined]) {
      let ended = 0;
      const handmade = wrapping((events) => ({
        [Symbol.asyncIterator]() {
          const inner = events[Symbol.asyncIterator]();
          return {
            next: () => inner.next(),
            ...(end && {
              return() {
                ended += 1;
                return end() as unknown as Promise<IteratorResult<StreamEvent>>;
              },
            }),
          };
        },
      }));
      const up = await upstream(answerStream('one'));
      const watcher = watching();
      const gateway = await running(up.url, { plugins: [watcher.plugin, handmade] });
      const { text } = await (await ask(gateway)).over;
      await gateway.gateway.close();
      expect(text).toBe(chunk('one') + lastChunk + doneFrame);
      expect(ended).toBe(end === undefined ? 0 : 1);
      expect(watcher.settlements).toMatchObject([{ outcome: 'completed', error: undefined }]);
    }
  });

  it.each([true, false])(
    'that never go on are ended after `timeouts.totalMs`: nobody waits for ever (events before: %s)',
    async (begun) => {
      const clock = manualClock();
      const watcher = watching();
      const waiting = gate();
      const up = await upstream(answerStream('one', 'two'));
      const stuck = wrapping(async function* (events) {
        for await (const event of events) {
          if (begun) yield event;
          waiting.open();
          await new Promise(() => {});
        }
      });
      const services = [provide(Clock, clock)];
      const timeouts = { totalMs: 60_000, heartbeatMs: 3_600_000 };
      const answer = ask(await running(up.url, { plugins: [watcher.plugin, stuck], services, timeouts }));
      await waiting.opened;
      clock.advance(60_000);
      const read = await answer;
      const { text, broken } = await read.over;
      expect(text).toContain('GW_HOOK_TIMEOUT');
      expect([read.status, broken]).toEqual(begun ? [200, true] : [500, false]);
      expect(await watcher.first).toMatchObject({ outcome: 'failed', status: read.status, error: 'GW_HOOK_TIMEOUT' });
    },
  );

  it('are ended when the client leaves: the plugin’s finally runs, and the upstream is closed', async () => {
    const cleaned = gate();
    const closed = gate();
    const up = await upstream((_req, res) => {
      res.on('close', () => closed.open());
      res.writeHead(200, sse).write(chunk('one') + chunk('two'));
    });
    const careful = wrapping(async function* (events) {
      try {
        yield* events;
      } finally {
        cleaned.open();
      }
    });
    const read = await ask(await running(up.url, { plugins: [careful] }));
    await read.until('two');
    read.leave();
    await Promise.all([cleaned.opened, closed.opened]);
  });
});

describe('a client that reads slowly', () => {
  const frames = Array.from({ length: 4_000 }, (_, number) => chunk(`${number} ${'x'.repeat(4_000)}`));

  /** Writes so many frames as fast as they are read, and no faster. All of them are more than sockets hold. */
  const patient =
    (count: number): Upstream =>
    async (_req, res) => {
      res.writeHead(200, sse);
      for (const frame of frames.slice(0, count)) if (!res.write(frame)) await once(res, 'drain');
      res.end(lastChunk + doneFrame);
    };

  it.each([
    ['raw', []],
    ['wrapped', [passing()]],
    ['tapped', [plugin('tapping', { onRequest: (context) => context.tap(() => {}) })]],
  ])('gets every byte in its order (%s)', async (_how, plugins) => {
    const up = await upstream(patient(1_000));
    const read = await ask(await running(up.url, { plugins }));
    for (let stops = 0; stops < 10; stops += 1) {
      read.stopReading();
      await new Promise((resolve) => setImmediate(resolve));
      read.goOn();
      await read.until(frames[stops * 100] as string);
    }
    const { text, broken } = await read.over;
    expect(broken).toBe(false);
    expect(text === frames.slice(0, 1_000).join('') + lastChunk + doneFrame).toBe(true);
  });

  it.each([
    ['a raw stream', true, []],
    ['a wrapped stream', true, [passing()]],
    ['a whole answer', false, []],
  ])('that takes nothing of %s for `limits.stallMs` is disconnected, and the upstream is closed', async (_what, stream, plugins) => {
    const closed = gate();
    const watcher = watching();
    const up = await upstream((req, res, body) => {
      res.on('close', () => closed.open());
      if (stream) return patient(frames.length)(req, res, body);
      return answerWhole('x'.repeat(20_000_000))(req, res, body);
    });
    const gateway = await running(up.url, { plugins: [watcher.plugin, ...plugins], limits: { stallMs: 150 } });
    const read = await ask(gateway, { ...question, stream });
    read.stopReading();
    const settlement = await watcher.first;
    await closed.opened;
    expect(settlement).toMatchObject({ outcome: 'aborted', status: 200, error: 'GW_CLIENT_STALLED' });
    await gateway.gateway.close();
    expect(watcher.settlements).toHaveLength(1);
  });

  it('that takes nothing of the end of a stream is disconnected as well: nothing more comes that would show it', async () => {
    const watcher = watching();
    // Whole at once, and more than sockets hold: it is over at the upstream before its client has read it.
    const up = await upstream((_req, res) => void res.writeHead(200, sse).end(frames.join('') + lastChunk + doneFrame));
    const gateway = await running(up.url, { plugins: [watcher.plugin, collecting()], limits: { stallMs: 150 } });
    const read = await ask(gateway);
    read.stopReading();
    expect(await watcher.first).toMatchObject({ outcome: 'aborted', error: 'GW_CLIENT_STALLED' });
  });
});

/** Takes the whole stream before it gives on the first event, as one big one. */
function collecting(): GatewayPlugin {
  return wrapping(async function* (events) {
    const all: StreamEvent[] = [];
    for await (const event of events) all.push(event);
    const [first] = all as [StreamEvent];
    yield Object.create(first, { raw: { value: all.map(({ raw }) => raw).join('') } }) as StreamEvent;
  });
}
