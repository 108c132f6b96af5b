import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptContext, RequestContext, ResponseContext, RoutingContext } from '../../core/src/context.ts';
import { definePlugin, type FailurePolicy, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { Cost, Principal } from '../../core/src/model/principal.ts';
import type { GatewayResponse, StreamBody } from '../../core/src/model/response.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import { cost, principal } from '../../core/src/slot.ts';
import { answerStream, answerWhole, chunk, gate, lastChunk, running, upstream } from '../core/harness/loopback.ts';
import { manualClock } from '../core/harness/manual-clock.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';

leavesNothing();

// F-63: whatever a plugin does, nothing of it may reach the process: a host that is ended by a plugin's promise is ended
// for everybody. Checked after each test of this file.
const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
beforeEach(() => void process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note));
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve)); // Node tells of a rejection after the turn it happened in
  process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note);
  expect(escaped.splice(0)).toEqual([]);
});

type Policy = { readonly onFailure?: FailurePolicy; readonly timeoutMs?: number };

function plugin(name: string, hooks: PluginHooks, policy: Policy = {}): GatewayPlugin {
  return definePlugin({ name, ...policy, create: () => hooks })();
}

/** A plugin that collects every settlement. */
function watching(): { readonly plugin: GatewayPlugin; readonly settlements: Settlement[] } {
  const settlements: Settlement[] = [];
  const hooks: PluginHooks = { onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) };
  return { plugin: plugin('watching', hooks), settlements };
}

/** An exchange beside the one that fails, through the same gateway. */
const unharmed = { status: 200, broken: false };

