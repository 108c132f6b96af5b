import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import { definePlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import { chunk, doneFrame, gate, lastChunk, running, type Upstream, upstream } from './harness/loopback.ts';
import { type ManualClock, manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { type Reading, reading } from './harness/reading.ts';

leavesNothing();

const comment = ': keep-alive\n\n';
const interval = 15_000;
const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };

interface Silent {
  readonly clock: ManualClock;
  /** The client's answer, once its head comes. */
  readonly answer: Promise<Reading>;
  /** The upstream's side of the request, of which nothing was answered yet. */
  readonly res: ServerResponse;
  readonly close: () => Promise<void>;
}

/** A streamed call whose upstream was asked and says nothing. */
async function silent(config: Partial<GatewayConfig> = {}, body: object = {}): Promise<Silent> {
  const clock = manualClock();
  const asked = gate<ServerResponse>();
  const up = await upstream((_req, res) => asked.open(res));
  const { url, gateway } = await running(up.url, { ...config, services: [provide(Clock, clock)] });
  const answer = reading(`${url}/v1/chat/completions`, { ...question, stream: true, ...body });
  return { clock, answer, res: await asked.opened, close: () => gateway.close() };
}

function beginStream(res: ServerResponse, text: string): void {
  if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(chunk(text));
}

/** How often the client was told that its answer is under way. */
function comments(text: string): number {
  return text.split(comment).length - 1;
}

describe('a stream that says nothing', () => {
  it('gets a head and a comment after fifteen seconds, then a comment each fifteen seconds', async () => {
    const { clock, answer, res } = await silent();
    clock.advance(interval);
    const read = await answer;
    expect(read.status).toBe(200);
    expect(read.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-request-id': expect.any(String),
    });
    for (const beats of [2, 3]) {
      clock.advance(interval);
      await read.until(comment.repeat(beats));
    }
    beginStream(res, 'at last');
    res.end(lastChunk + doneFrame);
    const { text, broken } = await read.over;
    expect(text).toBe(comment.repeat(3) + chunk('at last') + lastChunk + doneFrame);
    expect(broken).toBe(false);
  });

  it('not before, and as often as configured', async () => {
    const { clock, answer, res } = await silent({ timeouts: { heartbeatMs: 1_000 } });
    clock.advance(3_999);
    const read = await answer;
    beginStream(res, 'at last');
    await read.until('at last');
    expect(comments(read.text)).toBe(3);
    clock.advance(999);
    beginStream(res, 'and more');
    await read.until('and more');
    expect(comments(read.text)).toBe(3);
  });

  it('has headers that plugins set before', async () => {
    const marking = definePlugin({ name: 'marking', create: () => ({ onRequest: (context) => context.setHeader('x-mark', 'yes') }) })();
    const { clock, answer } = await silent({ plugins: [marking] });
    clock.advance(interval);
    expect((await answer).headers['x-mark']).toBe('yes');
  });

  it('in its middle gets a comment between two events', async () => {
    const { clock, answer, res } = await silent();
    beginStream(res, 'one');
    const read = await answer;
    await read.until('one');
    clock.advance(interval);
    await read.until(comment);
    beginStream(res, 'two');
    await read.until('two');
    expect(read.text).toBe(chunk('one') + comment + chunk('two'));
  });

  it('counts its silence from what the client got last', async () => {
    const { clock, answer, res } = await silent();
    clock.advance(interval - 1);
    beginStream(res, 'one');
    const read = await answer;
    await read.until('one');
    clock.advance(interval - 1);
    beginStream(res, 'two');
    await read.until('two');
    expect(comments(read.text)).toBe(0);
    clock.advance(interval);
    await read.until(comment);
  });

  it('is kept alive while a plugin thinks about its answer', async () => {
    const thinking = gate();
    const thought = gate();
    const hooks: PluginHooks = {
      async afterResponse() {
        thinking.open();
        await thought.opened;
      },
    };
    const slow = definePlugin({ name: 'slow', timeoutMs: 60_000, create: () => hooks })();
    const { clock, answer, res } = await silent({ plugins: [slow] });
    beginStream(res, 'one');
    await thinking.opened;
    clock.advance(interval);
    const read = await answer;
    await read.until(comment);
    thought.open();
    await read.until('one');
    res.end(lastChunk + doneFrame);
    expect((await read.over).text).toBe(comment + chunk('one') + lastChunk + doneFrame);
  });

  it('is kept alive while a plugin holds its events back', async () => {
    const held = gate();
    const hooks: PluginHooks = {
      afterResponse({ response }) {
        const { body } = response;
        if (body.kind !== 'stream') return;
        const events = (async function* () {
          await held.opened;
          yield* body.events;
        })();
        return { ...response, body: { kind: 'stream', events } };
      },
    };
    const { clock, answer, res } = await silent({ plugins: [definePlugin({ name: 'holding', create: () => hooks })()] });
    beginStream(res, 'one');
    res.end(lastChunk + doneFrame);
    clock.advance(interval);
    const read = await answer;
    await read.until(comment);
    held.open();
    expect((await read.over).text).toBe(comment + chunk('one') + lastChunk + doneFrame);
  });
});

