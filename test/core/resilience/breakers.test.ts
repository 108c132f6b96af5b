import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breakers, type BreakersOptions } from '../../../core/src/resilience/breakers.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';

interface Made {
  readonly clock: ManualClock;
  readonly breakers: Breakers;
  readonly changes: string[];
  /** Opens the breaker of a target. */
  open(id: string): void;
}

function made(options: BreakersOptions = {}): Made {
  const clock = manualClock();
  const changes: string[] = [];
  const breakers = new Breakers(clock, options, ({ target, from, to }) => changes.push(`${target}: ${from} → ${to}`));
  const open = (id: string): void => {
    for (let time = 0; time < 3; time += 1) breakers.admit(id)?.failed();
  };
  return { clock, breakers, changes, open };
}

const targets = (...ids: string[]): { readonly id: string }[] => ids.map((id) => ({ id }));

/** The order as text: what stands behind the bar is a last resort. */
function ordered(breakers: Breakers, ...ids: string[]): string {
  const { targets: all, lastResortFrom } = breakers.order(targets(...ids));
  const names = all.map(({ id }) => id);
  return `${names.slice(0, lastResortFrom).join(' ')} | ${names.slice(lastResortFrom).join(' ')}`.trim();
}

/** Asks the targets as a fallback does; which one answered, and which were asked. */
function exchange(
  breakers: Breakers,
  ids: readonly string[],
  isUp: (id: string) => boolean,
): { answered: string | undefined; asked: string[] } {
  const asked: string[] = [];
  const { targets: all, lastResortFrom } = breakers.order(targets(...ids));
  for (const [at, { id }] of all.entries()) {
    const admission = breakers.admit(id, at >= lastResortFrom);
    if (admission === undefined) continue;
    asked.push(id);
    if (isUp(id)) {
      admission.succeeded();
      return { answered: id, asked };
    }
    admission.failed();
  }
  return { answered: undefined, asked };
}