describe('F-54: a hook that fails in any way', () => {
  /** What a hook may do instead of its work. All of it is somebody's mistake of some day. */
  const faults: Readonly<Record<string, () => unknown>> = {
    'throws an error': () => {
      throw new Error('canary');
    },
    'throws undefined': () => {
      throw undefined;
    },
    'throws a text': () => {
      throw 'canary';
    },
    'throws an object that cannot be printed': () => {
      throw Object.assign(Object.create(null), { toString: null });
    },
    'throws an error whose message throws': () => {
      throw Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('canary');
        },
      });
    },
    rejects: () => Promise.reject(new Error('canary')),
    'rejects with nothing': () => Promise.reject(undefined),
    'returns null': () => null,
    'returns a text': () => 'canary',
    'returns a function': () => () => {},
    'returns an object of its own': () => ({ allowed: true }),
    'returns an object whose members throw': () =>
      Object.defineProperty({}, 'status', {
        get: () => {
          throw new Error('canary');
        },
      }),
    'resolves to garbage': () => Promise.resolve(0),
    'never resolves': () => new Promise(() => {}),
    'gives a thenable that throws': () => ({
      // biome-ignore lint/suspicious/noThenProperty: thenables that misbehave are what is tested.
      then: () => {
        throw new Error('canary');
      },
    }),
    'gives a thenable whose then cannot be read': () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('canary');
        },
      }),
    'gives a thenable that never calls back': () => ({
      // biome-ignore lint/suspicious/noThenProperty: as above.
      then: () => {},
    }),
    'gives a thenable that resolves to what never resolves': () => ({
      // biome-ignore lint/suspicious/noThenProperty: as above.
      then: (resolve: (value: unknown) => void) => resolve(new Promise(() => {})),
    }),
    'gives a thenable that rejects, resolves and throws': () => ({
      // biome-ignore lint/suspicious/noThenProperty: as above.
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
        reject(new Error('canary'));
        resolve(undefined);
        throw new Error('canary');
      },
    }),
  };
  const hooks = ['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const;
  const cases = Object.keys(faults).flatMap((fault) => hooks.map((hook) => [fault, hook] as const));

  /** Fails for requests of the user `victim` only. */
  function faulty(hook: (typeof hooks)[number], fault: string, policy: Policy): GatewayPlugin {
    const hits = (context: RequestContext | AttemptContext): boolean =>
      ('exchange' in context ? context.exchange : context).headers['x-user'] === 'victim';
    const run = (context: RequestContext | AttemptContext): unknown => (hits(context) ? faults[fault]?.() : undefined);
    return plugin('faulty', { [hook]: run } as PluginHooks, { timeoutMs: 40, ...policy });
  }

  it.each(cases)('F-54: %s in %s, closed: one masked 500, settled once, others unharmed', async (fault, hook) => {
    const watcher = watching();
    const up = await upstream();
    const { chat, gateway, logger } = await running(up.url, { plugins: [watcher.plugin, faulty(hook, fault, {})] });
    const [victim, other] = await Promise.all([chat({}, { headers: { 'x-user': 'victim' } }), chat()]);
    expect(victim).toMatchObject({ status: 500, broken: false, json: { error: { code: expect.stringMatching(/^GW_HOOK_/) } } });
    expect(victim.text).not.toMatch(/canary|faulty|\.ts/);
    expect(other).toMatchObject(unharmed);
    expect(logger.texts('error')).toHaveLength(1);
    expect(logger.texts('error').join()).toContain(`The plugin faulty failed in ${hook}`);
    await gateway.close();
    expect(watcher.settlements.map(({ outcome }) => outcome).toSorted()).toEqual(['completed', 'failed']);
  });

  it.each(cases)('F-54: %s in %s, open: the answer comes all the same, with one line of log', async (fault, hook) => {
    const watcher = watching();
    const up = await upstream();
    const { chat, gateway, logger } = await running(up.url, { plugins: [watcher.plugin, faulty(hook, fault, { onFailure: 'open' })] });
    const [victim, other] = await Promise.all([chat({}, { headers: { 'x-user': 'victim' } }), chat()]);
    expect(victim).toMatchObject(unharmed);
    expect(other).toMatchObject(unharmed);
    expect(logger.texts('warn')).toHaveLength(1);
    expect(logger.texts('error')).toEqual([]);
    await gateway.close();
    expect(watcher.settlements.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });

  it.each(hooks)('F-54: a thenable from %s that resolves twice counts once', async (hook) => {
    const watcher = watching();
    const up = await upstream();
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: as above.
      then(resolve: (value: unknown) => void) {
        resolve(undefined);
        resolve('canary');
      },
    };
    const { chat, gateway, logger } = await running(up.url, {
      plugins: [watcher.plugin, plugin('twice', { [hook]: () => twice as never })],
    });
    expect(await chat()).toMatchObject(unharmed);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    expect([...logger.texts('warn'), ...logger.texts('error')]).toEqual([]);
  });

  it('F-54: a thenable that throws does not leave a time limit behind that ends a later hook', async () => {
    const up = await upstream();
    const clock = manualClock();
    const signals: AbortSignal[] = [];
    const throwing = plugin('throwing', faultyThenable('beforeRoute'), { onFailure: 'open', timeoutMs: 30 });
    const later = plugin('later', { afterResponse: ({ signal }) => void signals.push(signal) });
    const { chat } = await running(up.url, { plugins: [throwing, later], services: [provide(Clock, clock)] });
    expect(await chat()).toMatchObject(unharmed);
    clock.advance(60);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(clock.armed).toBe(0);
  });

  function faultyThenable(hook: string): PluginHooks {
    return { [hook]: faults['gives a thenable that throws'] } as PluginHooks;
  }

  it('F-54: a client that leaves while a plugin never ends is settled; the plugin is alone with its promise', async () => {
    const watcher = watching();
    const begun = gate();
    const up = await upstream();
    const stuck = plugin('stuck', {
      beforeRoute() {
        begun.open();
        return new Promise(() => {});
      },
    });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, stuck] });
    const leaving = new AbortController();
    const gone = chat({}, { signal: leaving.signal }).catch(() => 'gone');
    await begun.opened;
    leaving.abort();
    expect(await gone).toBe('gone');
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'aborted' }]);
    expect(up.bodies).toEqual([]);
  });
});

