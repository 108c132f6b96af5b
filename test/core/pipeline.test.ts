import http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestContext, RoutingContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { BytesBody } from '../../core/src/dialects/json-body.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { GatewayResponse, ResponseBody } from '../../core/src/model/response.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { provide } from '../../core/src/services/container.ts';
import { CounterStore } from '../../core/src/services/counter-store.ts';
import { Logger } from '../../core/src/services/logger.ts';
import { Signals } from '../../core/src/services/signals.ts';
import { principal } from '../../core/src/slot.ts';
import { type Answer, answerStream, running, send, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };

/** A plugin that notes each step it is asked in. */
function noting(notes: string[], hooks: PluginHooks = {}): GatewayPlugin {
  return definePlugin({
    name: 'noting',
    create: () => ({
      onRequest(context) {
        notes.push('onRequest');
        context.onSettled(({ status, error }) => void notes.push(`settled ${status} ${error ?? ''}`.trim()));
        return hooks.onRequest?.(context);
      },
      beforeRoute(context) {
        notes.push('beforeRoute');
        return hooks.beforeRoute?.(context);
      },
      attempt: () => void notes.push('attempt'),
      afterResponse(context) {
        notes.push(`afterResponse ${context.response.status}`);
        return hooks.afterResponse?.(context);
      },
    }),
  })();
}

function refusal(status: number): GatewayError {
  return new GatewayError({ status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' });
}

describe('the order of the steps', () => {
  it('of an ordinary call: in, what is asked, where to, out, over', async () => {
    const notes: string[] = [];
    const up = await upstream((_req, res) => {
      notes.push('upstream');
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const { chat, gateway } = await running(up.url, { plugins: [noting(notes)] });
    await chat();
    await gateway.close();
    expect(notes).toEqual(['onRequest', 'beforeRoute', 'attempt', 'upstream', 'afterResponse 200', 'settled 200']);
  });

  it('of the model list: no body, no call, no upstream', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const { url, gateway } = await running(up.url, { plugins: [noting(notes)] });
    await (await fetch(`${url}/v1/models`, { headers: { connection: 'close' } })).text();
    await gateway.close();
    expect(notes).toEqual(['onRequest', 'afterResponse 200', 'settled 200']);
    expect(up.bodies).toEqual([]);
  });
});

describe('an early refusal', () => {
  type Case = readonly [
    what: string,
    expected: { readonly status: number; readonly code: string },
    asked: readonly string[],
    ask: (url: string) => Promise<Answer>,
  ];

  /** Each request has the fault of its line and of every line below: the earlier step decides. */
  const cases: readonly Case[] = [
    [
      'for the head',
      { status: 415, code: 'GW_UNSUPPORTED_MEDIA_TYPE' },
      [],
      (url) => send(url, '\u0000{"model":"nobody', { headers: { 'content-type': 'text/plain', 'x-refuse': 'in' } }),
    ],
    [
      'of onRequest',
      { status: 401, code: 'OFFICE_CLOSED' },
      ['onRequest'],
      (url) => send(url, 'x'.repeat(2_000), { headers: { 'x-refuse': 'in' } }),
    ],
    ['for the size of the body', { status: 413, code: 'GW_BODY_TOO_LARGE' }, ['onRequest'], (url) => send(url, 'x'.repeat(2_000))],
    ['for bytes that are no text', { status: 400, code: 'GW_BAD_TEXT' }, ['onRequest'], (url) => sendBytes(url, Buffer.from([0x7b, 0xff]))],
    ['for what is no JSON', { status: 400, code: 'GW_BAD_JSON' }, ['onRequest'], (url) => send(url, '{"model":"nobody"')],
    ['for a field', { status: 400, code: 'GW_BAD_REQUEST' }, ['onRequest'], (url) => send(url, { model: 'nobody', messages: 'none' })],
    ['for the model', { status: 404, code: 'GW_UNKNOWN_MODEL' }, ['onRequest'], (url) => send(url, { ...question, model: 'nobody' })],
    [
      'of beforeRoute',
      { status: 403, code: 'OFFICE_CLOSED' },
      ['onRequest', 'beforeRoute'],
      (url) => send(url, question, { headers: { 'x-refuse': 'route' } }),
    ],
  ];

  const refusing: PluginHooks = {
    onRequest(context: RequestContext) {
      if (context.headers['x-refuse'] === 'in') throw refusal(401);
    },
    beforeRoute(context: RoutingContext) {
      if (context.headers['x-refuse'] === 'route') throw refusal(403);
    },
  };

  it.each(cases)('%s costs nothing at the upstream, takes the way out once and is settled once', async (_what, expected, asked, ask) => {
    const notes: string[] = [];
    const up = await upstream();
    const { url, gateway } = await running(up.url, { plugins: [noting(notes, refusing)], limits: { bodyBytes: 1_000 } });
    const answer = await ask(`${url}/v1/chat/completions`);
    await gateway.close();
    expect(answer).toMatchObject({ status: expected.status, json: { error: { code: expected.code } } });
    expect(answer.headers['x-request-id']).toBeDefined();
    const settled = asked.length === 0 ? [] : [`settled ${expected.status} ${expected.code}`];
    expect(notes).toEqual([...asked, `afterResponse ${expected.status}`, ...settled]);
    expect(up.bodies).toEqual([]);
  });

  it('of onRequest comes before the body does: nobody unknown makes us wait for it', async () => {
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [noting([], refusing)] });
    const request = http.request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': 1_000_000, 'x-refuse': 'in' },
    });
    onTestFinished(() => void request.destroy());
    request.on('error', () => {});
    request.flushHeaders();
    const status = await new Promise((resolve) => request.on('response', (res) => resolve(res.resume().statusCode)));
    expect(status).toBe(401);
  });
});

