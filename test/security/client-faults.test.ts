import { once } from 'node:events';
import http from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { Models } from '../../core/src/services/models.ts';
import { answerStream, answerWhole, chunk, doneFrame, gate, lastChunk, listening, running, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import {
  chatPath,
  chatRequest,
  chunked,
  errorOf,
  exchanged,
  type HostileClient,
  headerOf,
  hostileClient,
  question,
  requestHead,
} from '../kit/hostile-client.ts';
import { encoded, hostileUpstream, type Script, streamHead, wholeAnswer } from '../kit/hostile-upstream.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

interface Watcher {
  readonly plugin: GatewayPlugin;
  readonly settlements: Settlement[];
  /** Waits for so many settlements. */
  settled(count?: number): Promise<readonly Settlement[]>;
}

/** A plugin that collects every settlement. */
function watching(): Watcher {
  const settlements: Settlement[] = [];
  const hooks: PluginHooks = { onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) };
  return {
    plugin: plugin('watching', hooks),
    settlements,
    async settled(count = 1) {
      await expect.poll(() => settlements.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
      return settlements;
    },
  };
}

/** Ways to leave. */
const ways: readonly (readonly [name: string, leave: (client: HostileClient) => void])[] = [
  ['closes the connection', (client) => client.destroy()],
  ['resets the connection', (client) => client.reset()],
];

const silent: Script = () => {};

describe('F-31: a client that leaves while it sends its body', () => {
  const head = requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 1000']);
  const parts: readonly (readonly [name: string, sent: string])[] = [
    ['no byte of the body', head],
    ['a part of the body', `${head}{"model":"chat",`],
    ['one chunk of it', `${requestHead('POST', chatPath, ['content-type: application/json', 'transfer-encoding: chunked'])}5\r\n{"mod\r\n`],
  ];
  const cases = parts.flatMap(([what, sent]) => ways.map(([how, leave]) => [how, what, sent, leave] as const));

  it.each(cases)('F-31: %s after %s: settled once as aborted, nothing at the upstream', async (_how, _what, sent, leave) => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    await client.sayCut(sent);
    leave(client);
    expect(await watcher.settled()).toMatchObject([
      { outcome: 'aborted', status: 499, error: 'GW_CLIENT_CLOSED', attempts: [], model: undefined, bytesOut: 0 },
    ]);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    expect(up.peers).toEqual([]);
  });

  it('F-31: one that only half-closes in the middle of its body is gone too', async () => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    await client.sayCut(`${head}{"model":`);
    client.halfClose();
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted' }]);
    await client.ended;
    expect(client.answers.map(({ status }) => status)).not.toContain(200);
    expect(up.peers).toEqual([]);
  });
});

describe('F-32: a client that leaves before the upstream says anything', () => {
  const cases = [true, false].flatMap((stream) => ways.map(([how, leave]) => [how, stream, leave] as const));

  it.each(cases)('F-32: %s (stream: %s): the upstream’s connection ends at once, settled once', async (_how, stream, leave) => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream })));
    await up.request(0);
    const left = performance.now();
    leave(client);
    const peer = await up.peer(0);
    await peer.closed;
    expect((peer.closedAt as number) - left).toBeLessThan(1_000); // some milliseconds on an idle machine
    expect(await watcher.settled()).toMatchObject([
      {
        outcome: 'aborted',
        status: 499,
        error: 'GW_CLIENT_CLOSED',
        usage: undefined,
        attempts: [{ outcome: 'aborted', status: undefined }],
      },
    ]);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    expect(up.requests).toHaveLength(1);
  });

  it('F-32: leaves another target untried', async () => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin], models: { chat: ['up/m', 'up/second', 'up/third'] } });
    const client = await hostileClient(url);
    client.say(chatRequest());
    await up.request(0);
    client.reset();
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', attempts: [{ target: { id: 'up/m' } }] }]);
    await gateway.close();
    expect(up.requests).toHaveLength(1);
  });
});