describe('F-54: an answer that is none', () => {
  const whole = (bytes: () => unknown): GatewayResponse['body'] =>
    ({ kind: 'json', json: undefined, texts: () => [], bytes }) as unknown as GatewayResponse['body'];
  const stream = (events: unknown): GatewayResponse['body'] => ({ kind: 'stream', events }) as GatewayResponse['body'];
  const iterating = (iterator: object): object => ({ [Symbol.asyncIterator]: () => iterator });
  const good = { raw: chunk('one') } as StreamEvent;
  const boom = (): never => {
    throw new Error('canary');
  };

  async function answered(body: GatewayResponse['body'], headers: Record<string, string> = {}) {
    const watcher = watching();
    const up = await upstream(answerStream('x'));
    const answering = plugin('answering', { afterResponse: ({ response }) => ({ ...response, headers, body }) });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, answering], timeouts: { closeMs: 100 } });
    const answer = await chat({ stream: true });
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    return { answer, settlement: watcher.settlements[0] };
  }

  it.each([
    ['bytes() that throws', whole(boom)],
    ['bytes() that gives nothing', whole(() => undefined)],
    ['bytes() that gives a number', whole(() => 5)],
    ['events that cannot be iterated', stream(Object.defineProperty({}, Symbol.asyncIterator, { value: boom }))],
    ['events whose iterator is nothing', stream({ [Symbol.asyncIterator]: () => undefined })],
    ['an iterator without next', stream(iterating({}))],
    ['a next that throws', stream(iterating({ next: boom }))],
    ['a next that rejects', stream(iterating({ next: () => Promise.reject(new Error('canary')) }))],
    ['a next that gives no promise', stream(iterating({ next: () => ({ done: false, value: good }) }))],
    ['a next that resolves to nothing', stream(iterating({ next: () => Promise.resolve(undefined) }))],
    ['an event that is a text', stream(iterating({ next: () => Promise.resolve({ done: false, value: 'data: x\n\n' }) }))],
    ['an event of nothing', stream(iterating({ next: () => Promise.resolve({ done: false, value: undefined }) }))],
  ])('F-54: %s: an error before anything was sent, settled once as failed', async (_what, body) => {
    const { answer, settlement } = await answered(body);
    expect(answer.text).not.toMatch(/canary|"one"|\[DONE\]/);
    // Where the head of the stream was out already, the error stands inside and the connection is cut.
    if (answer.status === 200)
      expect(answer).toMatchObject({ broken: true, text: expect.stringMatching(/"code":"GW_(?:HOOK_FAILED|INTERNAL)"/) });
    else expect(answer).toMatchObject({ status: 500, broken: false, json: { error: { code: expect.stringMatching(/^GW_/) } } });
    expect(settlement).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    ['return that throws', { return: boom }],
    ['return that rejects', { return: () => Promise.reject(new Error('canary')) }],
    ['return that gives no promise', { return: () => ({ done: true }) }],
    ['return that never ends', { return: () => new Promise(() => {}) }],
    ['return that is no function', { return: 5 }],
  ])('F-54: an iterator with a %s: its whole stream reaches the client', async (_what, ending) => {
    const events = [good, { raw: lastChunk } as StreamEvent, { raw: 'data: [DONE]\n\n' } as StreamEvent];
    const next = async () => {
      const value = events.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    };
    const { answer, settlement } = await answered(stream(iterating({ next, ...ending })));
    expect(answer).toMatchObject({ status: 200, broken: false });
    expect(answer.text).toBe(`${chunk('one')}${lastChunk}data: [DONE]\n\n`);
    expect(settlement).toMatchObject({ outcome: 'completed' });
  });

  it('F-54: events that stop coming hold up their own client until the gateway closes, which tells it', async () => {
    const watcher = watching();
    const up = await upstream(answerStream('x'));
    let given = 0;
    const next = () => (given++ === 0 ? Promise.resolve({ done: false, value: good }) : new Promise(() => {}));
    const stuck = plugin('stuck', { afterResponse: ({ response }) => ({ ...response, body: stream(iterating({ next })) }) });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, stuck], timeouts: { closeMs: 50 } });
    const answer = chat({ stream: true });
    await expect.poll(() => given).toBe(2);
    await gateway.close();
    expect(await answer).toMatchObject({ status: 200, broken: true, text: expect.stringContaining('GW_CLOSING') });
    expect(watcher.settlements).toMatchObject([{ outcome: 'failed', error: 'GW_CLOSING' }]);
  });

  it.each(['a\r\nset-cookie: b=c', 'é\u2028', 'text\0', undefined])(
    'F-54: a header of the answer that becomes %j after it was checked: an error, no header of its own, and no hanging client',
    async (value) => {
      const watcher = watching();
      const up = await upstream();
      const writing = plugin('writing', {
        afterResponse({ response }) {
          response.headers['x-late'] = value as string;
        },
      });
      const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, writing] });
      const answer = await chat();
      expect(answer).toMatchObject({ status: 500, broken: false, json: { error: { code: 'GW_INTERNAL' } } });
      expect(answer.headers['set-cookie']).toBeUndefined();
      await gateway.close();
      expect(watcher.settlements).toMatchObject([{ outcome: 'failed', status: 500 }]);
    },
  );

  it('F-54: framing is not a plugin’s to write, in whatever case', async () => {
    const up = await upstream();
    const framing = {
      'Content-Length': '5',
      'TRANSFER-encoding': 'chunked',
      Connection: 'close, x-request-id',
      'Content-Type': 'text/html',
      'X-Request-Id': 'mine',
      'x-own': 'kept',
    };
    const writing = plugin('writing', { afterResponse: ({ response }) => ({ ...response, headers: framing }) });
    const { chat } = await running(up.url, { plugins: [writing] });
    const answer = await chat();
    expect(answer).toMatchObject({
      status: 200,
      broken: false,
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-own': 'kept' },
    });
    expect(answer.headers['content-length']).toBe(String(answer.text.length));
    expect(answer.headers['x-request-id']).not.toContain('mine');
  });
});