describe('breakers', () => {
  it('keep the given order, and the very list, while all are well', () => {
    const { breakers } = made();
    const all = targets('a', 'b');
    breakers.admit('a')?.failed();
    expect(breakers.order(all)).toEqual({ targets: all, lastResortFrom: 2 });
    expect(breakers.order(all).targets).toBe(all);
  });

  it('put an open one last, and back in its place when its probe is due', () => {
    const { clock, breakers, open, changes } = made();
    open('a');
    expect(ordered(breakers, 'a', 'b', 'c')).toBe('b c | a');
    clock.advance(10_000);
    expect(ordered(breakers, 'a', 'b', 'c')).toBe('a b c |');
    breakers.admit('a');
    expect(ordered(breakers, 'a', 'b', 'c')).toBe('b c | a'); // while the probe is under way
    expect(changes).toEqual(['a: closed → open', 'a: open → half-open']);
  });

  it('ask of several that are open the one first whose probe is due first', () => {
    const { clock, breakers, open } = made();
    open('b');
    clock.advance(300);
    open('a');
    open('c');
    expect(ordered(breakers, 'a', 'b', 'c')).toBe('| b a c');
  });

  it('never eject the last: a lone target that is open is asked once a second, and says when', () => {
    const { clock, breakers } = made();
    const failing = (): number => exchange(breakers, ['a'], () => false).asked.length;
    expect([failing(), failing(), failing(), failing()]).toEqual([1, 1, 1, 0]);
    expect(breakers.retryInMs(targets('a'))).toBe(1_000);
    clock.advance(400);
    expect(breakers.retryInMs(targets('a'))).toBe(600);
    expect(failing()).toBe(0);
    clock.advance(600);
    expect(breakers.retryInMs(targets('a'))).toBe(0);
    expect([failing(), failing()]).toEqual([1, 0]);
    clock.advance(1_000);
    expect(exchange(breakers, ['a'], () => true).answered).toBe('a');
    expect(breakers.health()).toMatchObject([{ target: 'a', state: 'closed' }]);
  });

  it('tell callers of a lone target to retry soon while its probe is under way', () => {
    const { clock, breakers, open } = made();
    open('a');
    clock.advance(10_000);
    breakers.admit('a');
    expect(breakers.retryInMs(targets('a'))).toBe(1_000);
  });

  it('row 15: one request every 4 s through 60 s of outage are all answered, and the primary is back within an interval and a request', () => {
    const { clock, breakers } = made();
    let [askedDown, backAt] = [0, Number.NaN];
    for (let now = 0; now < 90_000; now += 4_000) {
      const { answered, asked } = exchange(breakers, ['primary', 'second'], (id) => id === 'second' || now >= 60_000);
      expect(answered).toBeDefined();
      if (now < 60_000 && asked.includes('primary')) askedDown += 1;
      if (now >= 60_000 && answered === 'primary' && Number.isNaN(backAt)) backAt = now;
      clock.advance(4_000);
    }
    expect(askedDown).toBeLessThanOrEqual(3 + 60_000 / 10_000);
    expect(backAt).toBeLessThanOrEqual(60_000 + 10_000 + 4_000);
  });

  it('reach an open one where every other failed', () => {
    const { clock, breakers, open } = made();
    open('a');
    clock.advance(1_000);
    expect(exchange(breakers, ['a', 'b'], (id) => id === 'a')).toEqual({ answered: 'a', asked: ['b', 'a'] });
  });

  it('ask others first while one cools, and it none the less', () => {
    const { clock, breakers, open } = made();
    breakers.cool('a', 2_000);
    expect(ordered(breakers, 'a', 'b')).toBe('b a |');
    expect(ordered(breakers, 'a')).toBe('a |');
    open('b');
    expect(ordered(breakers, 'a', 'b')).toBe('a | b');
    clock.advance(2_000);
    expect(ordered(breakers, 'a', 'c')).toBe('a c |');
  });

  it('let nobody cut a cooling short, lengthen it beyond a minute, or make it of nonsense', () => {
    const { breakers } = made();
    breakers.cool('a', 5_000);
    breakers.cool('a', 10);
    breakers.cool('b', 1e9);
    for (const ms of [0, -1, Number.NaN]) breakers.cool('c', ms);
    expect(breakers.health().map(({ target, coolingMs }) => [target, coolingMs])).toEqual([
      ['a', 5_000],
      ['b', 60_000],
    ]);
  });

  it('give a snapshot of plain data', () => {
    const { clock, breakers, open } = made();
    breakers.admit('a')?.succeeded();
    breakers.admit('a')?.failed();
    open('b');
    clock.advance(1_000);
    const health = breakers.health();
    expect(health).toEqual([
      { target: 'a', state: 'closed', calls: 2, failures: 1, probeInMs: 0, coolingMs: 0 },
      { target: 'b', state: 'open', calls: 0, failures: 0, probeInMs: 9_000, coolingMs: 0 },
    ]);
    expect(structuredClone(health)).toEqual(health);
  });

  it('remember so many targets and no more; what is open is forgotten last', () => {
    const { breakers, open } = made({ targets: 3 });
    open('a');
    for (let model = 0; model < 50; model += 1) breakers.admit(`named/by-client-${model}`)?.ignored();
    expect(breakers.size).toBe(3);
    expect(breakers.admit('a')).toBeUndefined();
    open('b');
    open('c');
    open('d');
    expect(breakers.health().map(({ target }) => target)).toEqual(['b', 'c', 'd']);
  });

  it('property: order is a permutation of what was given, and somebody is asked within a second', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('fail', 'succeed', 'cool', 'wait'), fc.nat(3_000)), {
      maxLength: 60,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (all) => {
        const { clock, breakers } = made();
        for (const [id, what, ms] of all) {
          if (what === 'wait') clock.advance(ms);
          else if (what === 'cool') breakers.cool(id, ms);
          else exchange(breakers, [id], () => what === 'succeed');
          const order = breakers.order(targets('a', 'b', 'c'));
          expect(order.targets.map((one) => one.id).sort()).toEqual(['a', 'b', 'c']);
        }
        expect(breakers.retryInMs(targets('a', 'b', 'c'))).toBeLessThanOrEqual(1_000);
        clock.advance(breakers.retryInMs(targets('a', 'b', 'c')));
        expect(exchange(breakers, ['a', 'b', 'c'], () => true).answered).toBeDefined();
      }),
    );
  });
});
