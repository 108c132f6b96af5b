import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CounterStore, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import type { Taken } from '../../../plugins/rate-limit/src/meter.ts';
import { type WindowMeterOptions, windowMeter } from '../../../plugins/rate-limit/src/window-meter.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

const windowMs = 1_000;

/** A meter over a store that a test can take away, and that writes down what its counters were. */
function built(options: Partial<WindowMeterOptions> = {}) {
  const clock = manualClock();
  const memory = memoryCounterStore(clock);
  const state = { away: false, asked: 0, lowest: 0, failures: 0 };
  const counters: CounterStore = {
    ...memory,
    async add(key, amount, ttlMs) {
      state.asked += 1;
      if (state.away) throw new Error('away');
      const result = await memory.add(key, amount, ttlMs);
      state.lowest = Math.min(state.lowest, result.value);
      return result;
    },
  };
  const failed = () => {
    state.failures += 1;
  };
  const meter = windowMeter({
    what: 'tokens',
    name: 'x',
    limit: 10,
    windowMs,
    returns: true,
    instances: 2,
    counters,
    spare: memoryCounterStore(clock),
    clock,
    failed,
    ...options,
  });
  const kinds = async (times: number, amount = 1) => {
    const all: string[] = [];
    for (let at = 0; at < times; at += 1) all.push((await meter.take('ann', amount)).kind);
    return all;
  };
  return { clock, meter, state, kinds };
}

describe('windowMeter', () => {
  it('refuses more than a window has at once, and counts nothing of it', async () => {
    const { meter, state } = built();
    for (const amount of [11, Number.MAX_SAFE_INTEGER, 1e300, Number.POSITIVE_INFINITY])
      expect(await meter.take('ann', amount)).toEqual({ kind: 'refused', reading: { limit: 10, remaining: 0, resetsInMs: windowMs } });
    expect([state.asked, state.failures]).toEqual([0, 0]);
    expect((await meter.take('ann', 10)).kind).toBe('taken');
  });

  it('what was refused used nothing: less may still fit', async () => {
    const { meter, kinds } = built();
    expect(await meter.take('ann', 8)).toMatchObject({ kind: 'taken', reading: { remaining: 2, resetsInMs: windowMs } });
    expect(await kinds(5, 3)).toEqual(Array.from({ length: 5 }, () => 'refused'));
    expect(await kinds(2, 2)).toEqual(['taken', 'refused']);
  });

  it('requests that nobody gives back are refused without asking the store again', async () => {
    const { kinds, state, clock } = built({ what: 'requests', limit: 2, returns: false });
    expect(await kinds(6)).toEqual(['taken', 'taken', 'refused', 'refused', 'refused', 'refused']);
    expect(state.asked).toBe(3);
    clock.advance(windowMs);
    expect(await kinds(1)).toEqual(['taken']);
  });

  it('requests that may be given back are free again then, even after a refusal', async () => {
    const { meter, kinds } = built({ what: 'requests', limit: 1 });
    const one = (await meter.take('ann', 1)) as Taken;
    expect(await kinds(3)).toEqual(['refused', 'refused', 'refused']);
    await one.giveBack();
    expect(await kinds(2)).toEqual(['taken', 'refused']);
  });

  it('a burst is let in once in ten windows, and refusals do not use it up', async () => {
    const { kinds, clock } = built({ what: 'requests', limit: 1, burst: 2 });
    expect(await kinds(50)).toEqual(['taken', 'taken', 'taken', ...Array.from({ length: 47 }, () => 'refused')]);
    for (let at = 1; at < 10; at += 1) {
      clock.advance(windowMs);
      expect(await kinds(3)).toEqual(['taken', 'refused', 'refused']);
    }
    clock.advance(windowMs);
    expect(await kinds(4)).toEqual(['taken', 'taken', 'taken', 'refused']);
  });

  it('what was estimated too low is taken after all, and no more than a window has, whatever is reported', async () => {
    const { meter, state, kinds, clock } = built();
    const one = (await meter.take('ann', 1)) as Taken;
    await one.change(Number.MAX_SAFE_INTEGER);
    await one.change(1e300);
    expect(state.failures).toBe(0);
    expect(await kinds(1)).toEqual(['refused']);
    clock.advance(windowMs);
    expect(await kinds(1)).toEqual(['taken']);
  });
});

