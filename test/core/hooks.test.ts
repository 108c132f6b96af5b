import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RequestContext, ResponseContext, RoutingContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { GatewayResponse } from '../../core/src/model/response.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { provide } from '../../core/src/services/container.ts';
import { type SignalMap, Signals } from '../../core/src/services/signals.ts';
import { answerStream, answerWhole, chunk, gate, running, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

type Policy = { readonly onFailure?: 'open' | 'closed'; readonly timeoutMs?: number };

function plugin(name: string, hooks: PluginHooks, policy: Policy = {}): GatewayPlugin {
  return definePlugin({ name, ...policy, create: () => hooks })();
}

/** A plugin that notes each of its hooks in a list shared with others. */
function noting(name: string, notes: string[], hooks: PluginHooks = {}): GatewayPlugin {
  return plugin(name, {
    onRequest(context) {
      notes.push(`${name} in`);
      return hooks.onRequest?.(context);
    },
    beforeRoute(context) {
      notes.push(`${name} route`);
      return hooks.beforeRoute?.(context);
    },
    afterResponse(context) {
      notes.push(`${name} out of ${context.response.source}`);
      return hooks.afterResponse?.(context);
    },
    attempt() {
      notes.push(`${name} attempt`);
    },
  });
}

/** A plugin that hands each settlement to a promise and a list. */
function watching(): { readonly plugin: GatewayPlugin; readonly settlements: Settlement[]; readonly first: Promise<Settlement> } {
  const settlements: Settlement[] = [];
  const { open, opened } = gate<Settlement>();
  const hooks: PluginHooks = {
    onRequest: (context) =>
      context.onSettled((settlement) => {
        settlements.push(settlement);
        open(settlement);
      }),
  };
  return { plugin: plugin('watching', hooks), settlements, first: opened };
}

function refusal(status = 403): GatewayError {
  return new GatewayError({ status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.', headers: { 'x-opens': 'monday' } });
}

const signalsIn = (events: SignalMap['plugin-failed-open'][]): Signals => ({
  emit: (_name, event) => void events.push(event as SignalMap['plugin-failed-open']),
  on: () => () => {},
});

describe('order', () => {
  it('runs in list order on the way in, in list order before an attempt, in reverse on the way out', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: ['a', 'b', 'c'].map((name) => noting(name, notes)) });
    expect((await chat()).status).toBe(200);
    expect(notes).toEqual([
      ...['a in', 'b in', 'c in', 'a route', 'b route', 'c route', 'a attempt', 'b attempt', 'c attempt'],
      ...['c out of upstream', 'b out of upstream', 'a out of upstream'],
    ]);
  });

  it.each(['onRequest', 'beforeRoute', 'afterResponse'] as const)(
    'runs %s one at a time: the next begins when a promise is done',
    async (hook) => {
      const notes: string[] = [];
      const slow = (name: string, ms: number) =>
        plugin(name, {
          async [hook]() {
            notes.push(`${name} begins`);
            await sleep(ms);
            notes.push(`${name} ends`);
          },
        });
      const up = await upstream();
      const { chat } = await running(up.url, { plugins: [slow('a', 20), slow('b', 5)] });
      await chat();
      const [first, second] = hook === 'afterResponse' ? ['b', 'a'] : ['a', 'b'];
      expect(notes).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
    },
  );

  it.each(['onRequest', 'beforeRoute', 'afterResponse'] as const)('costs no tick between synchronous %s hooks', async (hook) => {
    const notes: string[] = [];
    const first = plugin('first', {
      [hook]() {
        void Promise.resolve().then(() => notes.push('a microtask'));
        notes.push('first');
      },
    });
    const second = plugin('second', { [hook]: () => void notes.push('second') });
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: hook === 'afterResponse' ? [second, first] : [first, second] });
    await chat();
    expect(notes).toEqual(['first', 'second', 'a microtask']);
  });
});

