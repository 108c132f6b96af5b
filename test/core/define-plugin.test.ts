import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin, type PluginHooks, PluginOptions } from '../../core/src/define-plugin.ts';
import { GatewayConfigError } from '../../core/src/errors.ts';
import { Clock, inject, principal, slot, z } from '../../core/src/plugin.ts';
import { buildPlugins } from '../../core/src/plugin-loader.ts';
import { provide, ServiceContainer } from '../../core/src/services/container.ts';
import { manualClock } from './harness/manual-clock.ts';

function thrown(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
}

describe('definePlugin', () => {
  it('gives a factory of frozen registrations, with defaults for what was left out', () => {
    const bare = definePlugin({ name: 'bare', create: () => ({}) })();
    expect(bare).toMatchObject({ kind: 'plugin', name: 'bare', options: undefined, onFailure: 'closed', timeoutMs: 10_000, opaque: false });
    expect([bare.requires, bare.provides, bare.after, bare.before]).toEqual([[], [], [], []]);
    expect(Object.isFrozen(bare)).toBe(true);
  });

  it('keeps what was declared', () => {
    const mine = slot<number>('mine');
    const full = definePlugin({
      name: 'full',
      requires: [Clock, principal],
      provides: [mine],
      after: ['a'],
      before: ['b'],
      onFailure: 'open',
      timeoutMs: 5,
      opaque: true,
      create: () => ({}),
    })();
    expect(full).toMatchObject({
      requires: [Clock, principal],
      provides: [mine],
      after: ['a'],
      before: ['b'],
      onFailure: 'open',
      timeoutMs: 5,
      opaque: true,
    });
  });

  it.each([
    [{ name: '' }, /^definePlugin: name: expected lower-case letters.*received ""$/],
    [{ name: 'My Plugin' }, /name: expected/],
    [{ name: undefined }, /received nothing$/],
    [{ timeoutMs: 0 }, /timeoutMs of it: expected whole milliseconds from 1 to 2147483647, received 0$/],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, /received Infinity$/],
    [{ timeoutMs: '10s' }, /received "10s"$/],
    [{ onFailure: 'opne' }, /onFailure of it: expected "open" or "closed", received "opne"$/],
    [{ opaque: 'yes' }, /opaque of it: expected true or false, received "yes"$/],
    [{ after: 'auth' }, /after of it: expected a list, each member the name of a plugin, received "auth"$/],
    [{ before: { 0: 'auth' } }, /before of it: expected a list, each member the name of a plugin, received an object$/],
    [{ after: ['auth', 'My Plugin'] }, /after\[1\] of it: expected the name of a plugin, received "My Plugin"$/],
    [{ requires: [Clock, undefined] }, /requires\[1\] of it: expected a service or a slot \(.*import circle.*\), received nothing$/],
    [{ requires: Clock }, /requires of it: expected a list, each member a service or a slot .*, received an object$/],
    [{ requires: ['clock'] }, /requires\[0\] of it: .*received "clock"$/],
    [{ provides: ['principal'] }, /provides\[0\] of it: expected a slot .*, received "principal"$/],
    [{ provides: [Clock] }, /provides\[0\] of it: expected a slot .*, received an object$/],
    [{ provides: [undefined] }, /provides\[0\] of it: expected a slot \(.*import circle.*\), received nothing$/],
    [{ create: {} }, /create of it: expected a function, received an object$/],
    [{ class: undefined }, /class of it: expected a function, received nothing$/],
  ])('%j is refused when the plugin is declared', (wrong, message) => {
    const { message: said } = thrown(() => definePlugin({ name: 'it', create: () => ({}), ...wrong } as never));
    expect(said).toMatch(message);
  });
});

describe('an authenticator', () => {
  const authenticator = (onFailure?: 'open' | 'closed') =>
    definePlugin({ name: 'keys', provides: [principal], ...(onFailure && { onFailure }), create: () => ({}) })();

  it('never fails open: that is refused when it is declared, and the message says why', () => {
    const { message } = thrown(() => authenticator('open'));
    expect(message).toBe(
      'definePlugin: onFailure of keys: expected "closed", for it provides principal: when it fails, nobody is let in, received "open"',
    );
  });

  it('fails closed, whether it says so or not', () => {
    expect([authenticator().onFailure, authenticator('closed').onFailure]).toEqual(['closed', 'closed']);
  });
});