/** One POST of raw bytes. */
async function sendBytes(url: string, bytes: Buffer): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text,
    broken: false,
    json: JSON.parse(text) as Answer['json'],
  };
}

describe('who is calling', () => {
  it('is anonymous where everybody is let in', async () => {
    const seen: unknown[] = [];
    const up = await upstream();
    const looking = noting([], { onRequest: (context) => void seen.push(context.get(principal)) });
    const { chat } = await running(up.url, { plugins: [looking] });
    await chat();
    expect(seen).toEqual([{ id: 'anonymous', kind: 'anonymous' }]);
  });

  it('is nobody until the authenticator says who', async () => {
    const seen: unknown[] = [];
    const up = await upstream();
    const looking = noting([], { onRequest: (context) => void seen.push(context.get(principal)) });
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, { id: 'alice', kind: 'user' }) }),
    })();
    const { chat } = await running(up.url, { plugins: [looking, authenticator], allowAnonymous: false });
    expect((await chat()).status).toBe(200);
    expect(seen).toEqual([undefined]);
  });
});

describe('several authenticators', () => {
  const letting = (name: string, header: string): GatewayPlugin =>
    definePlugin({
      name,
      provides: [principal],
      create: () => ({
        onRequest(context) {
          const id = context.headers[header];
          if (id === 'bad') throw new GatewayError({ status: 401, code: 'BAD_CREDENTIAL', message: `Not one of ${name}.` });
          if (typeof id === 'string') context.set(principal, { id: `${name}:${id}`, kind: 'user' });
        },
      }),
    })();

  async function asked(headers: http.OutgoingHttpHeaders) {
    const seen: (string | undefined)[] = [];
    const looking = noting([], { beforeRoute: (context) => void seen.push(context.get(principal)?.id) });
    const plugins = [letting('one', 'x-one'), letting('two', 'x-two'), looking];
    const { chat } = await running((await upstream()).url, { plugins, allowAnonymous: false });
    const { status, json } = await chat({}, { headers });
    return { status, code: json.error?.code, seen };
  }

  it('the first that knows its credential decides, and the others are not asked', async () => {
    expect(await asked({ 'x-one': 'ann', 'x-two': 'bob' })).toEqual({ status: 200, code: undefined, seen: ['one:ann'] });
    expect(await asked({ 'x-one': 'ann', 'x-two': 'bad' })).toMatchObject({ status: 200, seen: ['one:ann'] });
    expect(await asked({ 'x-two': 'bob' })).toMatchObject({ status: 200, seen: ['two:bob'] });
  });

  it('a credential that one refuses is not tried by the next', async () => {
    expect(await asked({ 'x-one': 'bad', 'x-two': 'bob' })).toEqual({ status: 401, code: 'BAD_CREDENTIAL', seen: [] });
  });

  it('none knows the caller: 401', async () => {
    expect(await asked({ authorization: 'Bearer x' })).toEqual({ status: 401, code: 'GW_UNAUTHENTICATED', seen: [] });
  });
});