describe('windowMeter, while the store is away', () => {
  it('lets in this process’s share, one at least', async () => {
    const { state, kinds } = built();
    state.away = true;
    expect((await kinds(6)).filter((kind) => kind === 'taken')).toHaveLength(5);
    const small = built({ limit: 1, instances: 100 });
    small.state.away = true;
    expect(await small.kinds(2)).toEqual(['taken', 'refused']);
  });

  it('what the store took is not given back to the share', async () => {
    const { meter, state, kinds } = built();
    const held = (await meter.take('ann', 10)) as Taken;
    state.away = true;
    await held.giveBack();
    await held.change(-3);
    expect((await kinds(20)).filter((kind) => kind === 'taken')).toHaveLength(5);
  });

  it('what the share took is not given back to the store', async () => {
    const { meter, state, kinds } = built();
    await kinds(10);
    state.away = true;
    const held = (await meter.take('ann', 5)) as Taken;
    state.away = false;
    await held.giveBack();
    expect(await kinds(1)).toEqual(['refused']);
    state.away = true;
    expect(await kinds(1, 5)).toEqual(['taken']);
  });
});

/** What may happen to a meter. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('take' as const), amount: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('change' as const), which: fc.nat(20), more: fc.integer({ min: -12, max: 12 }) }),
  fc.record({ kind: fc.constant('giveBack' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 50, 333, 899, 900, 999, 1_000, 2_500) }),
);

interface Held {
  readonly taken: Taken;
  amount: number;
  readonly window: number;
}

describe('windowMeter, whatever happens', () => {
  it('never holds more than its limit in a window, and no counter is ever below nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { meter, clock, state } = built();
        const held: Held[] = [];
        let [window, endsAt] = [0, 0];
        const next = () => {
          [window, endsAt] = [window + 1, clock.monotonic() + windowMs];
        };
        for (const one of steps) {
          if (one.kind === 'pass') {
            clock.advance(one.ms);
            continue;
          }
          if (one.kind === 'take') {
            const result = await meter.take('ann', one.amount);
            if (clock.monotonic() >= endsAt && one.amount <= meter.limit) next();
            if (result.kind === 'taken') held.push({ taken: result, amount: one.amount, window });
          } else {
            const some = held[one.which % Math.max(1, held.length)];
            if (some === undefined) continue;
            // As the plugin does: nobody gives back more than it has.
            const more = one.kind === 'giveBack' ? -some.amount : Math.max(one.more, -some.amount);
            if (more > 0 && clock.monotonic() >= endsAt) next();
            await some.taken.change(more);
            some.amount += Math.min(0, more);
          }
          const inWindow = held.filter((some) => some.window === window).reduce((sum, { amount }) => sum + amount, 0);
          expect(inWindow).toBeLessThanOrEqual(meter.limit);
        }
        expect([state.lowest, state.failures]).toEqual([0, 0]);
      }),
      { numRuns: 500 },
    );
  });

  it('requests with a burst are never more than limit and burst in a window, nor than ten limits and a burst in ten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 120 }), async (pauses) => {
        const { meter, clock } = built({ what: 'requests', limit: 2, burst: 3, returns: true });
        const admitted: number[] = [];
        for (const pause of pauses) {
          clock.advance(pause);
          if ((await meter.take('ann', 1)).kind === 'taken') admitted.push(clock.monotonic());
        }
        for (const [at, start] of admitted.entries()) {
          const within = (ms: number) => admitted.slice(at).filter((time) => time < start + ms).length;
          expect(within(windowMs)).toBeLessThanOrEqual(2 * 2 + 2 * 3); // two windows touch a span of one, and two bursts
          expect(within(10 * windowMs)).toBeLessThanOrEqual(11 * 2 + 2 * 3);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has room again for everything that was given back early enough', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 20 }), async (amounts) => {
        const { meter } = built();
        for (const amount of amounts) {
          const result = await meter.take('ann', amount);
          if (result.kind === 'taken') await result.giveBack();
        }
        expect(await meter.take('ann', 10)).toMatchObject({ kind: 'taken', reading: { remaining: 0 } });
      }),
    );
  });
});
