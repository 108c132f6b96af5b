import { describe, expect, it, vi } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { inject, provide, provideFactory, ServiceContainer, type ServiceProvision } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { type Token, token } from '../../../core/src/services/token.ts';
import { running } from '../harness/loopback.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { type RecordingLogger, recordingLogger } from '../harness/recording-logger.ts';

leavesNothing();

interface Named {
  readonly name: string;
}

const First = token<Named>()('FirstOfContainerTest', 'first');
const Second = token<Named>()('SecondOfContainerTest', 'second');
const Third = token<Named>()('ThirdOfContainerTest', 'third');

/** A service that notes its end. */
function noting(name: string, ends: string[], end: 'close' | 'dispose' = 'close'): Named {
  return { name, [end]: () => void ends.push(name) };
}

function containerWith(...provisions: ServiceProvision[]): { container: ServiceContainer; logger: RecordingLogger } {
  const logger = recordingLogger();
  return { logger, container: new ServiceContainer([provide(Logger, logger), ...provisions]) };
}

describe('a service', () => {
  it('that was given is that very object', () => {
    const mine = { name: 'mine' };
    expect(containerWith(provide(First, mine)).container.get(First)).toBe(mine);
  });

  it('of a factory is made when it is first asked for, and once', () => {
    let made = 0;
    const factory = provideFactory(First, () => {
      made += 1;
      return { name: 'made' };
    });
    const { container } = containerWith(factory);
    expect(made).toBe(0);
    expect(container.get(First)).toBe(container.get(First));
    expect(made).toBe(1);
  });

  it('of a factory is made from other services', () => {
    const { container } = containerWith(
      provideFactory(Second, (get) => ({ name: `${get(First).name} and second` })),
      provide(First, { name: 'first' }),
    );
    expect(container.get(Second).name).toBe('first and second');
  });

  it('named twice is the one named last: so a team replaces a default, for other services too', () => {
    const { container } = containerWith(
      provideFactory(First, () => ({ name: 'default' })),
      provideFactory(Second, (get) => ({ name: `second of ${get(First).name}` })),
      provide(First, { name: 'the team’s own' }),
    );
    expect(container.get(First).name).toBe('the team’s own');
    expect(container.get(Second).name).toBe('second of the team’s own');
  });

  it('is known to be there or not, without being made', () => {
    const factory = vi.fn(() => ({ name: 'made' }));
    const { container } = containerWith(provideFactory(First, factory));
    expect(container.has(First)).toBe(true);
    expect(container.has(Second)).toBe(false);
    expect(factory).not.toHaveBeenCalled();
  });

  it('that nobody gave cannot be got', () => {
    expect(() => containerWith().container.get(First)).toThrow('FirstOfContainerTest');
  });

  it('whose factory throws is not half there: the next who asks gets a new try', () => {
    let tries = 0;
    const { container } = containerWith(
      provideFactory(First, () => {
        tries += 1;
        if (tries === 1) throw new Error('no database yet');
        return { name: 'made' };
      }),
    );
    expect(() => container.get(First)).toThrow('no database yet');
    expect(container.get(First).name).toBe('made');
  });

  it('that needs itself by way of another is refused, and the way is named', () => {
    const { container } = containerWith(
      provideFactory(First, (get) => get(Second)),
      provideFactory(Second, (get) => get(First)),
    );
    expect(() => container.get(First)).toThrow('FirstOfContainerTest -> SecondOfContainerTest -> FirstOfContainerTest');
  });

  it('is found by a token of another copy of the package', () => {
    const copy: Token<Named> = { kind: 'token', symbol: Symbol.for('@express-ai-gateway/FirstOfContainerTest'), name: 'x', key: 'x' };
    const mine = { name: 'mine' };
    expect(containerWith(provide(First, mine)).container.get(copy)).toBe(mine);
  });
});