describe('short-circuit', () => {
  const answered = (context: RoutingContext): GatewayResponse => context.answer({ text: 'from b' });

  it('skips the rest of the way in; the way out runs for every plugin once, and says who answered', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const plugins = [noting('a', notes), noting('b', notes, { beforeRoute: answered }), noting('c', notes)];
    const { chat } = await running(up.url, { plugins });
    const answer = await chat();
    expect(answer.json.choices?.[0]?.message.content).toBe('from b');
    expect(notes).toEqual([
      ...['a in', 'b in', 'c in', 'a route', 'b route'],
      ...['c out of plugin:b', 'b out of plugin:b', 'a out of plugin:b'],
    ]);
    expect(up.bodies).toEqual([]);
  });

  it('in onRequest leaves the body unread and no call in the context', async () => {
    const calls: unknown[] = [];
    const up = await upstream();
    const closed = plugin('closed', { onRequest: (context) => context.answer({ error: refusal() }) });
    const later = plugin('later', { beforeRoute: () => void calls.push('ran'), afterResponse: ({ call }) => void calls.push(call) });
    const { chat } = await running(up.url, { plugins: [closed, later] });
    expect(await chat()).toMatchObject({ status: 403, json: { error: { code: 'OFFICE_CLOSED' } } });
    expect(calls).toEqual([undefined]);
  });

  it('answers a client that asked for a stream with a stream', async () => {
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [plugin('b', { beforeRoute: answered })] });
    const { headers, text } = await chat({ stream: true });
    expect(headers['content-type']).toContain('text/event-stream');
    expect(text).toContain('from b');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('of the gateway itself goes the whole way out too', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [noting('a', notes), noting('b', notes)] });
    expect((await chat({ model: 'unheard-of' })).status).toBe(404);
    expect(notes).toEqual(['a in', 'b in', 'b out of gateway', 'a out of gateway']);
  });

  it('names itself, whatever source the plugin writes into its response', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const lying = (context: RoutingContext): GatewayResponse => ({ ...context.answer({ text: 'x' }), source: 'upstream' });
    const { chat } = await running(up.url, { plugins: [noting('a', notes), plugin('liar', { beforeRoute: lying })] });
    await chat();
    expect(notes.at(-1)).toBe('a out of plugin:liar');
  });

  it('in afterResponse replaces the response for the plugins that come after it', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const replacing = plugin('replacing', { afterResponse: (context) => context.answer({ text: 'something else' }) });
    const { chat } = await running(up.url, { plugins: [noting('a', notes), replacing, noting('c', notes)] });
    expect((await chat()).json.choices?.[0]?.message.content).toBe('something else');
    expect(notes.filter((note) => note.includes(' out of '))).toEqual(['c out of upstream', 'a out of plugin:replacing']);
  });
});

describe('refusing', () => {
  it.each(['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const)(
    'in %s sends status, code, message and headers',
    async (hook) => {
      const up = await upstream();
      const refusing = plugin('refusing', {
        [hook]() {
          throw refusal();
        },
      });
      const { chat } = await running(up.url, { plugins: [refusing] });
      const answer = await chat();
      expect(answer).toMatchObject({
        status: 403,
        json: { error: { code: 'OFFICE_CLOSED', message: expect.stringContaining('Come back on Monday.') } },
        headers: { 'x-opens': 'monday', 'x-should-retry': 'false' },
      });
      expect(up.bodies.length).toBe(hook === 'afterResponse' ? 1 : 0);
    },
  );

  it.each(['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const)(
    'in %s is never swallowed by onFailure: open',
    async (hook) => {
      const up = await upstream();
      const refusing = plugin('refusing', { [hook]: async () => Promise.reject(refusal(422)) }, { onFailure: 'open' });
      const { chat } = await running(up.url, { plugins: [refusing] });
      expect((await chat()).status).toBe(422);
    },
  );

  it('takes the whole way out, and the settlement carries the code', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const watcher = watching();
    const refusing = noting('b', notes, { onRequest: () => Promise.reject(refusal()) });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, noting('a', notes), refusing, noting('c', notes)] });
    await chat();
    expect(notes).toEqual(['a in', 'b in', 'c out of gateway', 'b out of gateway', 'a out of gateway']);
    expect(await watcher.first).toMatchObject({ outcome: 'completed', status: 403, error: 'OFFICE_CLOSED' });
  });

  it('can be healed by an answer on the way out', async () => {
    const up = await upstream();
    const watcher = watching();
    const healing = plugin('healing', { afterResponse: (context) => context.answer({ text: 'never mind' }) });
    const refusing = plugin('refusing', { beforeRoute: () => Promise.reject(refusal()) });
    const { chat } = await running(up.url, { plugins: [watcher.plugin, healing, refusing] });
    expect((await chat()).status).toBe(200);
    expect(await watcher.first).toMatchObject({ outcome: 'completed', status: 200, error: undefined, source: 'plugin:healing' });
  });
});

