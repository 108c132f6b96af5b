import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CounterStore, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import { type Admission, type Asked, admit, giveBack, lineOf } from '../../../plugins/rate-limit/src/admission.ts';
import type { Meter } from '../../../plugins/rate-limit/src/meter.ts';
import { placeMeter } from '../../../plugins/rate-limit/src/place-meter.ts';
import { WaitingLines } from '../../../plugins/rate-limit/src/waiting-lines.ts';
import { windowMeter } from '../../../plugins/rate-limit/src/window-meter.ts';
import { type ManualClock, manualClock } from '../../core/harness/manual-clock.ts';

const flushed = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lets time pass in small steps, each with everything that it sets going. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 50) {
    clock.advance(Math.min(50, ms - at));
    await flushed();
  }
}

function built({ deadlineMs = 2_500, max = 1_000, store = (memory: CounterStore) => memory } = {}) {
  const clock = manualClock();
  const counters = store(memoryCounterStore(clock));
  const lines = new WaitingLines({ deadlineMs, max, clock });
  const common = { instances: 1, counters, spare: counters, failed: () => {} };
  const asked = (meter: Meter, name: string, subject = ''): Asked => ({
    limit: { name, per: [], window: '1s', windowMs: 1_000, enforced: true, meter },
    subject,
  });
  const windowed = (limit: number, name = 'all', windowMs = 1_000): Meter =>
    windowMeter({ ...common, clock, what: 'requests', name, limit, windowMs, returns: true });
  const places = (limit: number, name = 'places'): Meter => placeMeter({ ...common, name, limit, leaseMs: 600_000 });
  const attempts: string[] = [];
  const go = (who: string, limits: readonly Asked[], signal = new AbortController().signal): Promise<Admission> =>
    lines.through({
      who: () => who,
      signal: () => signal,
      lines: () => limits.map(lineOf),
      attempt() {
        attempts.push(who);
        return admit(limits, 1);
      },
    });
  /** Who is let in, in their order, as it happens. */
  const told: string[] = [];
  const ask = (who: string, limits: readonly Asked[], signal?: AbortSignal): Promise<Admission> => {
    const result = go(who, limits, signal);
    void result.then(({ refused }) => told.push(`${who} ${refused === undefined ? 'in' : 'out'}`));
    return result;
  };
  return { clock, lines, asked, windowed, places, ask, told, attempts };
}

