import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks, type PluginNeed } from '../../core/src/define-plugin.ts';
import { type ConfigProblem, GatewayConfigError } from '../../core/src/errors.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import { PluginLifecycle } from '../../core/src/plugin-loader.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { token } from '../../core/src/services/token.ts';
import { principal, type Slot, slot } from '../../core/src/slot.ts';
import { gate, running, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { recordingLogger } from './harness/recording-logger.ts';

leavesNothing();
afterEach(() => {
  vi.useRealTimers();
});

interface Shape {
  readonly after?: readonly string[];
  readonly before?: readonly string[];
  readonly requires?: readonly PluginNeed[];
  readonly provides?: readonly Slot<unknown>[];
}

function plugin(name: string, shape: Shape = {}, hooks: PluginHooks = {}): GatewayPlugin {
  return definePlugin({ name, ...shape, create: () => hooks })();
}

const providers = [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })];

function refused(plugins: readonly GatewayPlugin[], config: Partial<GatewayConfig> = { allowAnonymous: true }): readonly ConfigProblem[] {
  try {
    aiGateway({ providers, plugins, ...config });
  } catch (error) {
    if (error instanceof GatewayConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('constraints', () => {
  it('after: the message says which line to move, and where', () => {
    expect(refused([plugin('cache', { after: ['budget'] }), plugin('other'), plugin('budget')])).toEqual([
      { path: 'plugins[0] (cache)', expected: 'to stand after budget', received: 'before it; move it below plugins[2]' },
    ]);
  });

  it('before: the message says which line to move, and where', () => {
    expect(refused([plugin('budget'), plugin('redact', { before: ['budget'] })])).toEqual([
      { path: 'plugins[1] (redact)', expected: 'to stand before budget', received: 'after it; move it above plugins[0]' },
    ]);
  });

  it('hold for lists in the right order, and for plugins that are not listed', () => {
    const plugins = [plugin('a', { before: ['b', 'absent'] }), plugin('b', { after: ['a', 'absent'] })];
    expect(refused(plugins)).toEqual([]);
  });

  it('moving the named line where the message says heals the list', () => {
    const cache = plugin('cache', { after: ['budget'] });
    const budget = plugin('budget');
    expect(refused([cache, budget])).toHaveLength(1);
    expect(refused([budget, cache])).toEqual([]);
  });

  it('requires a slot: an earlier plugin must provide it', () => {
    const score = slot<number>('score');
    const reader = plugin('reader', { requires: [score] });
    const writer = plugin('writer', { provides: [score] });
    const problem = {
      path: 'plugins[0] (reader)',
      expected: 'an earlier plugin that provides score',
      received: 'none; list one above this line',
    };
    expect(refused([reader])).toEqual([problem]);
    expect(refused([reader, writer])).toEqual([problem]);
    expect(refused([writer, reader])).toEqual([]);
  });

  it('requires the principal: the anonymous one counts', () => {
    expect(refused([plugin('reader', { requires: [principal] })])).toEqual([]);
  });

  it('requires the principal: with an authenticator nobody is anonymous, so it must stand earlier', () => {
    const auth = plugin('auth', { provides: [principal] });
    const reader = plugin('reader', { requires: [principal] });
    for (const allowAnonymous of [true, false]) {
      expect(refused([reader, auth], { allowAnonymous })).toEqual([
        {
          path: 'plugins[0] (reader)',
          expected: 'an earlier plugin that provides principal',
          received: 'none; list one above this line',
        },
      ]);
      expect(refused([auth, reader], { allowAnonymous })).toEqual([]);
    }
  });

  it('refuse an authenticator that sets the slot of another copy of the package, where its word would not be heard', () => {
    const foreign = slot<unknown>('principal', { once: true });
    for (const allowAnonymous of [true, false])
      expect(refused([plugin('auth', { provides: [foreign] })], { allowAnonymous })).toEqual([
        {
          path: 'plugins[0] (auth)',
          expected: 'the slot principal of this package',
          received: 'another of that name (is @express-ai-gateway/core installed twice?)',
        },
      ]);
  });

  it('requires a service: the message says how to give it', () => {
    const Mailer = token<object>()('MailerOfLoaderTest', 'mailer');
    expect(refused([plugin('mails', { requires: [Mailer] })])).toEqual([
      {
        path: 'plugins[0] (mails)',
        expected: 'a service MailerOfLoaderTest',
        received: 'none; add provide(MailerOfLoaderTest, …) to services',
      },
    ]);
  });

  it('refuse the same plugin twice', () => {
    expect(refused([plugin('twin'), plugin('twin')])).toEqual([
      { path: 'plugins[1] (twin)', expected: 'each plugin once', received: 'the same plugin again (first at plugins[0])' },
    ]);
  });

  it('ask for an authenticator or allowAnonymous', () => {
    const [problem] = refused([plugin('a')], {});
    expect(problem).toMatchObject({ path: 'plugins', expected: 'an authentication plugin, or allowAnonymous: true' });
    expect(refused([plugin('auth', { provides: [principal] })], {})).toEqual([]);
  });

  it('are told all at once', () => {
    const paths = refused([plugin('a', { after: ['b'] }), plugin('b', { before: ['a'], requires: [slot('x')] })], {}).map(
      ({ path }) => path,
    );
    expect(paths).toEqual(['plugins[1] (b)', 'plugins[0] (a)', 'plugins[1] (b)', 'plugins']);
  });
});

describe('authentication', () => {
  it('with an authenticator nobody is anonymous, even when allowAnonymous is set', async () => {
    const seen: unknown[] = [];
    const up = await upstream();
    const auth = plugin(
      'auth',
      { provides: [principal] },
      { onRequest: (context) => context.set(principal, { id: 'alice', kind: 'user' }) },
    );
    const reader = plugin('reader', { requires: [principal] }, { beforeRoute: (context) => void seen.push(context.get(principal)?.id) });
    const { chat } = await running(up.url, { plugins: [auth, reader] });
    expect((await chat()).status).toBe(200);
    expect(seen).toEqual(['alice']);
  });
});

describe('hooks that cannot be', () => {
  it('are refused when the gateway is built, naming the plugin, what was received and what was meant', () => {
    const guard = plugin('guard', {}, { onRequets: () => {} } as PluginHooks);
    expect(() => aiGateway({ providers, plugins: [plugin('other'), guard], allowAnonymous: true })).toThrow(
      'The plugin guard could not be built:\n  onRequets: expected no such hook (did you mean onRequest?), received a function',
    );
  });
});

describe('start and dispose', () => {
  const noting = (name: string, notes: string[]): GatewayPlugin =>
    plugin(
      name,
      {},
      {
        async start() {
          notes.push(`${name} starts`);
          await sleep(2);
          notes.push(`${name} started`);
        },
        dispose: () => void notes.push(`${name} disposed`),
      },
    );

  it('start in list order, one at a time; dispose in reverse; both once', async () => {
    const notes: string[] = [];
    const { gateway } = await running('http://127.0.0.1:1', { plugins: [noting('a', notes), noting('b', notes)] });
    await Promise.all([gateway.ready(), gateway.ready()]);
    await Promise.all([gateway.close(), gateway.close()]);
    await gateway.close();
    expect(notes).toEqual(['a starts', 'a started', 'b starts', 'b started', 'b disposed', 'a disposed']);
  });

  it('dispose comes after the last settlement', async () => {
    const notes: string[] = [];
    const asked = gate();
    const answer = gate();
    const up = await upstream(async (_req, res) => {
      asked.open();
      await answer.opened;
      res.writeHead(500).end();
    });
    const noter = plugin(
      'noter',
      {},
      { onRequest: (context) => context.onSettled(() => void notes.push('settled')), dispose: () => void notes.push('disposed') },
    );
    const { gateway, chat } = await running(up.url, { plugins: [noter] });
    const pending = chat();
    await asked.opened;
    const closing = gateway.close();
    await sleep(20);
    expect(notes).toEqual([]);
    answer.open();
    await Promise.all([pending, closing]);
    expect(notes).toEqual(['settled', 'disposed']);
  });

  it('requests wait for ready()', async () => {
    const started = gate();
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [plugin('slow', {}, { start: () => started.opened })] });
    const pending = chat();
    expect(await Promise.race([pending, sleep(40, 'waits')])).toBe('waits');
    expect(up.bodies).toEqual([]);
    started.open();
    expect((await pending).status).toBe(200);
    await gateway.ready();
  });

  it.each(['throws', 'rejects'])('a start that %s answers 503 GW_NOT_READY; ready() and the log name the plugin', async (how) => {
    const notes: string[] = [];
    const up = await upstream();
    const broken = plugin(
      'broken',
      {},
      {
        start() {
          const error = new Error('no database at db.internal');
          if (how === 'throws') throw error;
          return Promise.reject(error);
        },
      },
    );
    const { chat, gateway, logger } = await running(up.url, { plugins: [noting('a', notes), broken, noting('c', notes)] });
    await expect(gateway.ready()).rejects.toThrow('The plugin broken failed to start: no database at db.internal');
    const answer = await chat();
    expect(answer).toMatchObject({ status: 503, json: { error: { code: 'GW_NOT_READY' } }, headers: { 'retry-after': '1' } });
    expect(answer.text).not.toContain('db.internal');
    expect(logger.texts('error').join()).toMatch(/The plugin broken failed to start.*no database at db\.internal/);
    await gateway.close();
    expect(notes).toEqual(['a starts', 'a started', 'a disposed']);
  });

  it('a dispose that fails is named in the log and hinders no other', async () => {
    const notes: string[] = [];
    const broken = plugin('broken', {}, { dispose: () => Promise.reject(new Error('stuck')) });
    const { gateway, logger } = await running('http://127.0.0.1:1', { plugins: [noting('a', notes), broken] });
    await gateway.ready();
    await gateway.close();
    expect(notes.at(-1)).toBe('a disposed');
    expect(logger.texts('error').join()).toMatch(/The plugin broken failed to dispose.*stuck/);
  });
});

describe('limits of time', () => {
  const loaded = (name: string, hooks: PluginHooks) => ({
    name,
    hooks,
    onFailure: 'closed' as const,
    timeoutMs: 10_000,
    authenticates: false,
  });
  const never = () => new Promise<void>(() => {});

  it('a start that never ends fails, by name, after ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const logger = recordingLogger();
    const lifecycle = new PluginLifecycle([loaded('hanging', { start: never })], logger);
    const failed = expect(lifecycle.start()).rejects.toThrow('The plugin hanging failed to start: not done within 10000 ms');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(logger.lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a dispose that never ends is given up, by name, and the others are disposed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const logger = recordingLogger();
    const disposed: string[] = [];
    const plugins = [loaded('first', { dispose: () => void disposed.push('first') }), loaded('hanging', { dispose: never })];
    const lifecycle = new PluginLifecycle(plugins, logger);
    await lifecycle.start();
    const done = lifecycle.dispose();
    await vi.advanceTimersByTimeAsync(10_000);
    await done;
    expect(disposed).toEqual(['first']);
    expect(logger.texts('error').join()).toContain('The plugin hanging failed to dispose.');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('start and dispose twice do their work once', async () => {
    const notes: string[] = [];
    const hooks = { start: () => void notes.push('start'), dispose: () => void notes.push('dispose') };
    const lifecycle = new PluginLifecycle([loaded('once', hooks)], recordingLogger());
    await lifecycle.start();
    await lifecycle.start();
    await Promise.all([lifecycle.dispose(), lifecycle.dispose()]);
    expect(notes).toEqual(['start', 'dispose']);
  });
});
