import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../core/src/providers/provider.ts';
import type { Clock } from '../../../core/src/services/clock.ts';
import { CredentialPool } from '../../../core/src/upstream/credentials.ts';

/** A clock that stands still until it is moved. */
function stopped(): Clock & { pass(ms: number): void } {
  let time = 1_000;
  return {
    now: () => Number.NaN, // a wall clock may jump: nobody may ask it
    monotonic: () => time,
    after: () => {
      throw new Error('a timer was set');
    },
    pass: (ms) => {
      time += ms;
    },
  };
}

const named = (name: string): Credential => ({ name, headers: [] });

function pool(...names: string[]): {
  readonly pool: CredentialPool;
  readonly clock: ReturnType<typeof stopped>;
  readonly all: Credential[];
  next(exclude?: ReadonlySet<Credential>): string;
} {
  const clock = stopped();
  const all = names.map(named);
  const made = new CredentialPool(all, clock);
  return { pool: made, clock, all, next: (exclude) => made.pick(exclude).name };
}

describe('a credential pool', () => {
  it('is not made of nothing', () => {
    expect(() => new CredentialPool([], stopped())).toThrow('CredentialPool: expected at least one credential');
  });

  it('gives its credentials in turn', () => {
    const { next } = pool('a', 'b', 'c');
    expect([next(), next(), next(), next()]).toEqual(['a', 'b', 'c', 'a']);
  });

  it('leaves out one that rests until it is back', () => {
    const { pool: made, clock, all, next } = pool('a', 'b', 'c');
    made.rest(all[1] as Credential, 100);
    expect([next(), next(), next()]).toEqual(['a', 'c', 'a']);
    clock.pass(99);
    expect([next(), next()]).toEqual(['c', 'a']);
    clock.pass(1);
    expect([next(), next(), next()]).toEqual(['b', 'c', 'a']);
  });

  it('gives the one that is back first when all rest', () => {
    const { pool: made, all, next } = pool('a', 'b', 'c');
    for (const [at, ms] of [300, 100, 200].entries()) made.rest(all[at] as Credential, ms);
    expect([next(), next()]).toEqual(['b', 'b']);
    expect(next(new Set([all[1] as Credential]))).toBe('c');
  });

  it('never takes away the only one', () => {
    const { pool: made, all, next } = pool('a');
    made.rest(all[0] as Credential, 60_000);
    expect(next()).toBe('a');
    expect(next(new Set(all))).toBe('a');
  });

  it('leaves out what was tried already, and gives any when all were', () => {
    const { all, next } = pool('a', 'b');
    expect(next(new Set([all[0] as Credential]))).toBe('b');
    expect(['a', 'b']).toContain(next(new Set(all)));
  });

  it('does not cut a rest short: a limit of a second says nothing of a refusal for a minute', () => {
    const { pool: made, clock, all, next } = pool('a', 'b');
    made.rest(all[0] as Credential, 60_000);
    made.rest(all[0] as Credential, 1_000);
    clock.pass(2_000);
    expect([next(), next()]).toEqual(['b', 'b']);
  });

  it.each([Number.NaN, 0, -1])('takes a rest of %d ms for none', (ms) => {
    const { pool: made, all, next } = pool('a', 'b');
    made.rest(all[0] as Credential, ms);
    expect(next()).toBe('a');
  });

  it('knows its credentials by name, and rests no others', () => {
    const { pool: made, all, next } = pool('a', 'b');
    expect(made.size).toBe(2);
    expect(made.byName('b')).toBe(all[1]);
    expect(made.byName('c')).toBeUndefined();
    made.rest(named('a'), 1_000); // another of the same name
    expect(next()).toBe('a');
  });

  it('is fair to those that are there: none is given twice more than another', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.uniqueArray(fc.integer({ min: 0, max: 4 })), fc.nat(60), (size, resting, picks) => {
        const { pool: made, all, next } = pool(...names.slice(0, size));
        for (const at of resting) if (at < size) made.rest(all[at] as Credential, 1_000);
        const rests = new Set(resting.filter((at) => at < size).map((at) => names[at]));
        fc.pre(rests.size < size);
        const counts = new Map(names.slice(0, size).map((name) => [name, 0]));
        for (let pick = 0; pick < picks; pick += 1) {
          const name = next();
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
        const awake = [...counts].filter(([name]) => !rests.has(name)).map(([, count]) => count);
        expect([...rests].map((name) => counts.get(name as string))).toEqual([...rests].map(() => 0));
        expect(Math.max(...awake) - Math.min(...awake)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('whatever happens, gives one of its own, and one that is neither tried nor resting while there is one', () => {
    const step = fc.oneof(
      fc.record({ rest: fc.nat(3), ms: fc.nat(500) }),
      fc.record({ pass: fc.nat(500) }),
      fc.record({ pick: fc.uniqueArray(fc.nat(3)) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step), (size, steps) => {
        const { pool: made, clock, all } = pool(...['a', 'b', 'c', 'd'].slice(0, size));
        const backAt = new Map<Credential, number>();
        for (const one of steps) {
          if ('pass' in one) clock.pass(one.pass);
          else if ('rest' in one) {
            const credential = all[one.rest % size] as Credential;
            made.rest(credential, one.ms);
            if (one.ms > 0) backAt.set(credential, Math.max(backAt.get(credential) ?? 0, clock.monotonic() + one.ms));
          } else {
            const exclude = new Set(one.pick.flatMap((at) => all[at] ?? []));
            const picked = made.pick(exclude);
            expect(all).toContain(picked);
            const awake = (credential: Credential): boolean => (backAt.get(credential) ?? 0) <= clock.monotonic();
            const free = all.filter((credential) => !exclude.has(credential));
            if (free.some(awake)) expect(free.filter(awake)).toContain(picked);
            else if (free.length > 0) expect(backAt.get(picked)).toBe(Math.min(...free.map((one) => backAt.get(one) ?? 0)));
          }
        }
      }),
    );
  });
});
