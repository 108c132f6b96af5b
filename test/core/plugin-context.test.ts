import { describe, expect, it } from 'vitest';
import type { RequestContext, ResponseContext, RoutingContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { GatewayError, gatewayError } from '../../core/src/errors.ts';
import { Exchange } from '../../core/src/exchange.ts';
import { InProcessInbound } from '../../core/src/in-process.ts';
import type { Target } from '../../core/src/model/target.ts';
import { contextOf, PluginContext } from '../../core/src/plugin-context.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { slot } from '../../core/src/slot.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { answerStream, answerWhole, chunk, running, upstream } from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { recordingLogger } from './harness/recording-logger.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

const providers = [
  openaiCompatible({ name: 'one', baseUrl: 'http://127.0.0.1:1/v1', models: ['small', 'large'] }),
  openaiCompatible({ name: 'two', baseUrl: 'http://127.0.0.1:2/v1' }),
];

/** An exchange of its own, without a gateway around it. */
function made(headers: Readonly<Record<string, string>> = {}) {
  const clock = manualClock();
  const router = new Router(providers, { chat: ['one/small', 'two/any'] });
  const inbound = new InProcessInbound('POST', '/v1/chat/completions', headers, Buffer.alloc(0));
  const exchange = new Exchange({ clock, logger: recordingLogger(), router }, inbound, openaiChat);
  return { exchange, clock, inbound, context: contextOf(exchange) };
}

const ids = (targets: readonly Target[]): string[] => targets.map(({ id }) => id);

describe('contextOf', () => {
  it('is one for all hooks of an exchange, and another for another', () => {
    const { exchange, context } = made();
    expect(contextOf(exchange)).toBe(context);
    expect(contextOf(made().exchange)).not.toBe(context);
  });

  it('leads back to its exchange for the services that act for it, and nothing else does', () => {
    const { exchange, context } = made();
    expect(PluginContext.exchangeOf(context)).toBe(exchange);
    for (const other of [undefined, null, {}, { ...context }, Object.create(context), exchange])
      expect(PluginContext.exchangeOf(other)).toBeUndefined();
  });

  it('keeps the exchange out of reach, and takes nothing that a plugin would hang on it', () => {
    const { exchange, context } = made();
    for (const key of Reflect.ownKeys(context)) expect((context as unknown as Record<symbol, unknown>)[key as symbol]).not.toBe(exchange);
    expect(() => Object.assign(context, { note: 1 })).toThrow(TypeError);
    expect(() => Object.defineProperty(context, 'get', { value: () => 'forged' })).toThrow(TypeError);
  });
});

describe('the request', () => {
  it('is what came in', async () => {
    const seen: Record<string, unknown>[] = [];
    const up = await upstream();
    const looking = plugin('looking', {
      onRequest({ id, method, path, query, ip, dialect, headers }) {
        seen.push({ id, method, path, query, ip, dialect, note: headers['x-note'] });
      },
    });
    const { url } = await running(up.url, { plugins: [looking] });
    const { send } = await import('./harness/loopback.ts');
    const answer = await send(
      `${url}/v1/chat/completions?tenant=a&x=%20`,
      { model: 'chat', messages: [{ role: 'user', content: 'x' }] },
      {
        headers: { 'X-Note': 'hello' },
      },
    );
    expect(seen).toEqual([
      {
        id: answer.headers['x-request-id'],
        method: 'POST',
        path: '/v1/chat/completions',
        query: 'tenant=a&x=%20',
        ip: '127.0.0.1',
        dialect: 'openai-chat',
        note: 'hello',
      },
    ]);
  });

  it('headers are a copy that cannot be changed; no name leads to what every object has', () => {
    const { context, inbound } = made({ 'x-note': 'hello' });
    expect(context.headers).not.toBe(inbound.headers);
    expect(context.headers).toBe(context.headers);
    expect(() => Object.assign(context.headers, { 'x-note': 'forged' })).toThrow(TypeError);
    expect(inbound.headers).toEqual({ 'x-note': 'hello' });
    for (const name of ['constructor', '__proto__', 'toString']) expect(context.headers[name]).toBeUndefined();
  });

  it('elapsed() tells the time since it arrived, by the clock that never jumps', () => {
    const { context, clock } = made();
    expect(context.elapsed()).toBe(0);
    clock.advance(1_500);
    expect(context.elapsed()).toBe(1_500);
  });
});

describe('the signal', () => {
  it('is one while a hook runs; it aborts with the reason when the client leaves', () => {
    const { context, exchange } = made();
    const { signal } = context;
    expect(context.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    const gone = gatewayError('GW_CLIENT_CLOSED');
    exchange.abort(gone);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(gone);
  });

  it('asked for by a hook after the client left is aborted already', () => {
    const { context, exchange } = made();
    exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(context.signal.aborted).toBe(true);
  });

  it('does not abort because the exchange is over', async () => {
    const { context, exchange } = made();
    const { signal } = context;
    await exchange.settle(true);
    expect(signal.aborted).toBe(false);
  });
});

describe('targets', () => {
  it('are none before there is a call', () => {
    expect(made().context.targets).toEqual([]);
  });

  it('can be filtered, reordered and extended; the list that was assigned counts, not the array', () => {
    const { context } = made();
    const list = [...context.resolveTarget('chat')].reverse();
    context.targets = list;
    list.length = 0;
    expect(ids(context.targets)).toEqual(['two/any', 'one/small']);
    context.targets = [...context.targets, ...context.resolveTarget('one/large')];
    expect(ids(context.targets)).toEqual(['two/any', 'one/small', 'one/large']);
    expect(() => (context.targets as Target[]).pop()).toThrow(TypeError);
  });

  it.each(['nobody', 'nobody/m', 'one/unlisted', 'one/', '/small', ''])('resolveTarget knows none for %j', (name) => {
    expect(made().context.resolveTarget(name)).toEqual([]);
  });

  it.each([
    ['of no provider here', { id: 'other/m', provider: 'other', model: 'm' }],
    ['that its provider does not offer', { id: 'one/huge', provider: 'one', model: 'huge' }],
    ['that is an alias', { id: 'chat', provider: 'one', model: 'small' }],
    [
      'whose id says one model and whose model is another: it would be charged as what it is not',
      { id: 'one/small', provider: 'one', model: 'large' },
    ],
    ['whose id names another provider', { id: 'one/small', provider: 'two', model: 'small' }],
  ])('refuse one %s, and stay as they are', (_what, target) => {
    const { context } = made();
    context.targets = context.resolveTarget('chat');
    expect(() => {
      context.targets = [...context.targets, target];
    }).toThrow(/^targets: expected targets of this gateway \(see resolveTarget\), received \{/);
    expect(ids(context.targets)).toEqual(['one/small', 'two/any']);
  });

  it('take an equal target that a plugin kept as JSON', () => {
    const { context } = made();
    const kept = JSON.parse(JSON.stringify(context.resolveTarget('two/any'))) as Target[];
    context.targets = kept;
    expect(ids(context.targets)).toEqual(['two/any']);
  });

  it('assigned in beforeRoute are where the call goes', async () => {
    const [first, second] = [await upstream(), await upstream(answerWhole('from the second'))];
    const steering = plugin('steering', {
      beforeRoute(context) {
        context.targets = context.targets.filter(({ provider }) => provider === 'two');
      },
    });
    const { chat } = await running(first.url, {
      providers: [
        openaiCompatible({ name: 'one', baseUrl: `${first.url}/v1` }),
        openaiCompatible({ name: 'two', baseUrl: `${second.url}/v1` }),
      ],
      models: { chat: ['one/m', 'two/m'] },
      plugins: [steering],
    });
    expect((await chat()).json.choices?.[0]?.message.content).toBe('from the second');
    expect(first.bodies).toEqual([]);
  });

  it('all filtered out is a 503 that says so', async () => {
    const up = await upstream();
    const strict = plugin('strict', {
      beforeRoute(context) {
        context.targets = [];
      },
    });
    const { chat } = await running(up.url, { plugins: [strict] });
    expect(await chat()).toMatchObject({ status: 503, json: { error: { code: 'GW_NO_TARGET' } } });
    expect(up.bodies).toEqual([]);
  });
});

describe('slots', () => {
  it('carry data from one hook and plugin to another', async () => {
    const mark = slot<{ count: number }>('mark');
    const seen: unknown[] = [];
    const up = await upstream();
    const writing = plugin('writing', { onRequest: (context) => context.set(mark, { count: 1 }) });
    const reading = plugin('reading', {
      beforeRoute: (context) => void seen.push(context.get(mark)),
      attempt: ({ exchange }) => void seen.push(exchange.get(mark)),
      afterResponse: (context) => void seen.push(context.get(mark)),
    });
    const { chat } = await running(up.url, { plugins: [writing, reading] });
    await chat();
    expect(seen).toEqual([{ count: 1 }, { count: 1 }, { count: 1 }]);
  });

  it('are empty in the next exchange', async () => {
    const mark = slot<number>('mark');
    const seen: unknown[] = [];
    const up = await upstream();
    const counting = plugin('counting', {
      onRequest(context) {
        seen.push(context.get(mark));
        context.set(mark, 1);
      },
    });
    const { chat } = await running(up.url, { plugins: [counting] });
    await chat();
    await chat();
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe('setHeader', () => {
  it.each(['onRequest', 'beforeRoute', 'afterResponse'] as const)('in %s sets a header of the answer, whoever answers', async (hook) => {
    const up = await upstream();
    const marking = plugin('marking', { [hook]: (context: RequestContext) => context.setHeader('X-Mark', 'yes') });
    const { chat } = await running(up.url, { plugins: [marking] });
    expect((await chat()).headers['x-mark']).toBe('yes');
    expect((await chat({ model: 'unknown' })).headers['x-mark']).toBe(hook === 'beforeRoute' ? undefined : 'yes');
  });

  it('is on streams as well', async () => {
    const up = await upstream(answerStream('x'));
    const marking = plugin('marking', { onRequest: (context) => context.setHeader('x-mark', 'yes') });
    const { chat } = await running(up.url, { plugins: [marking] });
    expect((await chat({ stream: true })).headers['x-mark']).toBe('yes');
  });

  it.each(['', 'two words', 'a:b', 'a\r\nb', 'ä', 'a\u0000'])('refuses the name %j', (name) => {
    expect(() => made().context.setHeader(name, 'x')).toThrow('setHeader: expected a header name, received');
  });

  it.each(['a\r\nset-cookie: b=c', 'a\nb', '\u0000', '🙂', undefined, 7])('refuses the value %j', (value) => {
    expect(() => made().context.setHeader('x-note', value as string)).toThrow(
      'setHeader: the value of x-note has characters that no header may have',
    );
  });

  it('a header that an answer has already is sent once, as the plugin set it', async () => {
    const up = await upstream();
    const refusal = new GatewayError({ status: 429, code: 'BUSY', message: 'Later.', headers: { 'retry-after': '1' } });
    const patient = plugin('patient', { onRequest: (context) => context.setHeader('Retry-After', '30') });
    const busy = plugin('busy', { beforeRoute: () => Promise.reject(refusal) });
    const { url } = await running(up.url, { plugins: [patient, busy] });
    expect(await rawHeader(url, 'retry-after', {})).toEqual(['30']);
  });

  it('a stream’s own caching headers can be set as well: they are sent once', async () => {
    const up = await upstream(answerStream('x'));
    const strict = plugin('strict', { onRequest: (context) => context.setHeader('cache-control', 'no-store, no-transform') });
    const { url } = await running(up.url, { plugins: [strict] });
    expect(await rawHeader(url, 'cache-control', { stream: true })).toEqual(['no-store, no-transform']);
  });

  it('framing is not a plugin’s to set', async () => {
    const up = await upstream();
    const odd = plugin('odd', {
      onRequest(context) {
        for (const [name, value] of [
          ['content-length', '3'],
          ['Transfer-Encoding', 'chunked'],
          ['content-type', 'text/html'],
          ['X-Request-Id', 'forged'],
          ['connection', 'close'],
        ] as const)
          context.setHeader(name, value);
      },
    });
    const { chat } = await running(up.url, { plugins: [odd] });
    const answer = await chat();
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)));
    expect(answer.headers['transfer-encoding']).toBeUndefined();
    expect(answer.headers['x-request-id']).not.toBe('forged');
  });
});

/** Every value of a header as it was on the wire. */
async function rawHeader(url: string, name: string, body: object): Promise<string[]> {
  const { reading } = await import('./harness/reading.ts');
  const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }], ...body };
  const answer = await reading(`${url}/v1/chat/completions`, question);
  await answer.over;
  const values: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    if (answer.rawHeaders[index]?.toLowerCase() === name) values.push(answer.rawHeaders[index + 1] as string);
  return values;
}

describe('answering', () => {
  it('says whose answer it is: the plugin whose hook runs', async () => {
    const sources: string[] = [];
    const up = await upstream();
    const watching = plugin('watching', { afterResponse: ({ response }) => void sources.push(response.source) });
    const answering = plugin('answering', { beforeRoute: (context) => context.answer({ text: 'x' }) });
    const { chat } = await running(up.url, { plugins: [watching, answering] });
    await chat();
    expect(sources).toEqual(['plugin:answering']);
  });

  it.each([true, false])('comes in the mode the client asked for (stream: %s)', async (stream) => {
    const up = await upstream();
    const answering = plugin('answering', { beforeRoute: (context) => context.answer({ text: 'from here' }) });
    const { chat } = await running(up.url, { plugins: [answering] });
    const answer = await chat({ stream });
    expect(answer.headers['content-type']).toContain(stream ? 'text/event-stream' : 'application/json');
    expect(answer.text).toContain('from here');
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(stream);
  });

  it('mapTexts edits an answer, streamed or not', async () => {
    const up = await upstream((req, res, body) =>
      (body.includes('"stream":true') ? answerStream('o', 'ne') : answerWhole('one'))(req, res, body),
    );
    const louder = plugin('louder', {
      afterResponse: (context: ResponseContext) => context.mapTexts(() => ({ push: (piece) => piece.toUpperCase(), end: () => '!' })),
    });
    const { chat } = await running(up.url, { plugins: [louder] });
    expect((await chat()).json.choices?.[0]?.message.content).toBe('ONE!');
    const { text } = await chat({ stream: true });
    expect(text).toContain(chunk('O') + chunk('NE'));
    expect(text).toContain('"content":"!"');
  });
});

describe('phases', () => {
  it('attempts are a list of the exchange’s own: nobody books one', async () => {
    const seen: unknown[] = [];
    const up = await upstream();
    const looking = plugin('looking', {
      afterResponse({ attempts }) {
        seen.push(attempts.map(({ outcome }) => outcome));
        expect(() => (attempts as unknown[]).push({})).toThrow(TypeError);
      },
    });
    const { chat } = await running(up.url, { plugins: [looking] });
    expect((await chat()).status).toBe(200);
    expect(seen).toEqual([['completed']]);
  });

  it('there is no call for who is refused before the body was read', async () => {
    const seen: unknown[] = [];
    const up = await upstream();
    const plugins = [
      plugin('looking', { afterResponse: ({ call }) => void seen.push(call) }),
      plugin('refusing', {
        onRequest: (context) => context.answer({ error: new GatewayError({ status: 401, code: 'NO', message: 'No.' }) }),
      }),
    ];
    const { chat } = await running(up.url, { plugins });
    expect((await chat()).status).toBe(401);
    expect(seen).toEqual([undefined]);
  });

  it('the call is there from beforeRoute on', async () => {
    const models: string[] = [];
    const up = await upstream();
    const looking = plugin('looking', {
      beforeRoute: ({ call }: RoutingContext) => void models.push(call.model),
      afterResponse: ({ call }) => void models.push(call?.model ?? 'none'),
    });
    const { chat } = await running(up.url, { plugins: [looking] });
    await chat();
    expect(models).toEqual(['chat', 'chat']);
  });
});
