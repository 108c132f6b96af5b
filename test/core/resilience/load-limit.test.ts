import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Aimd, fixedLimit } from '../../../core/src/resilience/aimd.ts';
import { Lease, LoadLimit, type OnAbort, type Place } from '../../../core/src/resilience/load-limit.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';

/** A caller that may leave. */
class Caller {
  readonly #listeners = new Set<() => void>();
  #left = false;

  readonly onAbort: OnAbort = (left) => {
    if (this.#left) left();
    else this.#listeners.add(left);
    return () => void this.#listeners.delete(left);
  };

  get watched(): number {
    return this.#listeners.size;
  }

  leave(): void {
    this.#left = true;
    for (const left of [...this.#listeners]) left();
  }
}

const stays: OnAbort = () => () => undefined;

function made(
  places: number,
  mostWaiting?: number,
): { readonly clock: ManualClock; readonly limit: LoadLimit; lease(key?: string): Lease } {
  const clock = manualClock();
  const limit = new LoadLimit(clock, fixedLimit(places), mostWaiting);
  const lease = (key = 'a'): Lease => {
    const place = limit.acquire(key, 0, stays);
    if (!(place instanceof Lease)) throw new Error('no place');
    return place;
  };
  return { clock, limit, lease };
}

const shed = (reason: 'full' | 'late', retryAfterMs: number): Place => ({ kind: 'shed', reason, retryAfterMs });

/** What a wait has come to; the word `waiting` before it ended. */
async function endOf(place: Lease | Place | Promise<Place>): Promise<string> {
  const ended = await Promise.race([place, Promise.resolve(undefined)]);
  return ended?.kind ?? 'waiting';
}

describe('a load limit', () => {
  it('sheds at once who cannot wait, and says when to come again', () => {
    const { limit, lease } = made(1);
    lease();
    for (const waitMs of [0, -1, Number.NaN]) expect(limit.acquire('a', waitMs, stays)).toEqual(shed('late', 1_000));
    expect([limit.inFlight, limit.waiting]).toEqual([1, 0]);
  });

  it('sheds at its deadline who waits in vain, and leaves no timer and no listener', async () => {
    const { clock, limit, lease } = made(1);
    lease();
    const caller = new Caller();
    const place = limit.acquire('a', 500, caller.onAbort);
    clock.advance(499);
    expect([await endOf(place), clock.armed, caller.watched]).toEqual(['waiting', 1, 1]);
    clock.advance(1);
    expect(await place).toEqual(shed('late', 1_000));
    expect([limit.waiting, clock.armed, caller.watched]).toEqual([0, 0, 0]);
  });

  it('sheds at once whom the queue has no place for', () => {
    const { clock, limit, lease } = made(1, 2);
    lease();
    for (let caller = 0; caller < 2; caller += 1) void limit.acquire('a', 500, stays);
    expect(limit.acquire('a', 500, stays)).toEqual(shed('full', 1_000));
    expect([limit.waiting, clock.armed]).toEqual([2, 2]);
  });

  it('does not let one tenant’s burst shed another’s call', async () => {
    const { clock, limit, lease } = made(1, 2);
    const first = lease('loud');
    const loud = [limit.acquire('loud', 500, stays), limit.acquire('loud', 500, stays)];
    const quiet = limit.acquire('quiet', 500, stays);
    expect(await Promise.all([...loud, quiet].map(endOf))).toEqual(['waiting', 'shed', 'waiting']);
    first.release('served');
    expect(await Promise.all([...loud, quiet].map(endOf))).toEqual(['lease', 'shed', 'waiting']);
    expect(clock.armed).toBe(1);
  });

  it('gives a place without a promise and without a timer while there is one', () => {
    const { clock, limit } = made(2);
    expect(limit.acquire('a', 500, stays)).toBeInstanceOf(Lease);
    expect(limit.acquire('a', 500, stays)).toBeInstanceOf(Lease);
    expect([limit.inFlight, limit.waiting, limit.limit, clock.armed]).toEqual([2, 0, 2, 0]);
  });

  it('gives the place that is given back to the next, and leaves no timer and no listener', async () => {
    const { clock, limit, lease } = made(1);
    const first = lease();
    const callers = [new Caller(), new Caller()];
    const places = callers.map(({ onAbort }) => limit.acquire('a', 500, onAbort));
    first.release('served');
    expect(await Promise.all(places.map(endOf))).toEqual(['lease', 'waiting']);
    expect([limit.inFlight, limit.waiting, clock.armed, callers[0]?.watched]).toEqual([1, 1, 1, 0]);
    clock.advance(499);
    expect(await endOf(places[1] as Promise<Place>)).toBe('waiting');
  });

  it('takes a place back once', () => {
    const { limit, lease } = made(2);
    const first = lease();
    lease();
    for (let time = 0; time < 3; time += 1) first.release('served');
    expect(limit.inFlight).toBe(1);
  });

  it('lets who leaves go at once, whenever that is', async () => {
    const { clock, limit, lease } = made(1);
    const held = lease();
    const [before, waiting] = [new Caller(), new Caller()];
    before.leave();
    const places = [before, waiting].map(({ onAbort }) => limit.acquire('a', 500, onAbort));
    expect(await Promise.all(places.map(endOf))).toEqual(['left', 'waiting']);
    waiting.leave();
    expect(await places[1]).toEqual({ kind: 'left' });
    expect([limit.waiting, clock.armed, before.watched, waiting.watched]).toEqual([0, 0, 0, 0]);
    held.release('ignored');
    expect(limit.inFlight).toBe(0);
  });

  it('ends a subscription that told at once, too', async () => {
    const { limit, lease } = made(1);
    lease();
    let ended = 0;
    const place = limit.acquire('a', 500, (left) => {
      left();
      return () => {
        ended += 1;
      };
    });
    expect([await place, ended]).toEqual([{ kind: 'left' }, 1]);
  });

  it('knows how long places are held by more than the last', () => {
    const { clock, limit, lease } = made(1);
    for (const heldMs of [1_000, 2_000]) {
      const held = lease();
      clock.advance(heldMs);
      held.release('served');
    }
    lease();
    expect(limit.acquire('a', 0, stays)).toEqual(shed('late', 1_100));
  });

  it('tells when to come again by how long places are held and how many wait', () => {
    const { clock, limit, lease } = made(2, 3);
    const [first] = [lease(), lease()];
    clock.advance(4_000);
    first?.release('served');
    lease();
    for (let caller = 0; caller < 3; caller += 1) void limit.acquire('a', 500, stays);
    expect(limit.acquire('a', 500, stays)).toEqual(shed('full', (4_000 / 2) * 4));
  });

  it('never tells a time that no client waits for, or none at all', () => {
    for (const [heldMs, told] of [
      [1e7, 60_000],
      [0, 100],
    ] as const) {
      const { clock, limit, lease } = made(1);
      const held = lease();
      clock.advance(heldMs);
      held.release('served');
      lease();
      expect(limit.acquire('a', 0, stays)).toEqual(shed('late', told));
    }
  });

  it('lets nobody more in after a cut, until enough have gone', async () => {
    const clock = manualClock();
    const limit = new LoadLimit(clock, new Aimd({ initial: 4, cut: 0.5 }));
    const leases = Array.from({ length: 4 }, () => limit.acquire('a', 0, stays) as Lease);
    const place = limit.acquire('a', 500, stays);
    for (const at of [0, 1]) leases[at]?.release('overloaded');
    expect([limit.limit, limit.inFlight, await endOf(place)]).toEqual([2, 2, 'waiting']);
    leases[2]?.release('ignored');
    expect([limit.inFlight, await endOf(place)]).toEqual([2, 'lease']);
  });

  it('lets in as many as it grew by', async () => {
    const limit = new LoadLimit(manualClock(), new Aimd({ initial: 1 }));
    const held = limit.acquire('a', 0, stays) as Lease;
    const places = [1, 2, 3].map(() => limit.acquire('a', 500, stays));
    held.release('served');
    expect(limit.limit).toBe(2);
    expect(await Promise.all(places.map(endOf))).toEqual(['lease', 'lease', 'waiting']);
  });

  it('property: no place is lost or given twice, nobody waits beside a free place, and nothing is left behind', async () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('come', 'come', 'release', 'leave', 'pass'), fc.nat(50), fc.constantFrom('a', 'b', 'c')),
      {
        maxLength: 100,
        size: 'max',
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), fc.nat(5), async (all, places, mostWaiting) => {
        const { clock, limit } = made(places, mostWaiting);
        const leases: Lease[] = [];
        const callers: Caller[] = [];
        const ends: string[] = [];
        let came = 0;
        const noted = (place: Place): void => {
          ends.push(place.kind);
          if (place.kind === 'lease') leases.push(place);
        };
        for (const [what, number, key] of all) {
          if (what === 'come') {
            came += 1;
            const caller = new Caller();
            const place = limit.acquire(key, number * 10, caller.onAbort);
            if (place instanceof Promise) callers.push(caller);
            void Promise.resolve(place).then(noted);
          } else if (what === 'release') leases.shift()?.release(number % 2 === 0 ? 'served' : 'ignored');
          else if (what === 'leave') callers[number % Math.max(1, callers.length)]?.leave();
          else clock.advance(number);
          await Promise.resolve(); // the ends of waits are told
          await Promise.resolve();
          expect(limit.inFlight).toBe(leases.length);
          expect(limit.inFlight).toBeLessThanOrEqual(places);
          expect(limit.waiting === 0 || limit.inFlight === places).toBe(true);
          expect(ends.length + limit.waiting).toBe(came);
          expect(clock.armed).toBe(limit.waiting);
        }
        clock.advance(1_000);
        expect([limit.waiting, clock.armed, callers.reduce((sum, { watched }) => sum + watched, 0)]).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