describe('options', () => {
  const schema = z.strictObject({
    header: z.string().default('x-hello'),
    windowMs: z.int().positive(),
    apiKey: z.string().min(30).optional(),
  });
  const greeting = definePlugin({ name: 'greeting', options: schema, create: () => ({}) });

  it('are checked when the plugin is called, and completed', () => {
    expect(greeting({ windowMs: 5 }).options).toEqual({ header: 'x-hello', windowMs: 5 });
  });

  it('may be left out when the schema takes an empty object', () => {
    const easy = definePlugin({ name: 'easy', options: z.strictObject({ a: z.number().default(1) }), create: () => ({}) });
    expect(easy().options).toEqual({ a: 1 });
  });

  it('that are wrong name the plugin, the path, what was received and what is expected, all at once', () => {
    const error = thrown(() => greeting({ windowMs: '1s', header: 5, windowMS: 1 } as never)) as GatewayConfigError;
    expect(error).toBeInstanceOf(GatewayConfigError);
    expect(error.message).toMatch(/^The plugin greeting cannot be used like this:\n/);
    expect(error.problems).toEqual([
      { path: 'options.header', expected: 'a string', received: '5' },
      { path: 'options.windowMs', expected: 'a number', received: '"1s"' },
      { path: 'options.windowMS', expected: 'no such key (did you mean windowMs?)', received: '1' },
    ]);
  });

  it('that are secrets are not echoed', () => {
    const { message } = thrown(() => greeting({ windowMs: 1, apiKey: 'sk-short' }));
    expect(message).toContain('options.apiKey: expected at least 30 characters, received a string of 8 characters');
    expect(message).not.toContain('sk-short');
  });

  it('are refused by a plugin that takes none', () => {
    const none = definePlugin({ name: 'none', create: () => ({}) }) as (options?: unknown) => GatewayPlugin;
    expect((thrown(() => none({ a: 1 })) as GatewayConfigError).problems).toEqual([
      { path: 'options', expected: 'nothing', received: 'an object' },
    ]);
  });

  it('are refused when they are no object at all', () => {
    expect((thrown(() => greeting('x' as never)) as GatewayConfigError).problems).toEqual([
      { path: 'options', expected: 'an object', received: '"x"' },
    ]);
  });
});