describe('F-54: taps, listeners and explain', () => {
  const faults: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('canary');
    },
    rejects: () => Promise.reject(new Error('canary')),
    'gives a thenable that rejects': () => ({
      // biome-ignore lint/suspicious/noThenProperty: thenables that misbehave are what is tested.
      then: (_resolve: unknown, reject: (error: unknown) => void) => reject(new Error('canary')),
    }),
  };

  it.each(Object.keys(faults))('F-54: a tap that %s, of the exchange or of an attempt, leaves the stream byte for byte', async (fault) => {
    const watcher = watching();
    const up = await upstream(answerStream('one ', 'two'));
    const careless = plugin('careless', {
      onRequest: (context) => context.tap(() => faults[fault]?.() as undefined),
      attempt: (context) => context.tap(() => faults[fault]?.() as undefined),
    });
    const plain = await running(up.url);
    const tapped = await running(up.url, { plugins: [watcher.plugin, careless] });
    const [expected, answer] = [await plain.chat({ stream: true }), await tapped.chat({ stream: true })];
    expect(answer).toMatchObject({ status: 200, broken: false, text: expected.text });
    await tapped.gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'completed', attempts: [{ outcome: 'completed' }] }]);
    expect(tapped.logger.texts('error').join()).toMatch(/A tap failed; the stream goes on.*canary/);
  });

  it.each(Object.keys(faults))(
    'F-54: a settlement listener that %s, of the exchange or of an attempt, is logged and hurts no other',
    async (fault) => {
      const heard: string[] = [];
      const up = await upstream();
      const careless = plugin('careless', {
        onRequest: (context) => context.onSettled(() => faults[fault]?.() as undefined),
        attempt: (context) => context.onSettled(() => faults[fault]?.() as undefined),
      });
      const careful = plugin('careful', {
        onRequest: (context) => context.onSettled(() => void heard.push('exchange')),
        attempt: (context) => context.onSettled(() => void heard.push('attempt')),
      });
      const { chat, gateway, logger } = await running(up.url, { plugins: [careless, careful] });
      expect(await chat()).toMatchObject(unharmed);
      await gateway.close();
      expect(heard.toSorted()).toEqual(['attempt', 'exchange']);
      expect(logger.texts('error')).toHaveLength(2);
    },
  );

  it.each(['the exchange', 'an attempt'])(
    'F-54: a listener of %s that never ends holds up close() for ten seconds, not for ever',
    async (whose) => {
      const clock = manualClock();
      const up = await upstream();
      const never = (): Promise<void> => new Promise(() => {});
      const endless = plugin('endless', {
        onRequest: (context) => void (whose === 'the exchange' && context.onSettled(never)),
        attempt: (context) => void (whose === 'an attempt' && context.onSettled(never)),
      });
      const { chat, gateway, logger } = await running(up.url, { plugins: [endless], services: [provide(Clock, clock)] });
      expect(await chat()).toMatchObject(unharmed);
      let closed = false;
      const closing = gateway.close().then(() => {
        closed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).toBe(false);
      clock.advance(10_000);
      await closing;
      expect(logger.texts('error').join()).toContain('not done within 10000 ms');
      expect(clock.armed).toBe(0);
    },
  );

  it.each([...Object.keys(faults), 'gives a number'])('F-54: an explain that %s costs its own words only', async (fault) => {
    const up = await upstream();
    const careless = plugin('careless', { explain: () => (fault === 'gives a number' ? 5 : faults[fault]?.()) as string });
    const { gateway } = await running(up.url, { plugins: [careless, plugin('good', { explain: () => 'all is well' })] });
    const { plugins } = gateway.explain({ body: { model: 'chat', messages: [{ role: 'user', content: 'x' }] } });
    expect(plugins.map(({ says }) => says)).toEqual([expect.stringContaining('its explain()'), 'all is well']);
  });

  it.each(Object.keys(faults))('F-54: a start that %s makes the gateway answer 503, and ready() says why', async (fault) => {
    const up = await upstream();
    const { gateway, chat } = await running(up.url, { plugins: [plugin('broken', { start: () => faults[fault]?.() as undefined })] });
    expect(await chat()).toMatchObject({ status: 503, json: { error: { code: 'GW_NOT_READY' } } });
    await expect(gateway.ready()).rejects.toThrow('The plugin broken failed to start');
  });

  it.each(Object.keys(faults))('F-54: a dispose that %s is logged, and close() resolves', async (fault) => {
    const up = await upstream();
    const { gateway, chat, logger } = await running(up.url, {
      plugins: [plugin('broken', { dispose: () => faults[fault]?.() as undefined })],
    });
    expect(await chat()).toMatchObject(unharmed);
    await gateway.close();
    expect(logger.texts('error').join()).toContain('The plugin broken failed to dispose');
  });
});

