import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resilienceSchema } from '../../../core/src/resilience/settings.ts';
import { settingsOf } from './made-states.ts';

describe('resilienceSchema', () => {
  it('has everything on', () => {
    expect(resilienceSchema.parse({})).toEqual({
      retries: 2,
      backoff: { baseMs: 500, capMs: 8_000, toldCapMs: 10_000 },
      firstTokenMs: 10_000,
      silenceMs: 10_000,
      recovery: 'resume',
      hedge: false,
      breaker: { consecutive: 3, ratio: 0.5, calls: 20, windowMs: 10_000, probeMs: 10_000 },
      concurrency: 'adaptive',
      queueMs: 5_000,
      queueLength: 100,
      aliases: {},
      targets: {},
    });
  });

  it.each([
    ['a key of nobody', { retry: 3 }],
    ['a key of nobody in an alias', { aliases: { chat: { retry: 3 } } }],
    ["a target's setting in an alias", { aliases: { chat: { concurrency: 3 } } }],
    ['retries without end', { retries: 6 }],
    ['retries below none', { retries: -1 }],
    ['a limit of no time', { firstTokenMs: 0 }],
    ['a time that no timer can take', { silenceMs: 2 ** 31 }],
    ['a share of more than all', { hedge: { share: 1.1 } }],
    ['hedges that are merely on', { hedge: true }],
    ['a breaker that is merely on', { breaker: true }],
    ['a breaker at no failure', { breaker: { consecutive: 0 } }],
    ['no place at all', { concurrency: 0 }],
    ['half a place', { targets: { 'a/b': { concurrency: 0.5 } } }],
  ])('refuses %s', (_what, config) => {
    expect(resilienceSchema.safeParse(config).success).toBe(false);
  });

  it('fills in what was left out of a part', () => {
    const { hedge, breaker, backoff } = resilienceSchema.parse({ hedge: {}, breaker: { consecutive: 5 }, backoff: { baseMs: 1 } });
    expect(hedge).toEqual({ share: 0.05, minMs: 500 });
    expect(breaker).toMatchObject({ consecutive: 5, ratio: 0.5, probeMs: 10_000 });
    expect(backoff).toEqual({ baseMs: 1, capMs: 8_000, toldCapMs: 10_000 });
  });
});

describe('Settings', () => {
  const settings = settingsOf({
    retries: 1,
    queueMs: 7,
    aliases: { chat: { retries: 3, silenceMs: 5 } },
    targets: { 'a/b': { retries: 4, concurrency: 2, silenceMs: undefined } },
  });

  it("takes a target's before an alias's, and that before the gateway's", () => {
    expect(settings.call('chat', 'a/b')).toMatchObject({ retries: 4, silenceMs: 5 });
    expect(settings.call('chat', 'other/m')).toMatchObject({ retries: 3, silenceMs: 5 });
    expect(settings.call('a/b', 'a/b')).toMatchObject({ retries: 4, silenceMs: 10_000 });
    expect(settings.call('other', 'other/m')).toMatchObject({ retries: 1, silenceMs: 10_000 });
    expect(settings.target('a/b')).toMatchObject({ concurrency: 2, queueMs: 7 });
    expect(settings.target('other/m')).toMatchObject({ concurrency: 'adaptive', queueMs: 7 });
  });

  it('is not led astray by names that clients make up', () => {
    for (const name of ['constructor', '__proto__', 'toString', ''])
      expect([settings.call(name, name).retries, settings.target(name).queueMs]).toEqual([1, 7]);
    fc.assert(
      fc.property(fc.string(), fc.string(), (model, target) => {
        expect(settings.call(model, target).retries).toBeTypeOf('number');
        expect(settings.target(target).queueMs).toBe(7);
      }),
    );
  });

  it('gives the same object for the same names: nothing is put together for each call', () => {
    expect(settings.call('chat', 'a/b')).toBe(settings.call('chat', 'a/b'));
    expect(settings.call('x', 'y')).toBe(settings.call('z', 'z'));
  });
});