describe('failing', () => {
  const hooks = ['onRequest', 'beforeRoute', 'attempt', 'afterResponse'] as const;
  const failing = (hook: (typeof hooks)[number], policy: Policy, asynchronous: boolean) =>
    plugin(
      'fragile',
      {
        [hook]() {
          const error = new Error('secret detail of db.internal');
          if (asynchronous) return Promise.reject(error);
          throw error;
        },
      },
      policy,
    );
  const cases = hooks.flatMap((hook) =>
    [false, true].map((asynchronous) => [hook, asynchronous ? 'rejecting' : 'throwing', asynchronous] as const),
  );

  it.each(cases)('%s %s closed (the default): a masked 500, and the log has the rest', async (hook, _how, asynchronous) => {
    const up = await upstream();
    const { chat, logger } = await running(up.url, { plugins: [failing(hook, {}, asynchronous)] });
    const answer = await chat();
    expect(answer).toMatchObject({ status: 500, json: { error: { code: 'GW_HOOK_FAILED' } } });
    expect(answer.text).not.toMatch(/secret|internal\b.*db|fragile|at /);
    expect(logger.texts('error').join()).toContain(`The plugin fragile failed in ${hook}`);
    expect(logger.texts('error').join()).toContain('secret detail of db.internal');
    expect(up.bodies.length).toBe(hook === 'afterResponse' ? 1 : 0);
  });

  it.each(cases)('%s %s open: logged, counted, and the exchange goes on', async (hook, _how, asynchronous) => {
    const events: SignalMap['plugin-failed-open'][] = [];
    const up = await upstream();
    const plugins = [failing(hook, { onFailure: 'open' }, asynchronous)];
    const { chat, logger } = await running(up.url, { plugins, services: [provide(Signals, signalsIn(events))] });
    expect((await chat()).status).toBe(200);
    expect(logger.texts('warn').join()).toContain(`The plugin fragile failed in ${hook}`);
    expect(logger.texts('error')).toEqual([]);
    expect(events).toEqual([{ plugin: 'fragile', hook, exchange: expect.any(String) }]);
  });

  it('treats a 5xx that a plugin throws as a failure: open swallows it, closed sends it', async () => {
    const up = await upstream();
    const unwell = (policy: Policy) => plugin('unwell', { beforeRoute: () => Promise.reject(refusal(503)) }, policy);
    const open = await running(up.url, { plugins: [unwell({ onFailure: 'open' })] });
    expect((await open.chat()).status).toBe(200);
    const closed = await running(up.url, { plugins: [unwell({})] });
    expect(await closed.chat()).toMatchObject({ status: 503, json: { error: { code: 'OFFICE_CLOSED' } } });
  });

  it('closed on the way out still gives every other plugin its turn', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const plugins = [noting('a', notes), failing('afterResponse', {}, true), noting('c', notes)];
    const { chat } = await running(up.url, { plugins });
    expect((await chat()).status).toBe(500);
    expect(notes.slice(-2)).toEqual(['c out of upstream', 'a out of plugin:fragile']);
  });

  it.each([undefined, null, 'a string', 0])('closed for a thrown %s too', async (thrown) => {
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [plugin('odd', { onRequest: () => Promise.reject(thrown) })] });
    expect((await chat()).status).toBe(500);
  });
});