describe('WaitingLines', () => {
  it('makes nobody wait while there is room, and asks for no signal then', async () => {
    const { lines, asked, windowed, clock } = built();
    const limits = [asked(windowed(1), 'all')];
    const never = (): never => {
      throw new Error('not needed');
    };
    expect((await lines.through({ who: never, signal: never, lines: never, attempt: () => admit(limits, 1) })).refused).toBeUndefined();
    expect(clock.armed).toBe(0);
  });

  it('makes nobody wait in vain: not for a window that ends too late, nor for what waiting does not help against', async () => {
    const { asked, windowed, ask, clock } = built();
    const limits = [asked(windowed(1, 'all', 60_000), 'all')];
    await ask('ann', limits);
    expect((await ask('ann', limits)).refused?.waitMs).toBe(60_000);
    const broken: Meter = { what: 'requests', limit: 1, take: () => Promise.reject(new Error('nothing can count')) };
    expect((await ask('ann', [asked(broken, 'broken')])).refused?.error.status).toBe(503);
    expect(clock.armed).toBe(0);
  });

  it('a caller with a hundred waiting requests does not delay another’s one', async () => {
    const { asked, windowed, ask, told, clock } = built({ deadlineMs: 60_000 });
    const limits = [asked(windowed(1), 'all')];
    for (let at = 0; at < 101; at += 1) void ask('eve', limits);
    await flushed();
    void ask('ann', limits);
    await pass(clock, 3_000);
    expect(told).toEqual(['eve in', 'eve in', 'ann in', 'eve in']);
  });

  it('gives up at the deadline, and leaves nothing', async () => {
    const { asked, places, ask, told, clock, attempts } = built({ deadlineMs: 1_000 });
    const limits = [asked(places(1), 'places')];
    const { held } = await ask('ann', limits);
    const staying = new AbortController().signal;
    const [one, two] = [ask('bob', limits, staying), ask('eve', limits, staying)];
    await pass(clock, 999);
    expect(told).toEqual(['ann in']);
    expect(getEventListeners(staying, 'abort')).toHaveLength(2);
    await pass(clock, 1);
    expect(getEventListeners(staying, 'abort')).toEqual([]);
    expect((await Promise.all([one, two])).map(({ refused }) => refused?.error.code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(clock.armed).toBe(0);
    await giveBack(held);
    const before = attempts.length;
    await pass(clock, 1_000);
    expect(attempts.length).toBe(before);
  });

  it('one who leaves takes nothing, and leaves nothing', async () => {
    const { asked, windowed, ask, clock, told } = built();
    const limits = [asked(windowed(1), 'all')];
    await ask('ann', limits);
    const leaving = new AbortController();
    const gone = ask('bob', limits, leaving.signal);
    await flushed();
    leaving.abort();
    expect((await gone).refused?.error.code).toBe('RATE_LIMITED');
    expect(clock.armed).toBe(0);
    await ask('eve', limits, AbortSignal.abort());
    expect(clock.armed).toBe(0);
    await pass(clock, 1_000);
    expect((await ask('ann', limits)).refused).toBeUndefined();
    expect(told).toEqual(['ann in', 'bob out', 'eve out', 'ann in']);
  });

  it('one whose time is over while it tries gives back what it got, to the next', async () => {
    const slow = (memory: CounterStore): CounterStore => ({
      ...memory,
      async lease(key, limit, ttlMs) {
        const lease = await memory.lease(key, limit, ttlMs);
        for (let at = 0; at < 3; at += 1) await flushed();
        return lease;
      },
    });
    const { asked, places, ask, clock, lines } = built({ deadlineMs: 1_000, store: slow });
    const limits = [asked(places(1), 'places')];
    const first = await ask('ann', limits);
    const leaving = new AbortController();
    const gone = ask('bob', limits, leaving.signal);
    for (let at = 0; at < 5; at += 1) await flushed();
    const next = ask('eve', limits);
    await giveBack(first.held);
    lines.freed(lineOf(limits[0] as Asked)); // bob tries now
    leaving.abort();
    expect((await gone).held).toEqual([]);
    for (let at = 0; at < 10; at += 1) await flushed();
    const { held } = await next;
    expect(held).toHaveLength(1);
    expect(clock.armed).toBe(0);
  });

  it('a place that is free goes to whose turn it is, at once', async () => {
    const { asked, places, ask, told, lines } = built();
    const limits = [asked(places(1), 'places')];
    const { held } = await ask('ann', limits);
    void ask('bob', limits);
    void ask('eve', limits);
    await flushed();
    await giveBack(held);
    lines.freed(lineOf(limits[0] as Asked));
    await flushed();
    expect(told).toEqual(['ann in', 'bob in']);
  });

  it('one whom another limit refuses when its turn has come waits for that one, and keeps nobody', async () => {
    const { asked, windowed, ask, told, clock } = built({ deadlineMs: 6_000 });
    const all = asked(windowed(2), 'all');
    const own = asked(windowed(1, 'own', 3_000), 'own', 'eve');
    await ask('bob', [all]);
    await ask('bob', [all]);
    for (const [who, limits] of [
      ['eve', [all, own]],
      ['eve', [all, own]],
      ['ann', [all]],
      ['ann', [all]],
    ] as const) {
      void ask(who, limits);
      await flushed();
    }
    await pass(clock, 1_000);
    expect(told.slice(2)).toEqual(['eve in', 'ann in']);
    await pass(clock, 1_000); // now it is the turn of eve, whose own limit is reached
    expect(told.slice(4)).toEqual(['ann in']);
    await pass(clock, 950);
    expect(told.slice(5)).toEqual([]);
    await pass(clock, 50);
    expect(told.slice(5)).toEqual(['eve in']);
    expect(clock.armed).toBe(0);
  });

  it('one refused by a window does not wake itself by the place that it gives back', async () => {
    const { asked, windowed, places, ask, attempts, clock, told } = built();
    const limits = [asked(windowed(1, 'x'), 'x'), asked(places(5, 'x'), 'x')];
    for (const who of ['ann', 'bob', 'eve']) void ask(who, limits);
    await flushed();
    await pass(clock, 900);
    expect([told, attempts]).toEqual([['ann in'], ['ann', 'bob', 'eve']]);
  });

  it('a full room is nobody’s alone: whoever has most waiting makes room for one who has less', async () => {
    const { asked, windowed, ask, told, clock } = built({ max: 4, deadlineMs: 30_000 });
    const limits = [asked(windowed(1), 'all')];
    for (let at = 0; at < 6; at += 1) void ask('eve', limits);
    await flushed();
    expect(told).toEqual(['eve in', 'eve out']); // one in, four wait
    void ask('ann', limits);
    void ask('ann', limits);
    await flushed();
    expect(told.slice(2)).toEqual(['eve out', 'eve out']);
    void ask('ann', limits);
    await flushed();
    expect(told.slice(4)).toEqual(['ann out']);
    await pass(clock, 4_000);
    expect(told.slice(5).toSorted()).toEqual(['ann in', 'ann in', 'eve in', 'eve in']);
    expect(clock.armed).toBe(0);
  });
});

const arrival = fc.record({
  who: fc.constantFrom('ann', 'bob', 'eve'),
  afterMs: fc.integer({ min: 0, max: 400 }),
  leavesAfterMs: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined }),
  holdsMs: fc.integer({ min: 1, max: 1_200 }),
  needs: fc.constantFrom('both', 'window', 'place'),
});