describe('F-56: a plugin that changes what is not its own', () => {
  const me: Principal = { id: 'key-1', kind: 'key', tenant: 'mine', scopes: Object.freeze(['chat']) as string[] };
  const price: Cost = { nanoDollars: 1_000n, table: 'prices' };

  const identity = definePlugin({
    name: 'identity',
    provides: [principal],
    create: () => ({
      onRequest(context) {
        // Frozen on the outside only, as authenticators do.
        context.set(principal, Object.freeze({ ...me, scopes: ['chat'], metadata: { team: 'a' } }));
        context.set(cost, price);
      },
    }),
  })();

  /** Ways to change things, each with what must not have changed. */
  const meddlings: Readonly<Record<string, (context: RoutingContext) => void>> = {
    'sets another principal': (context) => context.set(principal, { id: 'admin', kind: 'key' }),
    'writes into the principal': (context) => Object.assign(context.get(principal) as object, { tenant: 'other' }),
    'adds a scope to the principal': (context) => void (context.get(principal) as unknown as { scopes: string[] }).scopes.push('admin'),
    'writes into its metadata': (context) => Object.assign(context.get(principal)?.metadata as object, { team: 'b' }),
    'takes away its tenant': (context) => {
      delete (context.get(principal) as { tenant?: string }).tenant;
    },
    'sets another cost': (context) => context.set(cost, { nanoDollars: 0n, table: 'none' }),
    'writes into the cost': (context) => Object.assign(context.get(cost) as object, { nanoDollars: 0n }),
    'puts a get of its own in the context': (context) => Object.assign(context, { get: () => ({ id: 'admin', kind: 'key' }) }),
    'defines a get of its own': (context) => void Object.defineProperty(context, 'get', { value: () => undefined }),
    'puts an id of its own in the context': (context) => Object.assign(context, { id: 'another' }),
    'puts something else in the context': (context) => Object.assign(context, { bag: {} }),
    'writes into the headers': (context) => Object.assign(context.headers, { authorization: 'Bearer admin' }),
    'writes into the body': (context) => Object.assign(context.call.body, { model: 'up/dear' }),
    'writes into a message': (context) => Object.assign((context.call.body.messages as object[])[0] as object, { content: 'changed' }),
    'adds a message': (context) => void (context.call.body.messages as unknown[]).push({ role: 'system', content: 'obey' }),
    'gives the call another model': (context) => Object.assign(context.call, { model: 'up/dear' }),
    'gives the call no tools': (context) => void (context.call.tools as string[]).splice(0),
    'empties the list of targets': (context) => void (context.targets as unknown[]).splice(0),
    'turns the list of targets round': (context) => void (context.targets as unknown[]).reverse(),
    'writes into a target': (context) => Object.assign(context.targets[0] as object, { model: 'dear' }),
    'writes into a target of an alias': (context) => Object.assign(context.resolveTarget('chat')[0] as object, { provider: 'other' }),
    'sends it to a target that it made up': (context) => {
      context.targets = [{ id: 'evil/m', provider: 'evil', model: 'm' }];
    },
  };

  it.each(Object.keys(meddlings))('F-56: one that %s fails, and what it meant to change is as it was', async (what) => {
    const seen: unknown[] = [];
    const up = await upstream();
    const meddling = plugin('meddling', { beforeRoute: (context) => meddlings[what]?.(context) }, { onFailure: 'open' });
    const looking = plugin('looking', {
      beforeRoute(context) {
        const { headers, targets, call } = context;
        seen.push(
          context.get(principal),
          context.get(cost),
          headers.authorization,
          targets.map(({ id }) => id),
          call.model,
          call.tools,
          call.body,
        );
      },
    });
    const config = { plugins: [identity, meddling, looking], models: { chat: ['up/m', 'up/second'] }, allowAnonymous: false };
    const { chat, logger, gateway } = await running(up.url, config);
    const tools = [{ type: 'function', function: { name: 'pay' } }];
    const answer = await chat({ tools }, { headers: { authorization: 'Bearer mine' } });
    expect(answer.status).toBe(200);
    expect(logger.texts('warn').join()).toContain('The plugin meddling failed in beforeRoute');
    const body = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }], tools };
    expect(seen).toEqual([{ ...me, metadata: { team: 'a' } }, price, 'Bearer mine', ['up/m', 'up/second'], 'chat', ['pay'], body]);
    expect(JSON.parse(up.bodies[0] as string)).toEqual({ ...body, model: 'm' });
    // Nor is any later exchange affected.
    expect((await chat()).status).toBe(200);
    expect(JSON.parse(up.bodies[1] as string).model).toBe('m');
    expect(gateway.explain({ body }).targets.map(({ id }) => id)).toEqual(['up/m', 'up/second']);
  });

  it('F-56: the headers a plugin sees are not the host’s own', async () => {
    const up = await upstream();
    const seen: unknown[] = [];
    const meddling = plugin(
      'meddling',
      {
        onRequest(context) {
          (context.headers['set-cookie'] as string[] | undefined)?.push('planted=1');
        },
      },
      { onFailure: 'open' },
    );
    const { chat } = await running(up.url, {
      plugins: [meddling, plugin('looking', { onRequest: ({ headers }) => void seen.push(headers['set-cookie']) })],
    });
    await chat({}, { headers: { 'set-cookie': ['a=1'] } });
    expect(seen).toEqual([['a=1']]);
  });

  const bookkeeping: Readonly<Record<string, (settlement: Settlement) => void>> = {
    'writes another outcome': (settlement) => Object.assign(settlement, { outcome: 'aborted' }),
    'writes another status': (settlement) => Object.assign(settlement, { status: 204 }),
    'takes away the attempts': (settlement) => void (settlement.attempts as unknown[]).splice(0),
    'writes into an attempt': (settlement) => Object.assign(settlement.attempts[0] as object, { outcome: 'skipped' }),
    'puts a usage of its own in': (settlement) => void Object.defineProperty(settlement, 'usage', { value: undefined }),
    'writes into the usage': (settlement) => Object.assign(settlement.usage as object, { input: 0, output: 0 }),
    'writes into the usage of an attempt': (settlement) => Object.assign(settlement.attempts[0]?.usage as object, { input: 0, output: 0 }),
  };

  it.each(Object.keys(bookkeeping).flatMap((what) => [true, false].map((stream) => [what, stream] as const)))(
    'F-56: a settlement listener that %s (stream: %s) cannot change what the next one books',
    async (what, stream) => {
      const booked: unknown[] = [];
      const up = await upstream((req, res, body) => {
        if (!stream) return answerWhole('x')(req, res, body);
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        return res.end(
          `${chunk('x')}${lastChunk}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n`,
        );
      });
      const meddling = plugin('meddling', { onRequest: (context) => context.onSettled((settlement) => bookkeeping[what]?.(settlement)) });
      const booking = plugin('booking', {
        onRequest: (context) =>
          context.onSettled(({ outcome, status, attempts, usage }) => {
            const tries = attempts.map((attempt) => [attempt.outcome, attempt.usage?.input, attempt.usage?.output]);
            booked.push([outcome, status, usage?.input, usage?.output, tries]);
          }),
      });
      const { chat, gateway } = await running(up.url, { plugins: [meddling, booking] });
      expect((await chat({ stream })).status).toBe(200);
      await gateway.close();
      expect(booked).toEqual([['completed', 200, 3, 2, [['completed', 3, 2]]]]);
    },
  );

  it('F-56: what a plugin writes into an answer’s parsed JSON changes neither its bytes nor its usage', async () => {
    const booked: unknown[] = [];
    const up = await upstream(answerWhole('as it came'));
    const meddling = plugin(
      'meddling',
      {
        afterResponse({ response }) {
          const json =
            response.body.kind === 'json' ? (response.body.json as { usage: { prompt_tokens: number }; choices: unknown[] }) : undefined;
          if (json === undefined) return;
          json.usage.prompt_tokens = 0;
          json.choices.length = 0;
        },
      },
      { onFailure: 'open' },
    );
    const booking = plugin('booking', {
      onRequest: (context) => context.onSettled(({ usage, finishReason }) => void booked.push(usage?.input, finishReason)),
    });
    const { chat, gateway } = await running(up.url, { plugins: [booking, meddling] });
    expect((await chat()).json.choices?.[0]?.message.content).toBe('as it came');
    await gateway.close();
    expect(booked).toEqual([3, 'stop']);
  });

  it('F-56: the end of an attempt is the same for each of its listeners', async () => {
    const booked: unknown[] = [];
    const up = await upstream();
    const meddling = plugin('meddling', {
      attempt: (context) => context.onSettled((end) => void Object.assign(end, { outcome: 'skipped' })),
    });
    const booking = plugin('booking', {
      attempt: (context) => context.onSettled(({ outcome, usage }) => void booked.push(outcome, usage?.input)),
    });
    const { chat, gateway } = await running(up.url, { plugins: [meddling, booking] });
    await chat();
    await gateway.close();
    expect(booked).toEqual(['completed', 3]);
  });

  it('F-56: what one plugin keeps of an exchange says nothing of another', async () => {
    const kept: ResponseContext[] = [];
    const up = await upstream();
    const keeping = plugin('keeping', { afterResponse: (context) => void kept.push(context) });
    const { chat } = await running(up.url, { plugins: [keeping] });
    await chat({ user: 'first' });
    await chat({ user: 'second' });
    expect(kept.map(({ call }) => call?.body.user)).toEqual(['first', 'second']);
    expect(kept[0]?.id).not.toBe(kept[1]?.id);
    expect(kept[0]?.response).not.toBe(kept[1]?.response);
  });

  it('F-56: a value that is no JSON is refused where it is set, not sent half', async () => {
    const up = await upstream();
    const setting = plugin('setting', { beforeRoute: ({ call }) => call.set(['user'], undefined as never) }, { onFailure: 'open' });
    const { chat, logger } = await running(up.url, { plugins: [setting] });
    expect((await chat()).status).toBe(200);
    expect(JSON.parse(up.bodies[0] as string)).not.toHaveProperty('user');
    expect(logger.texts('warn').join()).toContain('set user: expected a JSON value, received undefined');
  });
});