describe('time', () => {
  const slow = (hook: 'onRequest' | 'beforeRoute' | 'afterResponse', reasons: unknown[], policy: Policy) =>
    plugin(
      'slow',
      {
        [hook]: (context: RequestContext) =>
          new Promise<void>(() => {
            context.signal.addEventListener('abort', () => reasons.push(context.signal.reason), { once: true });
          }),
      },
      { timeoutMs: 30, ...policy },
    );

  it.each(['onRequest', 'beforeRoute', 'afterResponse'] as const)(
    'over in %s: the signal aborts and the exchange fails closed',
    async (hook) => {
      const reasons: unknown[] = [];
      const up = await upstream();
      const { chat, logger } = await running(up.url, { plugins: [slow(hook, reasons, {})] });
      expect(await chat()).toMatchObject({ status: 500, json: { error: { code: 'GW_HOOK_TIMEOUT' } } });
      expect(reasons).toMatchObject([{ code: 'GW_HOOK_TIMEOUT' }]);
      expect(logger.texts('error').join()).toMatch(/The plugin slow failed in .*no result within 30 ms/);
    },
  );

  it('over with onFailure: open: the signal aborts and the exchange goes on', async () => {
    const reasons: unknown[] = [];
    const up = await upstream();
    const { chat, logger } = await running(up.url, { plugins: [slow('beforeRoute', reasons, { onFailure: 'open' })] });
    expect((await chat()).status).toBe(200);
    expect(reasons).toHaveLength(1);
    expect(logger.texts('warn').join()).toContain('no result within 30 ms');
  });

  it('over aborts the signal of the running hook only; the next hook gets one that is not aborted', async () => {
    const states: boolean[] = [];
    const up = await upstream();
    const after = plugin('after', { beforeRoute: (context) => void states.push(context.signal.aborted) });
    const { chat } = await running(up.url, { plugins: [slow('beforeRoute', [], { onFailure: 'open' }), after] });
    await chat();
    expect(states).toEqual([false]);
  });

  it('over: what the hook still says later is heard by nobody', async () => {
    const up = await upstream();
    const late = gate();
    const lateFailure = plugin(
      'late',
      {
        async beforeRoute() {
          await late.opened;
          throw new Error('much too late');
        },
      },
      { timeoutMs: 20, onFailure: 'open' },
    );
    const { chat, logger } = await running(up.url, { plugins: [lateFailure] });
    expect((await chat()).status).toBe(200);
    late.open();
    await sleep(10);
    expect([...logger.texts('warn'), ...logger.texts('error')].join()).not.toContain('much too late');
  });

  it('is not limited for a hook in time: its signal never aborts', async () => {
    const signals: AbortSignal[] = [];
    const up = await upstream();
    const quick = plugin(
      'quick',
      {
        async onRequest(context) {
          signals.push(context.signal);
          await sleep(1);
        },
      },
      { timeoutMs: 40 },
    );
    const { chat } = await running(up.url, { plugins: [quick] });
    await chat();
    await sleep(60);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('ends at once for a client that leaves while a hook waits', async () => {
    const waiting = gate();
    const watcher = watching();
    const up = await upstream();
    const patient = plugin('patient', {
      onRequest: (context) =>
        new Promise<void>((_, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), { once: true });
          waiting.open();
        }),
    });
    const { chat, logger } = await running(up.url, { plugins: [watcher.plugin, patient] });
    const leaving = new AbortController();
    const answer = chat({}, { signal: leaving.signal }).catch((error: Error) => error.name);
    await waiting.opened;
    leaving.abort();
    expect(await answer).toBe('AbortError');
    expect(await watcher.first).toMatchObject({ outcome: 'aborted', status: 499, error: 'GW_CLIENT_CLOSED' });
    expect(logger.texts('error')).toEqual([]);
    expect(up.bodies).toEqual([]);
  });
});

