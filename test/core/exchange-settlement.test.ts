import { describe, expect, it } from 'vitest';
import type { RequestContext, ResponseContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { BytesBody } from '../../core/src/dialects/json-body.ts';
import { GatewayError, type GatewayErrorCode, gatewayError } from '../../core/src/errors.ts';
import { ExchangeSettlement, type SettledExchange } from '../../core/src/exchange-settlement.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { GatewayResponse, StreamBody } from '../../core/src/model/response.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import { answerStream, answerWhole, chunk, doneFrame, gate, lastChunk, running, type Upstream, upstream } from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { type Reading, reading } from './harness/reading.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

interface Watcher {
  readonly plugin: GatewayPlugin;
  readonly settlements: Settlement[];
  readonly first: Promise<Settlement>;
}

/** A plugin that hands each settlement to a list and, the first, to a promise. */
function watching(): Watcher {
  const settlements: Settlement[] = [];
  const { open, opened } = gate<Settlement>();
  const onRequest: PluginHooks['onRequest'] = (context) =>
    context.onSettled((settlement) => {
      settlements.push(settlement);
      open(settlement);
    });
  return { plugin: plugin('watching', { onRequest }), settlements, first: opened };
}

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };

function refusal(status: number): GatewayError {
  return new GatewayError({ status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' });
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

const usageChunk = `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n`;

const sse = { 'content-type': 'text/event-stream' };

/** Answers with these bytes and goes on as the test says. */
function begins(bytes: string, then: (res: Parameters<Upstream>[1]) => unknown = () => {}): Upstream {
  return (_req, res) => {
    res.writeHead(200, sse);
    res.write(bytes, () => void then(res));
  };
}

describe('completed', () => {
  it('a stream: with usage, finish reason, the time of its first content, and every byte that went out', async () => {
    const watcher = watching();
    const clock = manualClock();
    const answered = gate();
    const up = await upstream(async (_req, res) => {
      clock.advance(40);
      res.writeHead(200, sse);
      res.write(`data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n`);
      await answered.opened;
      clock.advance(2);
      res.end(`${chunk('hi')}${lastChunk}${usageChunk}${doneFrame}`);
    });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin], services: [provide(Clock, clock)] });
    const pending = chat({ stream: true });
    answered.open();
    const answer = await pending;
    await gateway.close();
    expect(watcher.settlements).toEqual([
      expect.objectContaining({
        id: answer.headers['x-request-id'],
        outcome: 'completed',
        method: 'POST',
        path: '/v1/chat/completions',
        dialect: 'openai-chat',
        model: 'chat',
        target: { id: 'up/m', provider: 'up', model: 'm' },
        source: 'upstream',
        status: 200,
        error: undefined,
        streamed: true,
        timeToFirstEventMs: 42,
        durationMs: 42,
        bytesIn: Buffer.byteLength(JSON.stringify({ ...question, stream: true })),
        bytesOut: Buffer.byteLength(answer.text),
      }),
    ]);
    expect(watcher.settlements[0]?.usage).toMatchObject({ input: 3, output: 2 });
    expect(watcher.settlements[0]?.finishReason).toBe('stop');
    // The client did not ask for usage and does not see it; the settlement does.
    expect(answer.text).not.toContain('usage');
  });

  it('an answer without usage: unknown, not 0', async () => {
    const watcher = watching();
    const up = await upstream(answerStream('hi'));
    const { chat } = await running(up.url, { plugins: [watcher.plugin] });
    await chat({ stream: true });
    expect((await watcher.first).usage).toBeUndefined();
    expect((await watcher.first).finishReason).toBe('stop');
  });

  it('an answer of a hook: who it was, what it says it used, no target and no attempt', async () => {
    const watcher = watching();
    const up = await upstream();
    const usage = { input: 7, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
    const answering = plugin('answering', { beforeRoute: (context) => context.answer({ text: 'from here', usage }) });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, answering] });
    const answer = await chat();
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      source: 'plugin:answering',
      target: undefined,
      status: 200,
      error: undefined,
      usage,
      attempts: [],
      streamed: false,
      timeToFirstEventMs: undefined,
      bytesOut: Buffer.byteLength(answer.text),
    });
    expect(up.bodies).toEqual([]);
  });

  it('a refusal before the body was read: the status and code, no model, no byte in', async () => {
    const watcher = watching();
    const up = await upstream();
    const refusing = plugin('refusing', { onRequest: () => Promise.reject(refusal(401)) });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, refusing] });
    const answer = await chat();
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      status: 401,
      error: 'OFFICE_CLOSED',
      source: 'gateway',
      dialect: 'openai-chat',
      model: undefined,
      bytesIn: 0,
      bytesOut: Buffer.byteLength(answer.text),
    });
  });

  it('a body that is no JSON: the bytes that came, and no model', async () => {
    const watcher = watching();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const { send } = await import('./harness/loopback.ts');
    expect((await send(`${url}/v1/chat/completions`, '{"model":')).status).toBe(400);
    expect(await watcher.first).toMatchObject({ outcome: 'completed', status: 400, error: 'GW_BAD_JSON', model: undefined, bytesIn: 9 });
  });

  it('the model list: no call, no model, no attempt', async () => {
    const watcher = watching();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [watcher.plugin] });
    const answer = await fetch(`${url}/v1/models`, { headers: { connection: 'close' } });
    const text = await answer.text();
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      method: 'GET',
      path: '/v1/models',
      dialect: 'openai-models',
      model: undefined,
      source: 'gateway',
      status: 200,
      bytesOut: Buffer.byteLength(text),
    });
  });

  it('an upstream’s own refusal of the request', async () => {
    const watcher = watching();
    const up = await upstream((_req, res) => {
      res.writeHead(400, { 'content-type': 'application/json' });
      res.end('{"error":{"message":"too long","code":"context_length_exceeded"}}');
    });
    const { chat } = await running(up.url, { plugins: [watcher.plugin] });
    await chat();
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      status: 400,
      error: 'context_length_exceeded',
      attempts: [{ outcome: 'failed', status: 400, error: 'context_length_exceeded' }],
    });
  });

  it('after a fallback: the target that answered, and both attempts', async () => {
    const watcher = watching();
    const [broken, sound] = [await upstream((_req, res) => res.writeHead(503).end()), await upstream(answerWhole('hi'))];
    const { chat } = await running(broken.url, {
      providers: [
        openaiCompatible({ name: 'one', baseUrl: `${broken.url}/v1` }),
        openaiCompatible({ name: 'two', baseUrl: `${sound.url}/v1` }),
      ],
      models: { chat: ['one/m', 'two/m'] },
      plugins: [watcher.plugin],
    });
    expect((await chat()).status).toBe(200);
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      status: 200,
      error: undefined,
      target: { id: 'two/m' },
      usage: { input: 3, output: 2 },
      attempts: [
        { target: { id: 'one/m' }, kind: 'first', outcome: 'failed', status: 503, error: 'GW_UPSTREAM_ERROR' },
        { target: { id: 'two/m' }, kind: 'fallback', outcome: 'completed', status: 200, error: undefined },
      ],
    });
  });

  it('a stream that a plugin refused before its first event: a whole answer, all of it counted', async () => {
    const watcher = watching();
    const up = await upstream(answerStream('one'));
    // biome-ignore lint/correctness/useYield: it refuses before its first event.
    const refusing = wrapping(async function* () {
      throw refusal(451);
    });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, refusing] });
    const answer = await chat({ stream: true });
    expect(answer).toMatchObject({ status: 451, headers: { 'x-should-retry': 'false' }, broken: false });
    expect(await watcher.first).toMatchObject({
      outcome: 'completed',
      status: 451,
      error: 'OFFICE_CLOSED',
      streamed: false,
      bytesOut: Buffer.byteLength(answer.text),
    });
  });
});