describe('F-33: a client that leaves in the middle of its stream', () => {
  const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } })}\n\n`;

  it.each(ways)('F-33: %s: the upstream ends, what went out is counted, settled once', async (_how, leave) => {
    const watcher = watching();
    const up = await hostileUpstream((peer) => void peer.say(streamHead + encoded(chunk('one')).toString()));
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream: true })));
    await client.hears('one');
    leave(client);
    const peer = await up.peer(0);
    await peer.closed;
    expect(await watcher.settled()).toMatchObject([
      {
        outcome: 'aborted',
        status: 200,
        error: 'GW_CLIENT_CLOSED',
        streamed: true,
        usage: undefined,
        bytesOut: chunk('one').length,
        attempts: [{ outcome: 'aborted', status: 200 }],
      },
    ]);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
  });

  it('F-33: usage that the upstream had told is not lost', async () => {
    const watcher = watching();
    const up = await hostileUpstream((peer) => void peer.say(streamHead + encoded(chunk('one') + lastChunk + usage).toString()));
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream: true })));
    await client.hears('"stop"');
    client.reset();
    const [settlement] = await watcher.settled();
    expect(settlement).toMatchObject({ outcome: 'aborted', usage: { input: 7, output: 3 }, finishReason: 'stop' });
    expect(settlement?.attempts).toMatchObject([{ usage: { input: 7, output: 3 } }]);
  });

  it('F-33: with plugins that wrap and tap the stream too; their generators end', async () => {
    const watcher = watching();
    const ended = gate();
    const wrapping = plugin('wrapping', {
      onRequest: (context) => context.tap(() => {}),
      afterResponse({ response }) {
        const { body } = response;
        if (body.kind !== 'stream') return undefined;
        const events = (async function* () {
          try {
            yield* body.events;
          } finally {
            ended.open();
          }
        })();
        return { ...response, body: { kind: 'stream', events } };
      },
    });
    const up = await hostileUpstream((peer) => void peer.say(streamHead + encoded(chunk('one')).toString()));
    const { url } = await running(up.url, { plugins: [watcher.plugin, wrapping] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream: true })));
    await client.hears('one');
    client.destroy();
    await ended.opened;
    await (await up.peer(0)).closed;
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', attempts: [{ outcome: 'aborted' }] }]);
  });
});

describe('F-34: a client that leaves while something is worked out for it', () => {
  type Hook = 'onRequest' | 'beforeRoute' | 'attempt';
  const hooks: readonly Hook[] = ['onRequest', 'beforeRoute', 'attempt'];

  /** A plugin whose hook waits for its signal, or for ever when it does not care. */
  function waiting(
    hook: Hook,
    minds: boolean,
  ): { readonly plugin: GatewayPlugin; readonly begun: Promise<void>; readonly told: Promise<void> } {
    const begun = gate();
    const told = gate();
    const wait = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => {
          told.open();
          if (minds) reject(signal.reason as Error);
        });
        begun.open();
      });
    const waits: PluginHooks =
      hook === 'attempt'
        ? { attempt: ({ exchange }) => wait(exchange.signal) }
        : { [hook]: ({ signal }: { signal: AbortSignal }) => wait(signal) };
    return { plugin: plugin('waiting', waits), begun: begun.opened, told: told.opened };
  }

  it.each(hooks.flatMap((hook) => [true, false].map((minds) => [hook, minds] as const)))(
    'F-34: in %s (which minds its signal: %s): the hook is told, nothing further begins, settled once',
    async (hook, minds) => {
      const watcher = watching();
      const slow = waiting(hook, minds);
      const ran: string[] = [];
      const after = plugin('after', {
        beforeRoute: () => void ran.push('beforeRoute'),
        attempt: () => void ran.push('attempt'),
        afterResponse: () => void ran.push('afterResponse'),
      });
      const up = await hostileUpstream(silent);
      const { url, gateway, logger } = await running(up.url, { plugins: [watcher.plugin, slow.plugin, after] });
      const client = await hostileClient(url);
      client.say(chatRequest());
      await slow.begun;
      client.reset();
      await slow.told;
      const [settlement] = await watcher.settled();
      expect(settlement).toMatchObject({ outcome: 'aborted', status: 499, error: 'GW_CLIENT_CLOSED' });
      await gateway.close();
      expect(up.peers).toEqual([]);
      expect(watcher.settlements).toHaveLength(1);
      // `after` had its turn in the hooks before the one that waited, and gets it on the way out.
      expect(ran).toEqual(hook === 'attempt' ? ['beforeRoute', 'afterResponse'] : ['afterResponse']);
      expect(logger.texts('error')).toEqual([]);
    },
  );

  it('F-34: in onRequest with a body too large for the sockets’ buffers: found out when it is read, nothing begins', async () => {
    const watcher = watching();
    const go = gate();
    const begun = gate();
    const slow = plugin('slow', {
      onRequest() {
        begun.open();
        return go.opened;
      },
    });
    const up = await hostileUpstream(silent);
    const { url } = await running(up.url, { plugins: [watcher.plugin, slow] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ user: 'x'.repeat(8 * 1024 * 1024) })));
    await begun.opened;
    client.reset();
    go.open();
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', attempts: [] }]);
    expect(up.peers).toEqual([]);
  });

  it('F-34: in afterResponse: every plugin still ends its part, nothing is written, settled as aborted', async () => {
    const watcher = watching();
    const begun = gate();
    const ran: string[] = [];
    const slow = plugin('slow', {
      async afterResponse({ signal }) {
        begun.open();
        await once(signal, 'abort');
        ran.push('slow');
      },
    });
    const first = plugin('first', { afterResponse: () => void ran.push('first') });
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [watcher.plugin, first, slow] });
    const client = await hostileClient(url);
    client.say(chatRequest());
    await begun.opened;
    client.reset();
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', status: 499, bytesOut: 0, attempts: [{ outcome: 'completed' }] }]);
    expect(ran).toEqual(['slow', 'first']);
  });

  it('F-34: while a plugin asks a model for itself: that call ends with its parent', async () => {
    const watcher = watching();
    const asking = definePlugin({
      name: 'asking',
      requires: [Models],
      create: (_options, { models }) => ({
        async beforeRoute(context) {
          if (context.call.model === 'up/guard') return;
          const body = { model: 'up/guard', messages: [{ role: 'user', content: 'Is this all right?' }] };
          await models.call(context, { dialect: 'openai-chat', body });
        },
      }),
    })();
    const up = await hostileUpstream(silent);
    const { url } = await running(up.url, { plugins: [watcher.plugin, asking] });
    const client = await hostileClient(url);
    client.say(chatRequest());
    await up.request(0);
    client.reset();
    await (await up.peer(0)).closed;
    const settlements = await watcher.settled(2);
    expect(settlements.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted']);
    expect(up.requests).toHaveLength(1);
  });

  it('F-34: while the host’s own middleware had the request: there is no exchange, and close() waits for none', async () => {
    const watcher = watching();
    const go = gate();
    const begun = gate();
    const handedOn = gate();
    const up = await hostileUpstream(silent);
    const { gateway } = await running(up.url, { plugins: [watcher.plugin] });
    await gateway.ready();
    const held: express.RequestHandler = async (_req, _res, next) => {
      begun.open();
      await go.opened;
      next();
      handedOn.open();
    };
    const server = await listening(express().use(held).use('/ai', gateway));
    const client = await hostileClient(server.url);
    client.say(chatRequest());
    await begun.opened;
    client.reset();
    await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
    go.open();
    await handedOn.opened;
    await gateway.close();
    expect(watcher.settlements).toEqual([]);
    expect(up.peers).toEqual([]);
  });

  it('F-34: while the gateway is still starting: there is no exchange', async () => {
    const watcher = watching();
    const started = gate();
    const up = await hostileUpstream(silent);
    const starting = plugin('starting', { start: () => started.opened });
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin, starting] });
    const client = await hostileClient(url);
    await client.sayCut(chatRequest());
    client.reset();
    await client.closed;
    // A second one that stays is served: what the first left behind is past by then.
    const staying = await hostileClient(url);
    await staying.sayCut(requestHead('GET', '/ai/v1/models'));
    started.open();
    expect((await staying.answer()).status).toBe(200);
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ path: '/v1/models' }]);
    expect(up.peers).toEqual([]);
  });
});

describe('F-35: a client that does not read', () => {
  const stallMs = 300;
  const piece = chunk('x'.repeat(60_000));

  it.each([false, true])(
    'F-35: a stream (wrapped: %s): the upstream is held back, and the client is gone after the limit',
    async (wrapped) => {
      const watcher = watching();
      const mapping = plugin('mapping', {
        afterResponse: (context) => (wrapped ? context.mapTexts(() => ({ push: (text) => text, end: () => '' })) : undefined),
      });
      const up = await hostileUpstream(async (peer) => {
        peer.say(streamHead);
        await peer.pour(encoded(piece), 2_000); // 120 MB, if anybody took them
      });
      const { url, gateway } = await running(up.url, { plugins: [watcher.plugin, mapping], limits: { stallMs } });
      const client = await hostileClient(url);
      client.stopReading();
      client.say(chatRequest(question({ stream: true })));
      const peer = await up.peer(0);
      await peer.closed;
      expect(peer.accepted).toBeLessThan(60_000_000); // kernels buffer some
      expect(await watcher.settled()).toMatchObject([
        { outcome: 'aborted', status: 200, error: 'GW_CLIENT_STALLED', attempts: [{ outcome: 'aborted' }] },
      ]);
      client.readOn();
      await client.ended;
      expect(client.answers).toMatchObject([{ complete: false }]);
      await gateway.close();
      expect(watcher.settlements).toHaveLength(1);
    },
  );

  it('F-35: a whole answer: the client is gone after the limit', async () => {
    const watcher = watching();
    const up = await upstream(answerWhole('x'.repeat(20_000_000)));
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin], limits: { stallMs } });
    const client = await hostileClient(url);
    client.stopReading();
    client.say(chatRequest());
    expect(await watcher.settled()).toMatchObject([
      { outcome: 'aborted', status: 200, error: 'GW_CLIENT_STALLED', attempts: [{ outcome: 'completed' }] },
    ]);
    await gateway.close();
    client.readOn();
    await client.ended;
    expect(client.answers).toMatchObject([{ complete: false }]);
  });

  it('F-35: the end of a stream whose upstream is done, and the last words of one that broke', async () => {
    for (const ending of [lastChunk + doneFrame, '']) {
      const watcher = watching();
      const many = Array.from({ length: 200 }, () => encoded(piece).toString()).join('');
      const up = await hostileUpstream(async (peer) => {
        peer.say(streamHead + many + (ending === '' ? '' : encoded(ending).toString()));
        peer.finish();
      });
      const { url, gateway } = await running(up.url, { plugins: [watcher.plugin], limits: { stallMs, eventBytes: 100_000 } });
      const client = await hostileClient(url);
      client.stopReading();
      client.say(chatRequest(question({ stream: true })));
      expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', error: 'GW_CLIENT_STALLED' }]);
      await gateway.close();
    }
  });

  it('F-35: one that reads slowly, but reads, gets all of it however long it takes', async () => {
    const [limitMs, restMs] = [900, 250]; // of rests it has enough to be far over the limit
    const watcher = watching();
    const text = 'x'.repeat(8_000_000);
    const up = await upstream((req, res, body) =>
      (body.includes('"stream":true') ? answerStream(...Array<string>(130).fill('y'.repeat(60_000))) : answerWhole(text))(req, res, body),
    );
    const { url } = await running(up.url, { plugins: [watcher.plugin], limits: { stallMs: limitMs } });
    for (const stream of [false, true]) {
      const client = await hostileClient(url);
      const started = performance.now();
      client.say(chatRequest(question({ stream })));
      // Reads a part, rests for less than the limit, reads on: in all far longer than the limit.
      for (let part = 1; part <= 8 && client.end === undefined; part += 1) {
        await client.hearsBytes(part * 900_000);
        client.stopReading();
        await new Promise((resolve) => setTimeout(resolve, restMs));
        client.readOn();
      }
      expect(await client.answer()).toMatchObject({ status: 200, complete: true });
      expect(performance.now() - started).toBeGreaterThan(2 * limitMs);
    }
    expect((await watcher.settled(2)).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });

  it('F-35: one whose answer waits behind an earlier one on its connection is not the one who stalls', async () => {
    const watcher = watching();
    const go = gate();
    const up = await upstream(async (req, res, body) => {
      if (body.includes('slow')) await go.opened;
      answerWhole('x')(req, res, body);
    });
    const { url } = await running(up.url, { plugins: [watcher.plugin], limits: { stallMs: 100 } });
    const client = await hostileClient(url);
    client.say(Buffer.concat([chatRequest(question({ user: 'slow' })), chatRequest(question({ user: 'quick' }))]));
    await expect.poll(() => up.bodies.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 400)); // four limits
    expect(client.end).toBeUndefined();
    go.open();
    expect((await client.hearsAnswers(2)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await watcher.settled(2)).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });
});

describe('F-36: a client that closes its half', () => {
  // Node's server answers a FIN with its own (`httpAllowHalfOpen` is off): to the gateway such a client has left. A host
  // that wants to serve them switches it on.
  it.each([true, false])('F-36: is gone for Node’s server as it comes (stream: %s); settled once', async (stream) => {
    const watcher = watching();
    const up = await hostileUpstream((peer) => void (stream && peer.say(streamHead + encoded(chunk('one')).toString())));
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream })));
    await up.request(0);
    if (stream) await client.hears('one');
    client.halfClose();
    expect(await watcher.settled()).toMatchObject([{ outcome: 'aborted', error: 'GW_CLIENT_CLOSED', attempts: [{ outcome: 'aborted' }] }]);
    await (await up.peer(0)).closed;
    await client.ended;
    expect(client.answers.some(({ complete }) => complete)).toBe(false);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
  });

  it.each([true, false])('F-36: gets its answer where the host allows half-open connections (stream: %s)', async (stream) => {
    const watcher = watching();
    const go = gate();
    const up = await upstream(async (req, res, body) => {
      await go.opened;
      (stream ? answerStream('one ', 'two') : answerWhole('one two'))(req, res, body);
    });
    const { gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const server = await listening(express().use('/ai', gateway));
    Object.assign(server, { httpAllowHalfOpen: true });
    const client = await hostileClient(server.url);
    client.say(chatRequest(question({ stream })));
    await expect.poll(() => up.bodies.length).toBe(1);
    client.halfClose();
    await new Promise((resolve) => setTimeout(resolve, 30)); // the FIN has long arrived
    go.open();
    expect(await client.answer()).toMatchObject({ status: 200, complete: true, body: expect.stringMatching(/one .*two/s) });
    expect(await watcher.settled()).toMatchObject([{ outcome: 'completed', status: 200 }]);
  });
});

describe('F-37: clients that ask for much at once', () => {
  it('F-37: a thousand requests in one go on one connection are answered in their order, each settled once', async () => {
    const watcher = watching();
    const up = await upstream((req, res, body) => answerWhole((JSON.parse(body) as { user: string }).user)(req, res, body));
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    const users = Array.from({ length: 1_000 }, (_, index) => `u${index}`);
    client.say(Buffer.concat(users.map((user) => chatRequest(question({ user })))));
    // Another one is served meanwhile.
    expect((await (await exchanged(url, requestHead('GET', '/ai/v1/models'))).answer()).status).toBe(200);
    await client.hears('"usage"', 1_000);
    const answers = client.answers;
    expect(answers.map(({ body }) => /"content":"(u\d+)"/.exec(body)?.[1])).toEqual(users);
    expect(new Set(answers.map((answer) => headerOf(answer, 'x-request-id'))).size).toBe(1_000);
    const settlements = await watcher.settled(1_001);
    expect(new Set(settlements.map(({ id }) => id)).size).toBe(1_001);
  });

  it('F-37: a hundred pipelined requests whose client leaves are all settled, and close() waits for none', async () => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(Buffer.concat(Array.from({ length: 100 }, () => chatRequest())));
    await up.request(99);
    client.reset();
    const settlements = await watcher.settled(100);
    expect(new Set(settlements.map(({ outcome }) => outcome))).toEqual(new Set(['aborted']));
    await gateway.close();
    expect(watcher.settlements).toHaveLength(100);
    await expect.poll(() => up.open).toBe(0);
  });

  it.each([
    ['a header of 64 KB', [`x-long: ${'x'.repeat(64 * 1024)}`]],
    ['ten thousand headers', Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1`)],
    ['a name of 20 KB', [`${'x'.repeat(20_000)}: 1`]],
    ['a path of 20 KB', []],
  ])('F-37: %s: 431 and closed, before the gateway sees anything', async (what, lines) => {
    const watcher = watching();
    const up = await hostileUpstream(silent);
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const client = await hostileClient(url);
    client.say(chatRequest(question(), lines, what.includes('path') ? `${chatPath}?${'x'.repeat(20_000)}` : chatPath));
    await client.ended;
    expect(client.answers.map(({ status }) => status)).toEqual([431]);
    expect(watcher.settlements).toEqual([]);
    expect(up.peers).toEqual([]);
  });

  it('F-37: Expect: 100-continue gets its go-ahead and then its answer; any other expectation is refused', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    const client = await hostileClient(url);
    const bytes = chatRequest(question(), ['expect: 100-continue']);
    const body = bytes.indexOf('\r\n\r\n') + 4;
    client.say(bytes.subarray(0, body));
    await client.hears('100 Continue');
    client.say(bytes.subarray(body));
    expect((await client.answer()).status).toBe(200);
    expect((await (await exchanged(url, chatRequest(question(), ['expect: a miracle']))).answer()).status).toBe(417);
    expect(up.bodies).toHaveLength(1);
  });

  it('F-37: trailers are nobody’s business', async () => {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('{"choices":[]}')));
    const { url } = await running(up.url);
    const head = requestHead('POST', chatPath, ['content-type: application/json', 'transfer-encoding: chunked', 'trailer: authorization']);
    const client = await exchanged(
      url,
      `${head}${chunked(JSON.stringify(question()))}0\r\nauthorization: Bearer late\r\nhost: evil\r\n\r\n`,
    );
    expect((await client.answer()).status).toBe(200);
    expect((await up.request(0)).bytes.toString()).not.toMatch(/late|evil/);
  });
});