describe('a service of the wrong shape', () => {
  const Mailer = token<{ send(): void; stop(): void }>()('MailerOfContainerTest', 'mailer', ['send', 'stop']);
  const adapter = 'a method (an object of another library, such as a logger of winston or pino, needs an adapter)';

  function problems(action: () => unknown): GatewayConfigError['problems'] {
    try {
      action();
    } catch (error) {
      if (error instanceof GatewayConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
  ])('that is %s is refused where it is given, with or without known methods', (service, received) => {
    for (const one of [Clock, First])
      expect(problems(() => provide(one as Token<unknown>, service))).toEqual([{ path: one.name, expected: 'a service', received }]);
  });

  it('is refused where it is given: each missing method is named, nothing else of it is told', () => {
    const half = { send: () => {}, stop: 'hunter2 '.repeat(4) };
    expect(problems(() => provide(Mailer, half as never))).toEqual([
      { path: 'MailerOfContainerTest.stop', expected: adapter, received: 'a string of 32 characters' },
    ]);
    expect(problems(() => provide(Mailer, 'smtp://' as never)).map(({ path }) => path)).toEqual([
      'MailerOfContainerTest.send',
      'MailerOfContainerTest.stop',
    ]);
  });

  it('as a logger of another library is told to need an adapter, not swallowed line by line', () => {
    const pinoLike = { info() {}, warn() {}, error() {} };
    const winstonLike = { log() {}, isLevelEnabled: () => true };
    const missing = (method: string) => ({ path: `Logger.${method}`, expected: adapter, received: 'nothing' });
    expect(problems(() => provide(Logger, pinoLike as never))).toEqual([missing('enabled'), missing('log')]);
    expect(problems(() => provide(Logger, winstonLike as never))).toEqual([missing('enabled')]);
  });

  it('is found by its methods wherever they are: in a class, or in a proxy', () => {
    class Sender {
      send(): void {}
      stop(): void {}
    }
    expect(problems(() => provide(Mailer, new Sender()))).toEqual([]);
    expect(problems(() => provide(Mailer, new Proxy(new Sender(), {})))).toEqual([]);
  });

  it.each([
    ['nothing', () => undefined],
    ['a promise', async () => ({ send() {}, stop() {} })],
  ])('of a factory that makes %s is refused when it is made', (_what, make) => {
    const { container } = containerWith(provideFactory(Mailer, make as never));
    expect(problems(() => container.get(Mailer)).map(({ path }) => path)).toEqual([
      'MailerOfContainerTest.send',
      'MailerOfContainerTest.stop',
    ]);
  });
});

describe('two gateways', () => {
  it('share nothing: the same provision makes a service for each', () => {
    const provision = provideFactory(First, () => ({ name: 'made' }));
    const [one, other] = [containerWith(provision).container, containerWith(provision).container];
    expect(one.get(First)).not.toBe(other.get(First));
  });

  it('do not see each other’s services', () => {
    containerWith(provide(Third, { name: 'of the first gateway' }));
    expect(containerWith().container.has(Third)).toBe(false);
  });
});

describe('closing', () => {
  it('closes what factories made, the last made first, and by either name', async () => {
    const ends: string[] = [];
    const { container } = containerWith(
      provideFactory(First, () => noting('first', ends)),
      provideFactory(Second, (get) => {
        get(First);
        return noting('second', ends, 'dispose');
      }),
      provideFactory(Third, () => noting('third', ends)),
    );
    container.get(Third);
    container.get(Second);
    await container.close();
    expect(ends).toEqual(['second', 'first', 'third']);
  });

  it('leaves what was given to its owner', async () => {
    const ends: string[] = [];
    const { container } = containerWith(provide(First, noting('given', ends)));
    container.get(First);
    await container.close();
    expect(ends).toEqual([]);
  });

  it('does not close what was never made, nor what was replaced before it was made', async () => {
    const ends: string[] = [];
    const { container } = containerWith(
      provideFactory(First, () => noting('replaced', ends)),
      provideFactory(Second, () => noting('never asked for', ends)),
      provideFactory(First, () => noting('made', ends)),
    );
    container.get(First);
    await container.close();
    expect(ends).toEqual(['made']);
  });

  it('waits for each before it closes the next', async () => {
    const ends: string[] = [];
    const slow = {
      name: 'slow',
      async close() {
        await new Promise((go) => setTimeout(go, 20));
        ends.push('slow');
      },
    };
    const { container } = containerWith(
      provideFactory(First, () => noting('first', ends)),
      provideFactory(Second, () => slow),
    );
    container.get(First);
    container.get(Second);
    await container.close();
    expect(ends).toEqual(['slow', 'first']);
  });

  it('happens once', async () => {
    const ends: string[] = [];
    const { container } = containerWith(provideFactory(First, () => noting('first', ends)));
    container.get(First);
    await container.close();
    await container.close();
    expect(ends).toEqual(['first']);
  });

  it.each(['throws', 'rejects'])('one that %s is named in the log and hinders no other', async (how) => {
    const ends: string[] = [];
    const broken = {
      name: 'broken',
      close() {
        const error = new Error('stuck');
        if (how === 'throws') throw error;
        return Promise.reject(error);
      },
    };
    const { container, logger } = containerWith(
      provideFactory(First, () => noting('first', ends)),
      provideFactory(Second, () => broken),
    );
    container.get(First);
    container.get(Second);
    await container.close();
    expect(ends).toEqual(['first']);
    expect(logger.texts('error').join()).toMatch(/The service SecondOfContainerTest failed to close\..*stuck/);
  });

  it('one that never closes is given up after ten seconds, by name, and the others are closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const ends: string[] = [];
      const { container, logger } = containerWith(
        provideFactory(First, () => noting('first', ends)),
        provideFactory(Second, () => ({ name: 'hanging', close: () => new Promise(() => {}) })),
      );
      container.get(First);
      container.get(Second);
      const closed = container.close();
      await vi.advanceTimersByTimeAsync(10_000);
      await closed;
      expect(ends).toEqual(['first']);
      expect(logger.texts('error').join()).toContain('The service SecondOfContainerTest failed to close.');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a logger that throws as well hinders nothing', async () => {
    const ends: string[] = [];
    const broken = () => {
      throw new Error('disk full');
    };
    const container = new ServiceContainer([
      provide(Logger, { enabled: broken, log: broken }),
      provideFactory(First, () => noting('first', ends)),
      provideFactory(Second, () => ({ name: 'broken', close: () => Promise.reject(new Error('stuck')) })),
    ]);
    container.get(First);
    container.get(Second);
    await container.close();
    expect(ends).toEqual(['first']);
  });

  it.each([undefined, null, 'text', 7, {}, { close: 'not a function' }])('%j needs no closing', async (service) => {
    const Odd = token<unknown>()('OddOfContainerTest', 'odd');
    const { container, logger } = containerWith(provideFactory(Odd, () => service));
    container.get(Odd);
    await container.close();
    expect(logger.lines).toEqual([]);
  });

  it('comes with the gateway’s own close, after its plugins; a given service stays open', async () => {
    const ends: string[] = [];
    const { definePlugin } = await import('../../../core/src/define-plugin.ts');
    const user = definePlugin({
      name: 'user',
      requires: [First, Second],
      create: () => ({ dispose: () => void ends.push('plugin') }),
    })();
    const { gateway } = await running('http://127.0.0.1:1', {
      plugins: [user],
      services: [provideFactory(First, () => noting('made', ends)), provide(Second, noting('given', ends))],
    });
    await gateway.ready();
    await gateway.close();
    expect(ends).toEqual(['plugin', 'made']);
  });
});

describe('constructing a class', () => {
  it('fills its parameters from services and from the value given, which nobody else sees', () => {
    const clock = manualClock();
    const Options = token<{ greeting: string }>()('OptionsOfContainerTest', 'options');
    class Greeter {
      readonly clock: Clock;
      readonly greeting: string;
      constructor(clock: Clock, options: { greeting: string }) {
        this.clock = clock;
        this.greeting = options.greeting;
      }
    }
    // What a decorator before each parameter does; type stripping knows none.
    inject(Clock.symbol)(Greeter, undefined, 0);
    inject(Options.symbol)(Greeter, undefined, 1);
    const { container } = containerWith(provide(Clock, clock));
    const greeter = container.construct(Greeter as new (...parameters: never[]) => Greeter, [[Options, { greeting: 'hello' }]]);
    expect(greeter).toBeInstanceOf(Greeter);
    expect(greeter.clock).toBe(clock);
    expect(greeter.greeting).toBe('hello');
    expect(container.has(Options)).toBe(false);
    const other = container.construct(Greeter as new (...parameters: never[]) => Greeter, [[Options, { greeting: 'good day' }]]);
    expect(other.greeting).toBe('good day');
  });
});