describe('failed', () => {
  it.each<[string, Upstream, GatewayErrorCode, number | undefined]>([
    ['answers 500', (_req, res) => res.writeHead(500).end(), 'GW_UPSTREAM_ERROR', 500],
    ['hangs up without a word', (req) => req.socket.destroy(), 'GW_UPSTREAM_UNREACHABLE', undefined],
    [
      'answers with a web page',
      (_req, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'GW_UPSTREAM_BAD_RESPONSE',
      200,
    ],
    ['refuses the gateway’s key', (_req, res) => res.writeHead(401).end(), 'GW_UPSTREAM_AUTH', 401],
  ])('an upstream that %s', async (_how, answer, code, status) => {
    const watcher = watching();
    const up = await upstream(answer);
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const { status: got, text } = await chat();
    await gateway.close();
    expect(got).toBe(502);
    expect(watcher.settlements).toMatchObject([
      {
        outcome: 'failed',
        status: 502,
        error: code,
        source: 'gateway',
        target: undefined,
        usage: undefined,
        bytesOut: Buffer.byteLength(text),
        attempts: [{ outcome: 'failed', status, error: code }],
      },
    ]);
  });

  it('a hook that fails: the masked code, nothing of its own', async () => {
    const watcher = watching();
    const up = await upstream();
    const failing = plugin('failing', { beforeRoute: () => Promise.reject(new Error('private')) });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, failing] });
    await chat();
    expect(await watcher.first).toMatchObject({ outcome: 'failed', status: 500, error: 'GW_HOOK_FAILED', attempts: [] });
  });

  it('a stream that breaks after content: the status the client got, the code, and every byte, last words included', async () => {
    const watcher = watching();
    const up = await upstream(begins(chunk('one'), (res) => res.destroy()));
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const answer = await chat({ stream: true });
    await gateway.close();
    expect(answer).toMatchObject({ status: 200, broken: true });
    expect(watcher.settlements).toMatchObject([
      {
        outcome: 'failed',
        status: 200,
        error: 'GW_UPSTREAM_TRUNCATED',
        streamed: true,
        source: 'upstream',
        target: { id: 'up/m' },
        finishReason: undefined,
        bytesOut: Buffer.byteLength(answer.text),
        attempts: [{ outcome: 'failed', status: 200, error: 'GW_UPSTREAM_TRUNCATED' }],
      },
    ]);
    expect(watcher.settlements[0]?.timeToFirstEventMs).toBeGreaterThanOrEqual(0);
  });

  it('a stream that says it failed', async () => {
    const watcher = watching();
    const up = await upstream(begins(`${chunk('one')}data: {"error":{"message":"overloaded"}}\n\n`));
    const { chat } = await running(up.url, { plugins: [watcher.plugin] });
    await chat({ stream: true });
    expect(await watcher.first).toMatchObject({ outcome: 'failed', status: 200, error: 'GW_UPSTREAM_STREAM_ERROR', streamed: true });
  });

  it('a wrapped stream that fails or refuses in its middle; the attempt itself was cut off', async () => {
    for (const [thrown, code] of [
      [new Error('private'), 'GW_HOOK_FAILED'],
      [refusal(403), 'OFFICE_CLOSED'],
    ] as const) {
      const watcher = watching();
      const up = await upstream(begins(chunk('one') + chunk('two')));
      const failing = wrapping(async function* (events) {
        for await (const event of events) {
          yield event;
          throw thrown;
        }
      });
      const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, failing] });
      const answer = await chat({ stream: true });
      await gateway.close();
      expect(watcher.settlements).toMatchObject([
        { outcome: 'failed', status: 200, error: code, streamed: true, bytesOut: Buffer.byteLength(answer.text) },
      ]);
      expect(watcher.settlements[0]?.attempts).toHaveLength(1);
    }
  });

  it('a 5xx that a plugin answers by hand: the client got a failure, whoever made it', async () => {
    const watcher = watching();
    const up = await upstream();
    const sorry: GatewayResponse = { status: 503, headers: {}, source: 'gateway', body: new BytesBody(Buffer.from('{"sorry":true}')) };
    const { chat } = await running(up.url, { plugins: [watcher.plugin, plugin('sorry', { afterResponse: () => sorry })] });
    expect((await chat()).status).toBe(503);
    expect(await watcher.first).toMatchObject({ outcome: 'failed', status: 503 });
  });

  it('…and a failure that a plugin turned into a refusal by hand is none any more', async () => {
    const watcher = watching();
    const up = await upstream((_req, res) => res.writeHead(500).end());
    const softer: GatewayResponse = { status: 404, headers: {}, source: 'gateway', body: new BytesBody(Buffer.from('{}')) };
    const { chat } = await running(up.url, { plugins: [watcher.plugin, plugin('softer', { afterResponse: () => softer })] });
    expect((await chat()).status).toBe(404);
    expect(await watcher.first).toMatchObject({ outcome: 'completed', status: 404, attempts: [{ outcome: 'failed' }] });
  });

  it('an exchange that the closing gateway ends', async () => {
    const watcher = watching();
    const up = await upstream(begins(chunk('one')));
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin], timeouts: { closeMs: 20 } });
    const answer = await reading(`${url}/v1/chat/completions`, { ...question, stream: true });
    await answer.until('one');
    await gateway.close();
    const { text, broken } = await answer.over;
    expect(broken).toBe(true);
    expect(watcher.settlements).toMatchObject([
      { outcome: 'failed', status: 200, error: 'GW_CLOSING', bytesOut: Buffer.byteLength(text), attempts: [{ outcome: 'failed' }] },
    ]);
  });
});