describe('F-57: a plugin that fails on the way out', () => {
  it.each([true, false])('F-57: open: the client’s answer is the same, settled once (stream: %s)', async (stream) => {
    const watcher = watching();
    const up = await upstream(stream ? answerStream('one ', 'two') : answerWhole('one two'));
    const failing = plugin('failing', { afterResponse: () => Promise.reject(new Error('canary')) }, { onFailure: 'open' });
    const plain = await running(up.url);
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, failing] });
    const [expected, answer] = [await plain.chat({ stream }), await chat({ stream })];
    expect(answer).toMatchObject({ status: 200, broken: false, text: expected.text });
    await gateway.close();
    expect(watcher.settlements).toMatchObject(
      [{ outcome: 'completed', usage: expect.anything() }].map((one) => (stream ? { outcome: 'completed' } : one)),
    );
  });

  it.each([true, false])(
    'F-57: closed: a masked 500 and nothing of the answer, settled once, the upstream let go (stream: %s)',
    async (stream) => {
      const watcher = watching();
      const gone = gate();
      const up = await upstream((req, res, body) => {
        if (!stream) return answerWhole('one two')(req, res, body);
        res.on('close', () => gone.open());
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        return res.write(chunk('one'));
      });
      const failing = plugin('failing', {
        afterResponse() {
          throw new Error('canary');
        },
      });
      const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, failing] });
      const answer = await chat({ stream });
      expect(answer).toMatchObject({ status: 500, broken: false, json: { error: { code: 'GW_HOOK_FAILED' } } });
      expect(answer.text).not.toMatch(/one|canary/);
      if (stream) await gone.opened;
      await gateway.close();
      expect(watcher.settlements).toMatchObject([{ outcome: 'failed', status: 500, error: 'GW_HOOK_FAILED' }]);
    },
  );

  it('F-57: several that fail one after the other are one failed exchange', async () => {
    const watcher = watching();
    const up = await upstream();
    const failing = (name: string) => plugin(name, { afterResponse: () => Promise.reject(new Error(name)) });
    const { chat, gateway, logger } = await running(up.url, { plugins: [watcher.plugin, failing('a'), failing('b'), failing('c')] });
    expect((await chat()).status).toBe(500);
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    expect(logger.texts('error').map((line) => /The plugin (\w)/.exec(line)?.[1])).toEqual(['c', 'b', 'a']);
  });
});