describe('an exchange that nobody answers for', () => {
  const ways: readonly (readonly [what: string, hooks: PluginHooks])[] = [
    ['does nothing', {}],
    ['looks and forgets to refuse', { onRequest: () => {} }],
    ['found nobody', { onRequest: (context) => context.set(principal, undefined as never) }],
    ['found nobody in its table', { onRequest: (context) => context.set(principal, null as never) }],
    ['sets somebody without id', { onRequest: (context) => context.set(principal, { kind: 'user' } as never) }],
    ['sets somebody with an empty id', { onRequest: (context) => context.set(principal, { id: '', kind: 'user' }) }],
    ['comes too late', { beforeRoute: (context) => context.set(principal, { id: 'alice', kind: 'user' }) }],
  ];

  it.each(ways)('because the authenticator %s is refused with 401, even with allowAnonymous', async (_what, hooks) => {
    const authenticator = definePlugin({ name: 'authenticator', provides: [principal], create: () => hooks });
    for (const allowAnonymous of [true, false]) {
      const notes: string[] = [];
      const up = await upstream();
      const { chat, gateway } = await running(up.url, { plugins: [noting(notes), authenticator()], allowAnonymous });
      const answer = await chat({}, { headers: { authorization: 'Bearer anything' } });
      await gateway.close();
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer', 'x-should-retry': 'false' },
        json: { error: { code: 'GW_UNAUTHENTICATED', type: 'authentication_error' } },
      });
      expect(notes).toEqual(['onRequest', 'afterResponse 401', 'settled 401 GW_UNAUTHENTICATED']);
      expect(up.bodies).toEqual([]);
    }
  });

  it('gets no list of models either', async () => {
    const authenticator = definePlugin({ name: 'authenticator', provides: [principal], create: () => ({}) });
    const { url } = await running((await upstream()).url, { plugins: [authenticator()], allowAnonymous: false });
    const answer = await fetch(`${url}/v1/models`, { headers: { connection: 'close' } });
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('chat');
  });

  it('waits for no body', async () => {
    const authenticator = definePlugin({ name: 'authenticator', provides: [principal], create: () => ({}) });
    const { url } = await running((await upstream()).url, { plugins: [authenticator()], limits: { bodyBytes: 10 } });
    expect((await send(`${url}/v1/chat/completions`, 'x'.repeat(100))).status).toBe(401);
  });

  it('is answered by a plugin’s own refusal where there is one', async () => {
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({
        onRequest: (context) => context.answer({ error: refusal(403) }),
      }),
    });
    const { chat } = await running((await upstream()).url, { plugins: [authenticator()] });
    expect(await chat()).toMatchObject({ status: 403, json: { error: { code: 'OFFICE_CLOSED' } } });
  });

  it('because the authenticator failed is an error of ours, and no call', async () => {
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({ onRequest: () => Promise.reject(new Error('key store is away')) }),
    });
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [authenticator()] });
    expect((await chat()).status).toBe(500);
    expect(up.bodies).toEqual([]);
  });
});