describe('returning', () => {
  const whole = { kind: 'json', bytes: () => Buffer.alloc(0) };
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['null', null, /null/],
    ['false', false, /boolean/],
    ['a string', 'go on', /string/],
    ['an array', [], /no GatewayResponse/],
    ['a status alone', { status: 200 }, /no GatewayResponse/],
    ['a body of no kind', { status: 200, headers: {}, body: {} }, /no GatewayResponse/],
    ['a stream without events', { status: 200, headers: {}, body: { kind: 'stream' } }, /no GatewayResponse/],
    ['a stream of nothing', { status: 200, headers: {}, body: { kind: 'stream', events: null } }, /no GatewayResponse/],
    ['a json body without bytes', { status: 200, headers: {}, body: { kind: 'json' } }, /no GatewayResponse/],
    ['a header with a line break', { status: 200, headers: { x: 'a\r\nset-cookie: b' }, body: whole }, /no GatewayResponse/],
    ['a header that is no text', { status: 200, headers: { x: 1 }, body: whole }, /no GatewayResponse/],
    ['an informational status', { status: 101, headers: {}, body: whole }, /no GatewayResponse/],
    ['a status that is none', { status: 42, headers: {}, body: whole }, /no GatewayResponse/],
  ];

  it.each(wrong)('%s is GW_HOOK_RETURN; the log names plugin and hook', async (_what, value, named) => {
    for (const hook of ['onRequest', 'beforeRoute', 'afterResponse'] as const) {
      const up = await upstream();
      const confused = plugin('confused', { [hook]: () => value as never });
      const { chat, logger } = await running(up.url, { plugins: [confused] });
      expect(await chat()).toMatchObject({ status: 500, json: { error: { code: 'GW_HOOK_RETURN' } } });
      expect(logger.texts('error').join()).toContain(`the plugin confused returned`);
      expect(logger.texts('error').join()).toContain(`from ${hook}`);
      expect(logger.texts('error').join()).toMatch(named);
    }
  });

  it('a response from attempt is GW_HOOK_RETURN: an attempt answers nothing', async () => {
    const up = await upstream();
    const confused = plugin('confused', { attempt: ({ exchange }) => (exchange as RoutingContext).answer({ text: 'x' }) as never });
    const { chat, logger } = await running(up.url, { plugins: [confused] });
    expect((await chat()).json.error?.code).toBe('GW_HOOK_RETURN');
    expect(logger.texts('error').join()).toContain('expected nothing');
  });

  it('a body that fails when it is written becomes an error, and the exchange settles', async () => {
    const watcher = watching();
    const up = await upstream();
    const body = { kind: 'json' as const, json: undefined, texts: () => [], bytes: () => Buffer.from(undefined as unknown as string) };
    const brittle = plugin('brittle', { afterResponse: ({ response }) => ({ ...response, body }) });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin, brittle] });
    expect(await chat()).toMatchObject({ status: 500, json: { error: { code: 'GW_INTERNAL' } } });
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'failed', status: 500, error: 'GW_INTERNAL' }]);
  });

  it('nonsense from a plugin that fails open is logged and passed over', async () => {
    const up = await upstream();
    const confused = plugin('confused', { beforeRoute: () => 'hello' as never }, { onFailure: 'open' });
    const { chat, logger } = await running(up.url, { plugins: [confused] });
    expect((await chat()).status).toBe(200);
    expect(logger.texts('warn').join()).toContain('the plugin confused returned string from beforeRoute');
  });
});