describe('F-63: what nobody waits for any more', () => {
  it('F-63: a hook that rejects after its time was up, after its client left, and after the gateway closed', async () => {
    const up = await upstream();
    const late = gate();
    const begun = gate();
    const tardy = plugin(
      'tardy',
      {
        async beforeRoute() {
          begun.open();
          await late.opened;
          throw new Error('much too late');
        },
      },
      { timeoutMs: 30, onFailure: 'open' },
    );
    const { chat, gateway } = await running(up.url, { plugins: [tardy] });
    expect(await chat()).toMatchObject(unharmed);
    const leaving = new AbortController();
    const gone = chat({}, { signal: leaving.signal }).catch(() => 'gone');
    await begun.opened;
    leaving.abort();
    await gone;
    await gateway.close();
    late.open();
    await late.opened;
  });

  it('F-63: a ready() that nobody asked for, a start that fails late', async () => {
    const up = await upstream();
    const { gateway } = await running(up.url, { plugins: [plugin('broken', { start: () => Promise.reject(new Error('canary')) })] });
    await gateway.close();
  });

  it('F-63: a generator of a plugin that throws after its client left', async () => {
    const up = await upstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('one'));
    });
    const over = gate();
    const throwing = plugin('throwing', {
      afterResponse({ response }) {
        const body = response.body as StreamBody;
        const events = (async function* () {
          try {
            yield* body.events;
          } finally {
            over.open();
            // biome-ignore lint/correctness/noUnsafeFinally: just that is the mistake.
            throw new Error('canary');
          }
        })();
        return { ...response, body: { kind: 'stream', events } };
      },
    });
    const watcher = watching();
    const { chat } = await running(up.url, { plugins: [watcher.plugin, throwing] });
    const leaving = new AbortController();
    const gone = chat({ stream: true }, { signal: leaving.signal }).catch(() => 'gone');
    await expect.poll(() => up.bodies.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    leaving.abort();
    await gone;
    await over.opened;
    await expect.poll(() => watcher.settlements.map(({ outcome }) => outcome)).toEqual(['aborted']);
  });
});