describe('aborted', () => {
  /** Leaves where the test says, and gives the one settlement. */
  async function leaving(
    config: {
      readonly stream: boolean;
      readonly plugins?: readonly GatewayPlugin[];
      readonly answer: Upstream;
      readonly when: Promise<unknown>;
    },
    watcher: Watcher,
  ): Promise<Settlement> {
    const up = await upstream(config.answer);
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, ...(config.plugins ?? [])] });
    const left = new AbortController();
    const answer = chat({ stream: config.stream }, { signal: left.signal }).catch(() => undefined);
    await config.when;
    left.abort();
    await answer;
    await watcher.first;
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    return watcher.settlements[0] as Settlement;
  }

  const gone = { outcome: 'aborted', status: 499, error: 'GW_CLIENT_CLOSED', bytesOut: 0, usage: undefined, streamed: false } as const;

  it.each(['onRequest', 'beforeRoute'] as const)('in %s: nothing was sent anywhere', async (hook) => {
    const inHook = gate();
    const waiting = plugin('waiting', {
      [hook]: () => {
        inHook.open();
        return new Promise<void>(() => {});
      },
    });
    const settlement = await leaving({ stream: false, plugins: [waiting], answer: answerWhole('x'), when: inHook.opened }, watching());
    expect(settlement).toMatchObject({ ...gone, attempts: [], model: hook === 'onRequest' ? undefined : 'chat' });
  });

  it('in attempt: the attempt is aborted too', async () => {
    const inHook = gate();
    const waiting = plugin('waiting', {
      attempt: () => {
        inHook.open();
        return new Promise<void>(() => {});
      },
    });
    const settlement = await leaving({ stream: false, plugins: [waiting], answer: answerWhole('x'), when: inHook.opened }, watching());
    expect(settlement).toMatchObject({ ...gone, attempts: [{ outcome: 'aborted', status: undefined, error: 'GW_CLIENT_CLOSED' }] });
  });

  it.each([true, false])('while the upstream thinks (stream: %s)', async (stream) => {
    const asked = gate();
    const settlement = await leaving({ stream, answer: () => asked.open(), when: asked.opened }, watching());
    expect(settlement).toMatchObject({ ...gone, attempts: [{ outcome: 'aborted', status: undefined }] });
  });

  it('after the upstream’s head, before its content', async () => {
    const begun = gate();
    const settlement = await leaving({ stream: true, answer: begins(': hello\n\n', () => begun.open()), when: begun.opened }, watching());
    expect(settlement).toMatchObject({ ...gone, timeToFirstEventMs: undefined, attempts: [{ outcome: 'aborted' }] });
  });

  it('in afterResponse, whatever the plugin then says of the answer', async () => {
    for (const end of [undefined, refusal(403), new Error('too late')]) {
      const inHook = gate();
      const watcher = watching();
      const slow = plugin('slow', {
        async afterResponse({ signal }) {
          const left = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          inHook.open();
          await left;
          if (end !== undefined) throw end;
        },
      });
      const settlement = await leaving({ stream: false, plugins: [slow], answer: answerWhole('x'), when: inHook.opened }, watcher);
      expect(settlement).toMatchObject({ ...gone, usage: expect.anything(), attempts: [{ outcome: 'completed' }] });
    }
  });

  it('mid-stream: the status it got, the usage so far, the bytes that went out', async () => {
    const watcher = watching();
    const up = await upstream(begins(chunk('one')));
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const answer = await reading(`${url}/v1/chat/completions`, { ...question, stream: true });
    await answer.until('one');
    answer.leave();
    await watcher.first;
    await gateway.close();
    expect(watcher.settlements).toMatchObject([
      {
        outcome: 'aborted',
        status: 200,
        error: 'GW_CLIENT_CLOSED',
        streamed: true,
        source: 'upstream',
        usage: undefined,
        bytesOut: Buffer.byteLength(chunk('one')),
        attempts: [{ outcome: 'aborted', status: 200, error: 'GW_CLIENT_CLOSED' }],
      },
    ]);
  });

  it('mid-stream while a wrapping plugin waits for ever: settled all the same, the upstream closed', async () => {
    const watcher = watching();
    const closed = gate();
    const up = await upstream((_req, res) => {
      res.on('close', () => closed.open());
      res.writeHead(200, sse).write(chunk('one') + chunk('two'));
    });
    const stuck = wrapping(async function* (events) {
      for await (const event of events) {
        yield event;
        await new Promise(() => {});
      }
    });
    const { url, gateway } = await running(up.url, { plugins: [watcher.plugin, stuck] });
    const answer: Reading = await reading(`${url}/v1/chat/completions`, { ...question, stream: true });
    await answer.until('one');
    answer.leave();
    await closed.opened;
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'aborted', status: 200, error: 'GW_CLIENT_CLOSED', streamed: true }]);
  });
});