describe('building', () => {
  const clock = manualClock(42);
  const services = new ServiceContainer([provide(Clock, clock)]);
  const build = (plugin: GatewayPlugin): PluginHooks => (buildPlugins([plugin], services)[0] as { hooks: PluginHooks }).hooks;

  it('hands create its options and the services it requires, by their keys, slots not among them', () => {
    const got: unknown[] = [];
    const asking = definePlugin({
      name: 'asking',
      options: z.strictObject({ a: z.number() }),
      requires: [Clock, principal],
      create: (options, needed) => {
        got.push(options, needed);
        return {};
      },
    });
    build(asking({ a: 1 }));
    expect(got).toEqual([{ a: 1 }, { clock }]);
  });

  it('makes a class with what its constructor asks for, without decorators', () => {
    class Greeter implements PluginHooks {
      readonly #clock: Clock;
      readonly #options: { readonly greeting: string };
      constructor(owned: Clock, options: { readonly greeting: string }) {
        this.#clock = owned;
        this.#options = options;
      }
      explain(): string {
        return `${this.#options.greeting} at ${this.#clock.now()}`;
      }
    }
    inject(Clock.symbol)(Greeter, undefined, 0);
    inject(PluginOptions.symbol)(Greeter, undefined, 1);
    const greeter = definePlugin({ name: 'greeter', options: z.strictObject({ greeting: z.string() }), requires: [Clock], class: Greeter });
    const first = build(greeter({ greeting: 'Hello' }));
    const second = build(greeter({ greeting: 'Bye' }));
    expect(first.explain?.({ dialect: 'd', model: undefined })).toBe('Hello at 42');
    expect(second.explain?.({ dialect: 'd', model: undefined })).toBe('Bye at 42');
    expect(first).toBeInstanceOf(Greeter);
  });

  it('keeps state apart: the same registration built twice has two of everything', () => {
    const counting = definePlugin({
      name: 'counting',
      create: () => {
        let count = 0;
        return { explain: () => String(++count) };
      },
    })();
    const asked = { dialect: 'd', model: undefined };
    const [one, other] = [build(counting), build(counting)];
    one.explain?.(asked);
    expect([one.explain?.(asked), other.explain?.(asked)]).toEqual(['2', '1']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no such file');
      },
      /The plugin unlucky could not be built: no such file/,
    ],
    ['returns nothing', () => undefined, /expected create to return hooks, received a value of type undefined/],
    ['returns null', () => null, /received null/],
    ['is asynchronous', async () => ({}), /received a promise \(wait in start\(\) instead\)/],
  ])('names the plugin whose create %s', (_what, create, message) => {
    expect(thrown(() => build(definePlugin({ name: 'unlucky', create: create as never })())).message).toMatch(message);
  });

  const problemsOf = (create: () => unknown) => {
    const error = thrown(() => build(definePlugin({ name: 'unlucky', create: create as never })())) as GatewayConfigError;
    expect(error).toBeInstanceOf(GatewayConfigError);
    expect(error.message).toMatch(/^The plugin unlucky could not be built:\n/);
    return error.problems;
  };

  it('refuses a misspelt hook, which would never run, with the name that was meant', () => {
    expect(problemsOf(() => ({ onRequets() {}, beforRoute() {}, AfterResponse() {} }))).toEqual([
      { path: 'onRequets', expected: 'no such hook (did you mean onRequest?)', received: 'a function' },
      { path: 'beforRoute', expected: 'no such hook (did you mean beforeRoute?)', received: 'a function' },
      { path: 'AfterResponse', expected: 'no such hook (did you mean afterResponse?)', received: 'a function' },
    ]);
  });

  it('refuses what is near to no hook with the hooks there are', () => {
    const there = 'onRequest, beforeRoute, afterResponse, attempt, start, dispose, explain';
    expect(problemsOf(() => ({ beforeRequest() {}, limit: 5 }))).toEqual([
      { path: 'beforeRequest', expected: `no such hook (there are: ${there})`, received: 'a function' },
      { path: 'limit', expected: `no such hook (there are: ${there})`, received: '5' },
    ]);
  });

  it.each(['onRequest', 'beforeRoute', 'afterResponse', 'attempt', 'start', 'dispose', 'explain'])(
    'refuses %s where it is no function, and takes it where it is undefined',
    (name) => {
      expect(problemsOf(() => ({ [name]: 'yes' }))).toEqual([{ path: name, expected: 'a function', received: '"yes"' }]);
      expect(build(definePlugin({ name: 'it', create: () => ({ [name]: undefined }) })())).toEqual({ [name]: undefined });
    },
  );

  it('takes methods and fields of a class’s own, but none that looks like a hook', () => {
    class Base {
      readonly attempts: string[] = [];
      onRequets(): void {}
      count(): number {
        return 1;
      }
    }
    class Derived extends Base {
      readonly onFailure = 'closed';
      get started(): boolean {
        throw new Error('nobody asks');
      }
    }
    expect(problemsOf(() => new Derived()).map(({ path, expected }) => [path, expected])).toEqual([
      ['onRequets', 'no such hook (did you mean onRequest?)'],
    ]);
    class Good {
      readonly attempts: string[] = [];
      onRequest(): void {}
      count(): number {
        return 1;
      }
    }
    expect(build(definePlugin({ name: 'good', class: Good })())).toBeInstanceOf(Good);
  });

  it('names the plugin whose class asks for something that is not there', () => {
    class Needy {}
    inject(Symbol.for('nobody-has-it'))(Needy, undefined, 0);
    expect(thrown(() => build(definePlugin({ name: 'needy', class: Needy as never })())).message).toMatch(
      /^The plugin needy could not be built: /,
    );
  });
});