describe('F-38: bodies that are not what they say', () => {
  async function small(): Promise<{ readonly url: string; readonly bodies: string[] }> {
    const up = await upstream();
    const { url } = await running(up.url, { limits: { bodyBytes: 1_000, bodyMs: 300 } });
    return { url, bodies: up.bodies };
  }

  it('F-38: one that says it is too large is refused before a byte of it is read, and closed', async () => {
    const { url, bodies } = await small();
    const client = await hostileClient(url);
    client.say(requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 100000000']));
    const got = await client.answer();
    expect(got).toMatchObject({ status: 413 });
    expect(errorOf(got)).toMatchObject({ code: 'GW_BODY_TOO_LARGE', message: expect.stringContaining('1000 bytes') });
    expect(headerOf(got, 'connection')).toBe('close');
    await client.ended;
    expect(bodies).toEqual([]);
  });

  it('F-38: a client that sends all of its too large body reads why, whether it says its length or not', async () => {
    const { url } = await small();
    for (const framing of ['content-length', 'transfer-encoding'] as const) {
      const status = await new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', [framing]: framing === 'content-length' ? 3_000_000 : 'chunked' };
        const request = http.request(new URL(chatPath, url), { method: 'POST', agent: false, headers });
        request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
        request.end(Buffer.alloc(3_000_000, 32));
      });
      expect(status).toBe(413);
    }
  });

  it('F-38: one that is shorter than it says is too slow: 408 and closed', async () => {
    const { url, bodies } = await small();
    const client = await hostileClient(url);
    client.say(`${requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 500'])}${JSON.stringify(question())}`);
    const got = await client.answer();
    expect([got.status, errorOf(got)?.code]).toEqual([408, 'GW_BODY_TIMEOUT']);
    await client.ended;
    expect(bodies).toEqual([]);
  });

  it('F-38: one that is longer than it says ends where it says; Node refuses the rest, which is no request', async () => {
    const { url, bodies } = await small();
    const text = JSON.stringify(question());
    for (const missing of [0, 5]) {
      const client = await hostileClient(url);
      const length = text.length - missing;
      client.say(
        `${requestHead('POST', chatPath, ['content-type: application/json', `content-length: ${length}`])}${text}{"model":"up/other"}`,
      );
      await client.ended;
      expect(new Set(client.answers.map(({ status }) => status))).toEqual(new Set([400]));
    }
    expect(bodies.length).toBeLessThanOrEqual(1);
    for (const body of bodies) expect(JSON.parse(body)).toEqual(question({ model: 'm' }));
  });

  it('F-38: one that drips is cut off at the limit, however alive it looks', async () => {
    const { url, bodies } = await small();
    const client = await hostileClient(url);
    client.say(requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 900']));
    const sent = await client.drip(JSON.stringify(question()).padEnd(900), 20);
    expect(sent).toBeLessThan(200);
    expect(client.answers).toMatchObject([{ status: 408 }]);
    expect(bodies).toEqual([]);
  });

  it('F-38: a caller who may not come in is told so before its body is read', async () => {
    const up = await upstream();
    const closed = plugin('closed', {
      onRequest() {
        throw new GatewayError({ status: 401, code: 'WHO_ARE_YOU', message: 'Send a key.' });
      },
    });
    const { url } = await running(up.url, { plugins: [closed] });
    const client = await hostileClient(url);
    client.say(requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 9000000']));
    expect(errorOf(await client.answer())?.code).toBe('WHO_ARE_YOU');
    expect(up.bodies).toEqual([]);
  });

  it('F-38: connections after a refused body begin anew: no rest of one is read as the next request', async () => {
    const { url, bodies } = await small();
    const smuggled = chatRequest(question({ user: 'smuggled' })).toString();
    const client = await hostileClient(url);
    client.say(`${requestHead('POST', chatPath, ['content-type: text/plain', `content-length: ${smuggled.length}`])}${smuggled}`);
    expect((await client.answer()).status).toBe(415);
    const large = await hostileClient(url);
    large.say(
      `${requestHead('POST', chatPath, ['content-type: application/json', `content-length: ${smuggled.length * 40}`])}${smuggled.repeat(40)}`,
    );
    await large.ended;
    expect(large.answers.map(({ status }) => status)).toEqual([413]);
    expect(bodies).toEqual([]);
  });
});