describe('a listener that comes late', () => {
  it('is waited for by close(), before services and plugins end', async () => {
    const notes: string[] = [];
    const kept: RequestContext[] = [];
    const keeping = plugin('keeping', { onRequest: (context) => void kept.push(context), dispose: () => void notes.push('disposed') });
    const watcher = watching();
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, keeping] });
    await chat();
    await watcher.first;
    await new Promise((resolve) => setImmediate(resolve)); // nothing of the exchange is under way any more
    const working = gate();
    kept[0]?.onSettled(async () => {
      await working.opened;
      notes.push('late listener done');
    });
    const closed = gateway.close();
    await new Promise((resolve) => setImmediate(resolve));
    working.open();
    await closed;
    expect(notes).toEqual(['late listener done', 'disposed']);
  });
});

describe('the table of outcomes', () => {
  const stream: StreamBody = { kind: 'stream', events: (async function* () {})() };
  const base: SettledExchange = {
    id: 'e',
    inbound: { method: 'POST', path: '/p' },
    dialect: { id: 'd' },
    call: undefined,
    response: undefined,
    error: undefined,
    aborted: undefined,
    attempts: [],
    bytesIn: 0,
    bytesOut: 0,
    statusSent: undefined,
    startedAt: 5,
    endedAt: 9,
    firstContentAt: undefined,
    usage: undefined,
    finishReason: undefined,
  };
  const of = (delivered: boolean, exchange: Partial<SettledExchange>): Settlement =>
    new ExchangeSettlement({ ...base, ...exchange }, delivered);
  const error = (code: GatewayErrorCode): GatewayError => gatewayError(code);

  it.each<[boolean, number | undefined, GatewayErrorCode | undefined, Settlement['outcome'], number]>([
    [true, 200, undefined, 'completed', 200],
    [true, 404, 'GW_UNKNOWN_MODEL', 'completed', 404],
    [true, 429, 'GW_UPSTREAM_RATE_LIMITED', 'completed', 429],
    [true, 502, 'GW_UPSTREAM_ERROR', 'failed', 502],
    [true, 503, undefined, 'failed', 503],
    [false, 200, 'GW_UPSTREAM_TRUNCATED', 'failed', 200],
    [false, 200, 'GW_HOOK_FAILED', 'failed', 200],
    [false, 200, 'GW_CLOSING', 'failed', 200],
    [false, 200, 'GW_UPSTREAM_RATE_LIMITED', 'failed', 200],
    [false, 200, 'GW_CLIENT_STALLED', 'aborted', 200],
    [false, 200, undefined, 'aborted', 200],
    [false, undefined, 'GW_CLIENT_CLOSED', 'aborted', 499],
    [false, undefined, undefined, 'aborted', 499],
  ])('delivered %s, status %s, error %s: %s with %i', (delivered, statusSent, code, outcome, status) => {
    const settlement = of(delivered, { statusSent, error: code === undefined ? undefined : error(code) });
    expect(settlement).toMatchObject({ outcome, status, error: code ?? (delivered ? undefined : 'GW_CLIENT_CLOSED') });
  });

  it('what was not delivered is never called completed, and what was is never called aborted', () => {
    for (const statusSent of [undefined, 200, 404, 499, 500])
      for (const code of [undefined, 'GW_CLIENT_CLOSED', 'GW_INTERNAL', 'GW_BAD_JSON'] as const) {
        const exchange = { statusSent, error: code && error(code) };
        expect(of(false, exchange).outcome).not.toBe('completed');
        expect(of(true, exchange).outcome).not.toBe('aborted');
      }
  });

  it('measures from the request’s arrival', () => {
    expect(of(true, { firstContentAt: 7 })).toMatchObject({ durationMs: 4, timeToFirstEventMs: 2 });
    expect(of(true, {}).timeToFirstEventMs).toBeUndefined();
  });

  it('tells a stream by its answer', () => {
    expect(of(true, { response: { status: 200, headers: {}, source: 'upstream', body: stream } }).streamed).toBe(true);
    expect(of(true, {}).streamed).toBe(false);
  });

  it('is nobody’s to change, and reads usage only for who asks', () => {
    let reads = 0;
    const settlement = new ExchangeSettlement(
      Object.defineProperty({ ...base }, 'usage', {
        get() {
          reads += 1;
          return undefined;
        },
      }),
      true,
    );
    expect(reads).toBe(0);
    void settlement.usage;
    expect(reads).toBe(1);
    expect(() => {
      (settlement as { status: number }).status = 200;
    }).toThrow(TypeError);
    expect(() => (settlement.attempts as unknown[]).push({})).toThrow(TypeError);
  });
});
