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
    expect(bare).toMatchObject({ kind: 'plugin', name: 'bare', options: undefined, onFailure: 'closed', timeoutMs: 10_000 });
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
      create: () => ({}),
    })();
    expect(full).toMatchObject({
      requires: [Clock, principal],
      provides: [mine],
      after: ['a'],
      before: ['b'],
      onFailure: 'open',
      timeoutMs: 5,
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
  ])('%j is refused when the plugin is declared', (wrong, message) => {
    const { message: said } = thrown(() => definePlugin({ name: 'it', create: () => ({}), ...wrong } as never));
    expect(said).toMatch(message);
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

  it('names the plugin whose class asks for something that is not there', () => {
    class Needy {}
    inject(Symbol.for('nobody-has-it'))(Needy, undefined, 0);
    expect(thrown(() => build(definePlugin({ name: 'needy', class: Needy as never })())).message).toMatch(
      /^The plugin needy could not be built: /,
    );
  });
});