describe('streams', () => {
  async function* louder(events: AsyncIterable<StreamEvent>): AsyncGenerator<StreamEvent> {
    for await (const event of events) yield event.withTexts(({ text }) => text.toUpperCase());
  }
  const wrap = (make: (events: AsyncIterable<StreamEvent>) => AsyncIterable<StreamEvent>) => (context: ResponseContext) => {
    const { response } = context;
    return response.body.kind === 'stream'
      ? { ...response, body: { kind: 'stream' as const, events: make(response.body.events) } }
      : undefined;
  };

  it('go through untouched when nobody wraps them', async () => {
    const up = await upstream(answerStream('one ', 'two'));
    const { chat } = await running(up.url);
    const { text } = await chat({ stream: true });
    expect(text).toContain(chunk('one ') + chunk('two'));
  });

  it('are wrapped by returning a response with other events', async () => {
    const up = await upstream(answerStream('one ', 'two'));
    const { chat } = await running(up.url, { plugins: [plugin('loud', { afterResponse: wrap(louder) })] });
    const { text } = await chat({ stream: true });
    expect(text).toContain(chunk('ONE ') + chunk('TWO'));
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('are wrapped by several plugins, the last of the list nearest to the upstream', async () => {
    const marking = (mark: string) =>
      plugin(mark, {
        afterResponse: wrap(async function* (events) {
          for await (const event of events) yield event.withTexts(({ text }) => (text === '' ? text : `${mark}(${text})`));
        }),
      });
    const up = await upstream(answerStream('x'));
    const { chat } = await running(up.url, { plugins: [marking('a'), marking('b')] });
    expect((await chat({ stream: true })).text).toContain('a(b(x))');
  });

  it('after the first event fail inside the stream, and settle as failed', async () => {
    const watcher = watching();
    const failing = plugin('failing', {
      afterResponse: wrap(async function* (events) {
        for await (const event of events) {
          yield event;
          throw new Error('private detail');
        }
      }),
    });
    const up = await upstream(answerStream('one ', 'two'));
    const { chat, logger } = await running(up.url, { plugins: [watcher.plugin, failing] });
    const answer = await chat({ stream: true });
    expect(answer).toMatchObject({ status: 200, broken: true });
    expect(answer.text).toContain(chunk('one '));
    expect(answer.text).toContain('GW_HOOK_FAILED');
    expect(answer.text).not.toMatch(/private detail|two|\[DONE\]/);
    expect(await watcher.first).toMatchObject({ outcome: 'failed', status: 200, error: 'GW_HOOK_FAILED', streamed: true });
    expect(watcher.settlements).toHaveLength(1);
    expect(logger.texts('error').join()).toContain('private detail');
  });

  it('before the first event fail with a proper status', async () => {
    const watcher = watching();
    const refusing = plugin('refusing', {
      // biome-ignore lint/correctness/useYield: it refuses before its first event.
      afterResponse: wrap(async function* () {
        throw refusal(451);
      }),
    });
    const up = await upstream(answerStream('one'));
    const { chat } = await running(up.url, { plugins: [watcher.plugin, refusing] });
    expect(await chat({ stream: true })).toMatchObject({ status: 451, broken: false, json: { error: { code: 'OFFICE_CLOSED' } } });
    expect(await watcher.first).toMatchObject({ status: 451, error: 'OFFICE_CLOSED', outcome: 'completed' });
  });

  it('that a plugin ends early are closed at the upstream', async () => {
    const gone = gate();
    const up = await upstream((_req, res) => {
      res.on('close', () => gone.open());
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('one') + chunk('two'));
    });
    const brief = plugin('brief', {
      afterResponse: wrap(async function* (events) {
        for await (const event of events) {
          yield event;
          return;
        }
      }),
    });
    const { chat } = await running(up.url, { plugins: [brief] });
    const { text } = await chat({ stream: true });
    expect(text).toContain('one');
    expect(text).not.toContain('two');
    await gone.opened;
  });
});

describe('settlement', () => {
  it('completed: once, with what is known of the exchange', async () => {
    const watcher = watching();
    const up = await upstream(answerWhole('hi'));
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const answer = await chat();
    await gateway.close();
    expect(watcher.settlements).toHaveLength(1);
    expect(watcher.settlements[0]).toMatchObject({
      id: answer.headers['x-request-id'],
      outcome: 'completed',
      method: 'POST',
      path: '/v1/chat/completions',
      dialect: 'openai-chat',
      model: 'chat',
      target: { id: 'up/m' },
      source: 'upstream',
      status: 200,
      streamed: false,
      usage: { input: 3, output: 2 },
      finishReason: 'stop',
      bytesOut: Buffer.byteLength(answer.text),
      attempts: [{ kind: 'first', outcome: 'completed', status: 200 }],
    });
  });

  it('failed: once, with the code', async () => {
    const watcher = watching();
    const up = await upstream((_req, res) => res.writeHead(500).end());
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    expect((await chat()).status).toBe(502);
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'failed', status: 502, error: 'GW_UPSTREAM_ERROR' }]);
    expect(watcher.settlements[0]?.attempts).toMatchObject([{ outcome: 'failed', status: 500 }]);
  });

  it.each([true, false])('aborted by the client (stream: %s): once, and the upstream is closed', async (stream) => {
    const watcher = watching();
    const asked = gate();
    const gone = gate();
    const up = await upstream((_req, res) => {
      res.on('close', () => gone.open());
      if (stream) res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk('one'));
      asked.open();
    });
    const { chat, gateway } = await running(up.url, { plugins: [watcher.plugin] });
    const leaving = new AbortController();
    const answer = chat({ stream }, { signal: leaving.signal }).catch(() => undefined);
    await asked.opened;
    await sleep(stream ? 30 : 0);
    leaving.abort();
    await Promise.all([answer, gone.opened]);
    await gateway.close();
    expect(watcher.settlements).toMatchObject([{ outcome: 'aborted', status: stream ? 200 : 499, error: 'GW_CLIENT_CLOSED' }]);
    expect(watcher.settlements[0]?.attempts).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('is heard by listeners of every hook', async () => {
    const heard: string[] = [];
    const up = await upstream();
    const everywhere = plugin('everywhere', {
      onRequest: (context) => context.onSettled(() => void heard.push('onRequest')),
      beforeRoute: (context) => context.onSettled(() => void heard.push('beforeRoute')),
      attempt: ({ exchange }) => exchange.onSettled(() => void heard.push('attempt')),
      afterResponse: (context) => context.onSettled(() => void heard.push('afterResponse')),
    });
    const { chat, gateway } = await running(up.url, { plugins: [everywhere] });
    await chat();
    await gateway.close();
    expect(heard).toEqual(['onRequest', 'beforeRoute', 'attempt', 'afterResponse']);
  });

  it('is told at once to who registers late', async () => {
    const up = await upstream();
    const kept: RequestContext[] = [];
    const { chat, gateway } = await running(up.url, { plugins: [plugin('keeping', { onRequest: (context) => void kept.push(context) })] });
    await chat();
    await gateway.close();
    const late: Settlement[] = [];
    kept[0]?.onSettled((settlement) => void late.push(settlement));
    expect(late).toMatchObject([{ outcome: 'completed' }]);
  });

  it('is told to every listener, although one throws and one rejects; both are logged', async () => {
    const heard: string[] = [];
    const up = await upstream();
    const careless = plugin('careless', {
      onRequest(context) {
        context.onSettled(() => {
          throw new Error('thrown here');
        });
        context.onSettled(() => Promise.reject(new Error('rejected here')));
        context.onSettled(() => void heard.push('third'));
      },
    });
    const { chat, gateway, logger } = await running(up.url, { plugins: [careless] });
    expect((await chat()).status).toBe(200);
    await gateway.close();
    expect(heard).toEqual(['third']);
    expect(logger.texts('error').join()).toMatch(/thrown here.*rejected here/s);
  });

  it('comes after the answer; close() waits for its listeners, and disposes after them', async () => {
    const notes: string[] = [];
    const up = await upstream();
    const slow = plugin('slow', {
      onRequest: (context) =>
        context.onSettled(async () => {
          await sleep(40);
          notes.push('listener done');
        }),
      dispose: () => void notes.push('disposed'),
    });
    const { chat, gateway } = await running(up.url, { plugins: [slow] });
    await chat();
    await gateway.close();
    expect(notes).toEqual(['listener done', 'disposed']);
  });
});