describe('a credential where everybody is let in', () => {
  it.each(['Bearer anything', 'Bearer ', 'Basic YTpi', 'nonsense'])(
    'is ignored: %j is anonymous, and goes no further',
    async (authorization) => {
      const seen: unknown[] = [];
      let sent: string | undefined;
      const up = await upstream((req, res) => {
        sent = req.headers.authorization;
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
      const looking = noting([], { beforeRoute: (context) => void seen.push(context.get(principal)?.id) });
      const { chat } = await running(up.url, { plugins: [looking] });
      expect((await chat({}, { headers: { authorization } })).status).toBe(200);
      expect(seen).toEqual(['anonymous']);
      expect(sent).toBe('Bearer sk-operators-own');
    },
  );
});

describe('whatever goes wrong', () => {
  const json = (bytes: () => Buffer): ResponseBody => ({ kind: 'json', json: undefined, texts: () => [], bytes });
  const stream = (events: unknown): ResponseBody => ({ kind: 'stream', events: events as AsyncIterable<never> });
  const boom = (): never => {
    throw new Error('private detail');
  };

  const bodies: readonly (readonly [what: string, body: ResponseBody])[] = [
    ['a body that throws', json(boom)],
    ['a body that is no bytes', json(() => 'text' as unknown as Buffer)],
    ['events that cannot be begun', stream({ [Symbol.asyncIterator]: boom })],
    ['events that fail at once', stream({ [Symbol.asyncIterator]: () => ({ next: boom }) })],
    ['events that are no promises', stream({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: true }) }) })],
    [
      'an event without bytes',
      stream({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: {} }), return: boom }) }),
    ],
  ];

  it.each(bodies)('%s of a plugin’s is an error or a cut; the exchange settles once, as failed', async (_what, body) => {
    for (const asked of [{}, { stream: true }]) {
      const settlements: Settlement[] = [];
      const up = await upstream((req, res, text) => answerStream('x')(req, res, text));
      const watching = definePlugin({
        name: 'watching',
        create: () => ({ onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) }),
      })();
      const replacing = noting([], { beforeRoute: () => ({ status: 200, headers: {}, source: 'gateway', body }) as GatewayResponse });
      const { chat, gateway, logger } = await running(up.url, { plugins: [watching, replacing] });
      const answer = await chat(asked);
      await gateway.close();
      expect(answer.status === 500 || answer.broken).toBe(true);
      expect(answer.text).not.toContain('private detail');
      expect(answer.text).not.toContain('[DONE]');
      expect(settlements).toMatchObject([{ outcome: 'failed' }]);
      expect(logger.texts('error').join()).not.toContain('outside its pipeline');
    }
  });

  it('a stream for a dialect that has none, or before there is a call, is a 500', async () => {
    const events = (async function* () {})();
    const up = await upstream();
    const early = noting([], { onRequest: () => ({ status: 200, headers: {}, source: 'gateway', body: stream(events) }) });
    const late = noting([], { beforeRoute: () => ({ status: 200, headers: {}, source: 'gateway', body: stream(events) }) });
    for (const [plugin, path, body] of [
      [early, 'chat/completions', question],
      [late, 'embeddings', { model: 'chat', input: 'x' }],
    ] as const) {
      const { url, logger } = await running(up.url, { plugins: [plugin] });
      const answer = await send(`${url}/v1/${path}`, body);
      expect(answer).toMatchObject({ status: 500, json: { error: { code: 'GW_INTERNAL' } } });
      expect(logger.texts('error').join()).toContain('A streamed response needs a dialect that streams.');
    }
  });

  it('an error that is nobody’s refusal is masked; the log has the rest, and the exchange’s id', async () => {
    const up = await upstream();
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, { id: 'alice', kind: 'user' }) }),
    })();
    const away: CounterStore = {
      add: () => Promise.reject(new Error('redis at 10.0.0.1 is away')),
      lease: () => Promise.reject(new Error('redis at 10.0.0.1 is away')),
    };
    const services = [provide(CounterStore, away)];
    const { chat, logger } = await running(up.url, { plugins: [authenticator], allowAnonymous: false, services });
    const answer = await chat({}, { headers: { 'idempotency-key': 'k' } });
    expect(answer).toMatchObject({ status: 500, json: { error: { code: 'GW_INTERNAL' } } });
    expect(answer.text).not.toMatch(/redis|10\.0/);
    expect(logger.lines).toEqual([
      expect.objectContaining({
        level: 'error',
        message: 'The gateway failed on an exchange: this is a defect of the gateway or of a service.',
        fields: expect.objectContaining({ exchange: answer.headers['x-request-id'], error: 'Error: redis at 10.0.0.1 is away' }),
      }),
    ]);
    expect(up.bodies).toEqual([]);
  });

  it('a failure of the upstream is told in the log with its attempts; a refusal is none of the log’s business', async () => {
    const up = await upstream((_req, res) => res.writeHead(503).end());
    const { chat, logger } = await running(up.url);
    const answer = await chat();
    expect(answer.status).toBe(502);
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: 'An exchange failed: GW_UPSTREAM_ERROR.', fields: { attempts: ['up/m: failed 503 GW_UPSTREAM_ERROR'] } },
    ]);
    await chat({ model: 'nobody' });
    expect(logger.lines).toHaveLength(1);
  });

  it.each(['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const)(
    'signals that throw hurt nobody: a plugin that fails open in %s costs what it did itself',
    async (hook) => {
      let settled = 0;
      const up = await upstream();
      const failing = definePlugin({ name: 'failing', onFailure: 'open', create: () => ({ [hook]: boom }) })();
      const watching = definePlugin({
        name: 'watching',
        create: () => ({
          onRequest: (context) =>
            context.onSettled(() => {
              settled += 1;
            }),
        }),
      })();
      const { chat, gateway, logger } = await running(up.url, {
        plugins: [watching, failing],
        services: [provide(Signals, { emit: boom, on: () => () => {} })],
      });
      expect((await chat()).status).toBe(200);
      await gateway.close();
      expect(settled).toBe(1);
      expect(logger.texts('error').join()).not.toContain('outside its pipeline');
    },
  );

  it('a logger that throws hurts nobody', async () => {
    const up = await upstream((_req, res) => res.writeHead(500).end());
    const failing = noting([], { afterResponse: boom });
    const { chat } = await running(up.url, { plugins: [failing], services: [provide(Logger, { enabled: boom, log: boom })] });
    expect((await chat()).status).toBe(500);
  });

  it('an answer that a plugin made from nothing goes out as it is', async () => {
    const up = await upstream();
    const made: GatewayResponse = {
      status: 202,
      headers: { 'x-made': 'yes' },
      source: 'gateway',
      body: new BytesBody(Buffer.from('{"a":1}')),
    };
    const { chat } = await running(up.url, { plugins: [noting([], { beforeRoute: () => made })] });
    expect(await chat()).toMatchObject({ status: 202, text: '{"a":1}', headers: { 'x-made': 'yes' } });
  });
});
