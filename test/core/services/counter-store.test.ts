import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CounterStore, type Lease, memoryCounterLimit, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';

const second = 1_000;
const largest = Number.MAX_SAFE_INTEGER;

function storeWith(limit?: number): { store: CounterStore; clock: ManualClock } {
  const clock = manualClock();
  return { clock, store: memoryCounterStore(clock, limit) };
}

describe('a counter', () => {
  it('starts at 0 and adds up; amounts may be negative', async () => {
    const { store } = storeWith();
    expect((await store.add('k', 5, second)).value).toBe(5);
    expect((await store.add('k', -2, second)).value).toBe(3);
    expect((await store.add('k', 0, second)).value).toBe(3);
  });

  it('is one per key', async () => {
    const { store } = storeWith();
    await store.add('tenant-a', 5, second);
    for (const key of ['tenant-b', 'tenant-A', '', '__proto__']) expect((await store.add(key, 1, second)).value).toBe(1);
  });

  it('forgets itself a fixed time after its first use, however busy it is', async () => {
    const { store, clock } = storeWith();
    expect(await store.add('k', 1, second)).toEqual({ value: 1, resetsInMs: 1_000 });
    clock.advance(600);
    expect(await store.add('k', 1, second)).toEqual({ value: 2, resetsInMs: 400 });
    clock.advance(399);
    expect(await store.add('k', 1, 9 * second)).toEqual({ value: 3, resetsInMs: 1 });
    clock.advance(1);
    expect(await store.add('k', 1, second)).toEqual({ value: 1, resetsInMs: 1_000 });
  });

  it('goes by the clock that never jumps, not by the time of day', async () => {
    let timeOfDay = 1_000_000;
    const store = memoryCounterStore({ ...manualClock(), now: () => timeOfDay });
    await store.add('k', 1, second);
    timeOfDay += 3_600_000;
    expect((await store.add('k', 1, second)).value).toBe(2);
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, largest + 1, '1', undefined, null, 1n])('refuses to add %s', async (amount) => {
    const { store } = storeWith();
    await expect(store.add('k', amount as number, second)).rejects.toThrow('CounterStore.add: amount: expected a safe integer');
    expect((await store.add('k', 1, second)).value).toBe(1);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
    'refuses a time of %s: it would never or always forget',
    async (ttl) => {
      const { store } = storeWith();
      await expect(store.add('k', 1, ttl as number)).rejects.toThrow('CounterStore: ttlMs: expected a number of more than 0');
      await expect(store.lease('k', 1, ttl as number)).rejects.toThrow('CounterStore: ttlMs: expected a number of more than 0');
    },
  );

  it.each([1, -1])('refuses a sum that would lose digits, and stays as it was (sign %i)', async (sign) => {
    const { store } = storeWith();
    await store.add('k', sign * largest, second);
    await expect(store.add('k', sign * 2, second)).rejects.toThrow(RangeError);
    expect((await store.add('k', 0, second)).value).toBe(sign * largest);
  });

  it('loses no addition of many at once', async () => {
    const { store } = storeWith();
    const values = await Promise.all(Array.from({ length: 1_000 }, async () => (await store.add('k', 1, second)).value));
    expect(new Set(values).size).toBe(1_000);
    expect(Math.max(...values)).toBe(1_000);
  });
});

describe('a lease', () => {
  it('is one of so many places; a place given back can be taken again', async () => {
    const { store } = storeWith();
    const first = await store.lease('k', 2, second);
    expect(await store.lease('k', 2, second)).toBeDefined();
    expect(await store.lease('k', 2, second)).toBeUndefined();
    await first?.release();
    expect(await store.lease('k', 2, second)).toBeDefined();
    expect(await store.lease('k', 2, second)).toBeUndefined();
  });

  it('given back twice frees one place', async () => {
    const { store } = storeWith();
    const first = await store.lease('k', 2, second);
    await store.lease('k', 2, second);
    await first?.release();
    await first?.release();
    expect(await store.lease('k', 2, second)).toBeDefined();
    expect(await store.lease('k', 2, second)).toBeUndefined();
  });

  it('ends by itself: who forgets to give it back does not hold it for ever', async () => {
    const { store, clock } = storeWith();
    await store.lease('k', 1, second);
    clock.advance(999);
    expect(await store.lease('k', 1, second)).toBeUndefined();
    clock.advance(1);
    expect(await store.lease('k', 1, second)).toBeDefined();
  });

  it('given back after its end takes nothing from who has the place now', async () => {
    const { store, clock } = storeWith();
    const late = await store.lease('k', 1, second);
    clock.advance(second);
    await store.lease('k', 1, second);
    await late?.release();
    expect(await store.lease('k', 1, second)).toBeUndefined();
  });

  it('is one of its key, and has nothing to do with the counter of that name', async () => {
    const { store } = storeWith();
    await store.lease('k', 1, second);
    expect(await store.lease('other', 1, second)).toBeDefined();
    expect((await store.add('k', 1, second)).value).toBe(1);
  });

  it.each([0, -1, 0.9, Number.NaN])('of %d places is never given', async (places) => {
    const { store } = storeWith();
    expect(await store.lease('k', places, second)).toBeUndefined();
  });

  it('is never granted twice to callers that ask at once', async () => {
    const { store } = storeWith();
    const granted = await Promise.all(Array.from({ length: 500 }, () => store.lease('k', 7, second)));
    expect(granted.filter((lease) => lease !== undefined)).toHaveLength(7);
  });

  it('follows a limit that changes: lowered, nobody gets in until enough have left', async () => {
    const { store } = storeWith();
    const leases = await Promise.all([1, 2, 3].map(() => store.lease('k', 3, second)));
    expect(await store.lease('k', 2, second)).toBeUndefined();
    await leases[0]?.release();
    expect(await store.lease('k', 2, second)).toBeUndefined();
    await leases[1]?.release();
    expect(await store.lease('k', 2, second)).toBeDefined();
  });
});

describe('the bound of keys', () => {
  it('is 100,000 unless told otherwise', () => {
    expect(memoryCounterLimit).toBe(100_000);
  });

  it.each(['add', 'lease'] as const)('%s: a new key too many is refused, and says what to do; known keys go on', async (kind) => {
    const { store } = storeWith(3);
    const use = (key: string): Promise<unknown> => (kind === 'add' ? store.add(key, 1, second) : store.lease(key, 5, second));
    for (const key of ['a', 'b', 'c']) await use(key);
    await expect(use('d')).rejects.toThrow('The memory counter store holds 3 keys and none has expired; use a shared store.');
    await use('a');
    await expect(use('d')).rejects.toThrow('none has expired');
  });

  it('never forgets a counter that runs to make room: that would grant its allowance again', async () => {
    const { store, clock } = storeWith(2);
    await store.add('limited', 10, 10 * second);
    await store.add('short', 1, second);
    clock.advance(second);
    await store.add('new', 1, second);
    expect((await store.add('limited', 1, 10 * second)).value).toBe(11);
  });

  it('makes room as soon as the first counter has ended', async () => {
    const { store, clock } = storeWith(3);
    await store.add('a', 1, 3 * second);
    await store.add('b', 1, second);
    await store.add('c', 1, 2 * second);
    await expect(store.add('d', 1, second)).rejects.toThrow();
    clock.advance(999);
    await expect(store.add('d', 1, second)).rejects.toThrow();
    clock.advance(1);
    expect((await store.add('d', 1, second)).value).toBe(1);
    await expect(store.add('e', 1, second)).rejects.toThrow();
    clock.advance(second);
    expect((await store.add('e', 1, second)).value).toBe(1);
  });

  it('a place given back makes room at once; one that ended makes room at its end', async () => {
    const { store, clock } = storeWith(2);
    const first = await store.lease('a', 1, 10 * second);
    await store.lease('b', 1, second);
    await expect(store.lease('c', 1, second)).rejects.toThrow();
    await first?.release();
    expect(await store.lease('c', 1, 10 * second)).toBeDefined();
    await expect(store.lease('d', 1, second)).rejects.toThrow();
    clock.advance(second);
    expect(await store.lease('d', 1, second)).toBeDefined();
  });

  it('a key whose leases run still is not forgotten because its last one has ended', async () => {
    const { store, clock } = storeWith(2);
    await store.lease('a', 2, 10 * second);
    await store.lease('a', 2, second);
    await store.lease('b', 1, 10 * second);
    clock.advance(second);
    await expect(store.lease('c', 1, second)).rejects.toThrow();
    expect(await store.lease('a', 1, second)).toBeUndefined();
  });

  it('a lease that was forgotten to make room, given back late, takes nothing from who has its key now', async () => {
    const { store, clock } = storeWith(1);
    const late = await store.lease('a', 1, second);
    clock.advance(second);
    const other = await store.lease('b', 1, second);
    await other?.release();
    await store.lease('a', 1, second);
    await late?.release();
    expect(await store.lease('a', 1, second)).toBeUndefined();
  });

  it('is one for counters and one for leases: a flood of the one does not stop the other', async () => {
    const { store } = storeWith(2);
    for (const key of ['a', 'b']) await store.add(key, 1, second);
    expect(await store.lease('c', 1, second)).toBeDefined();
  });

  it('a flood of new keys at a full store costs about the same per key, however many there are', async () => {
    const flood = async (limit: number): Promise<number> => {
      const { store } = storeWith(limit);
      for (let key = 0; key < limit; key += 1) await store.add(`k${key}`, 1, second);
      const startedAt = performance.now();
      for (let key = 0; key < 2_000; key += 1) await store.add(`new${key}`, 1, second).catch(() => {});
      return performance.now() - startedAt;
    };
    await flood(100); // warm
    const [small, large] = [await flood(500), await flood(50_000)];
    expect(large).toBeLessThan(20 * small + 50);
  });
});

describe('against a model', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const ttl = fc.integer({ min: 1, max: 40 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key, ttl, amount: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(largest)) }),
    fc.record({ kind: fc.constant('lease' as const), key, ttl, places: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('release' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  );

  /** What a store of 3 keys must do, written down without a thought for speed: lists, looked through each time. */
  class Model {
    now = 0;
    readonly leases: { readonly key: string; readonly endsAt: number; released: boolean }[] = [];
    #counters: { readonly key: string; readonly endsAt: number; value: number }[] = [];

    add(name: string, amount: number, ttlMs: number): number | 'refused' {
      const running = this.#counters.filter(({ endsAt }) => endsAt > this.now);
      let counter = running.find((one) => one.key === name);
      if (counter === undefined && running.length === 3) return 'refused';
      if (!Number.isSafeInteger((counter?.value ?? 0) + amount)) return 'refused';
      this.#counters = running;
      if (counter === undefined) {
        counter = { key: name, endsAt: this.now + ttlMs, value: 0 };
        this.#counters.push(counter);
      }
      counter.value += amount;
      return counter.value;
    }

    lease(name: string, places: number, ttlMs: number): boolean | 'refused' {
      const held = this.leases.filter(({ endsAt, released }) => !released && endsAt > this.now);
      const mine = held.filter((one) => one.key === name).length;
      if (places < 1 || mine >= places) return false;
      if (mine === 0 && new Set(held.map((one) => one.key)).size === 3) return 'refused';
      this.leases.push({ key: name, endsAt: this.now + ttlMs, released: false });
      return true;
    }
  }

  it('any sequence of additions, leases, releases and waits does what the model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { store, clock } = storeWith(3);
        const model = new Model();
        const leases: Lease[] = [];
        for (const one of steps) {
          if (one.kind === 'wait') {
            clock.advance(one.ms);
            model.now += one.ms;
          } else if (one.kind === 'add') {
            const did = await store.add(one.key, one.amount, one.ttl).then(
              ({ value }) => value,
              () => 'refused',
            );
            expect(did).toBe(model.add(one.key, one.amount, one.ttl));
          } else if (one.kind === 'lease') {
            const did = await store.lease(one.key, one.places, one.ttl).catch(() => 'refused' as const);
            expect(did === 'refused' ? did : did !== undefined).toBe(model.lease(one.key, one.places, one.ttl));
            if (did !== undefined && did !== 'refused') leases.push(did);
          } else if (leases.length > 0) {
            const which = one.which % leases.length;
            await leases[which]?.release();
            (model.leases[which] as { released: boolean }).released = true;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