describe('no comment', () => {
  it('for a whole answer: it has one head, and that is not known yet', async () => {
    const { clock, answer, res } = await silent({}, { stream: false });
    clock.advance(4 * interval);
    res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"gone"}}');
    const read = await answer;
    expect(read.status).toBe(404);
    expect((await read.over).text).not.toContain(comment);
  });

  it('before the call went out: hooks on the way in have limits of their own', async () => {
    const clock = manualClock();
    const inHook = gate();
    const decided = gate();
    const hooks: PluginHooks = {
      async beforeRoute(context) {
        inHook.open();
        await decided.opened;
        return context.answer({ text: 'from here' });
      },
    };
    const slow = definePlugin({ name: 'slow', timeoutMs: 3_600_000, create: () => hooks })();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [slow], services: [provide(Clock, clock)] });
    const answer = reading(`${url}/v1/chat/completions`, { ...question, stream: true });
    await inHook.opened;
    clock.advance(10 * interval);
    decided.open();
    const { text } = await (await answer).over;
    expect(text).toContain('from here');
    expect(text).not.toContain(comment);
  });

  it('once the answer is over, however it ended; and no timer is left', async () => {
    const ends: readonly ((one: Silent) => Promise<unknown>)[] = [
      async ({ answer, res }) => {
        beginStream(res, 'one');
        res.end(lastChunk + doneFrame);
        await (await answer).over;
      },
      async ({ answer, res }) => {
        res.writeHead(500).end();
        await (await answer).over;
      },
      async ({ answer, res }) => {
        beginStream(res, 'one');
        const read = await answer;
        await read.until('one');
        const gone = new Promise((resolve) => res.on('close', resolve));
        read.leave();
        await gone;
      },
      async ({ clock, answer, res }) => {
        clock.advance(interval);
        const read = await answer;
        const gone = new Promise((resolve) => res.on('close', resolve));
        read.leave();
        await gone;
      },
    ];
    for (const end of ends) {
      const one = await silent();
      await end(one);
      await one.close();
      expect(one.clock.armed).toBe(0);
      one.clock.advance(10 * interval);
    }
  });

  it('for a client that left while a plugin thinks about its answer: it got no head, and the books say so', async () => {
    const [thinking, thought, settled] = [gate(), gate(), gate<Settlement>()];
    const hooks: PluginHooks = {
      onRequest: (context) => context.onSettled((settlement) => settled.open(settlement)),
      async afterResponse({ signal }) {
        const left = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        thinking.open();
        await left;
        thought.open();
        await new Promise(() => {});
      },
    };
    const slow = definePlugin({ name: 'slow', timeoutMs: 60_000, create: () => hooks })();
    const clock = manualClock();
    const up = await upstream((_req, res) => beginStream(res, 'one'));
    const { chat } = await running(up.url, { plugins: [slow], services: [provide(Clock, clock)] });
    const leaving = new AbortController();
    void chat({ stream: true }, { signal: leaving.signal }).catch(() => {});
    await thinking.opened;
    leaving.abort();
    await thought.opened;
    clock.advance(60_000);
    expect(await settled.opened).toMatchObject({ outcome: 'aborted', status: 499, bytesOut: 0 });
  });

  it('costs a timer per stream, not per event', async () => {
    const { clock, answer, res } = await silent();
    beginStream(res, 'first');
    const read = await answer;
    await read.until('first');
    const armed = clock.armed;
    for (let number = 0; number < 50; number += 1) beginStream(res, `event ${number}`);
    await read.until('event 49');
    expect(clock.armed).toBe(armed);
  });
});

/** An upstream whose stream ends in the middle. */
const cutting: Upstream = (_req, res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(chunk('one'), () => res.destroy());
};

describe('bytes of comments', () => {
  it('are counted with the answer', async () => {
    const sizes: number[] = [];
    const counting = definePlugin({
      name: 'counting',
      create: () => ({ onRequest: (context) => context.onSettled(({ bytesOut }) => void sizes.push(bytesOut)) }),
    })();
    const { clock, answer, res, close } = await silent({ plugins: [counting] });
    clock.advance(2 * interval);
    const read = await answer;
    beginStream(res, 'one');
    res.end(lastChunk + doneFrame);
    const { text } = await read.over;
    await close();
    expect(comments(text)).toBe(2);
    expect(sizes).toEqual([Buffer.byteLength(text)]);
  });

  it('…and so are those of a last error', async () => {
    const sizes: number[] = [];
    const counting = definePlugin({
      name: 'counting',
      create: () => ({ onRequest: (context) => context.onSettled(({ bytesOut }) => void sizes.push(bytesOut)) }),
    })();
    const up = await upstream(cutting);
    const { url, gateway } = await running(up.url, { plugins: [counting] });
    const { text } = await (await reading(`${url}/v1/chat/completions`, { ...question, stream: true })).over;
    await gateway.close();
    expect(text).toContain('GW_UPSTREAM_TRUNCATED');
    expect(sizes).toEqual([Buffer.byteLength(text)]);
  });
});