describe('WaitingLines, whatever happens', () => {
  it('never let in more than the limits, answer everybody within the deadline, and leave nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 40 }), async (arrivals) => {
        const { clock, asked, windowed, places, ask, lines } = built({ deadlineMs: 1_200, max: 10 });
        const window = asked(windowed(2), 'window');
        const place = asked(places(2), 'place');
        const admitted: number[] = [];
        let [inside, most, answered, latest] = [0, 0, 0, 0];
        const comes = async ({ who, needs, leavesAfterMs, holdsMs }: (typeof arrivals)[number]) => {
          const leaving = new AbortController();
          const leaves = leavesAfterMs === undefined ? undefined : clock.after(leavesAfterMs, () => leaving.abort());
          const at = clock.monotonic();
          const limits = needs === 'both' ? [window, place] : needs === 'place' ? [place] : [window];
          const { refused, held } = await ask(who, limits, leaving.signal);
          leaves?.cancel();
          answered += 1;
          latest = Math.max(latest, clock.monotonic() - at);
          if (refused !== undefined) return;
          if (needs !== 'place') admitted.push(clock.monotonic());
          if (needs === 'window') return;
          inside += 1;
          most = Math.max(most, inside);
          clock.after(holdsMs, () => {
            inside -= 1;
            for (const { what, taken, line } of held) if (what === 'concurrent') void taken.giveBack().then(() => lines.freed(line));
          });
        };
        for (const one of arrivals) {
          await pass(clock, one.afterMs);
          void comes(one);
        }
        await pass(clock, 4_000);
        expect([answered, clock.armed]).toEqual([arrivals.length, 0]);
        expect(latest).toBeLessThanOrEqual(1_250); // steps of 50
        expect(most).toBeLessThanOrEqual(2);
        for (const start of admitted)
          expect(admitted.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