describe('a hook that computes', () => {
  it('F-55: for long is named in the log and in a signal, with how long it held up the process', async () => {
    const up = await upstream();
    const told: SignalMap['plugin-blocked'][] = [];
    const computing = definePlugin({
      name: 'computing',
      requires: [Signals],
      create: (_, { signals }) => {
        signals.on('plugin-blocked', (event) => void told.push(event));
        return {
          beforeRoute() {
            for (const until = performance.now() + 150; performance.now() < until; );
          },
        };
      },
    });
    const { chat, logger } = await running(up.url, { plugins: [plugin('quick', { beforeRoute: () => {} }), computing()] });
    expect((await chat()).status).toBe(200);
    expect(told).toMatchObject([{ plugin: 'computing', hook: 'beforeRoute' }]);
    expect(told[0]?.ms).toBeGreaterThanOrEqual(150);
    expect(logger.texts('warn')).toEqual([expect.stringContaining('The plugin computing held up the whole process for ')]);
  });
});

describe('what a plugin gets to see of the call', () => {
  it('F-56: cannot be changed under the eyes of the next plugin', async () => {
    const up = await upstream();
    const failures: unknown[] = [];
    const seen: unknown[] = [];
    const meddling = plugin('meddling', {
      beforeRoute({ call }) {
        try {
          (call.body as { model: string }).model = 'another';
        } catch (error) {
          failures.push(error);
        }
      },
    });
    const { chat } = await running(up.url, {
      plugins: [meddling, plugin('next', { beforeRoute: ({ call }) => void seen.push(call.body.model) })],
    });
    expect((await chat()).status).toBe(200);
    expect(failures).toEqual([expect.any(TypeError)]);
    expect(seen).toEqual(['chat']);
  });
});
