import type { Clock } from './clock.ts';
import { token } from './token.ts';

/** Counters with windows and leases. Keys are chosen by plugins and must contain the tenant. */
export interface CounterStore {
  /** Adds `amount` (safe integer) to a counter that starts at 0 and forgets itself `ttlMs` after its first use. */
  add(key: string, amount: number, ttlMs: number): Promise<CounterState>;
  /** Takes one of `limit` places for at most `ttlMs`; `undefined` when all are taken. */
  lease(key: string, limit: number, ttlMs: number): Promise<Lease | undefined>;
}

export interface CounterState {
  readonly value: number;
  /** Milliseconds until the window ends. */
  readonly resetsInMs: number;
}

export interface Lease {
  /** Gives the place back; a second call does nothing. */
  release(): Promise<void>;
}

export const CounterStore = token<CounterStore>()('CounterStore', 'counters', ['add', 'lease']);

/** Keys the memory store holds before it refuses new ones: forgetting a counter would grant its allowance again. */
export const memoryCounterLimit = 100_000;

interface Window {
  value: number;
  readonly endsAt: number;
}

interface Held {
  readonly endsAt: number;
}

/** A lease set is over with the last of its leases. */
function lastEnd(leases: ReadonlySet<Held>): number {
  let end = 0;
  for (const { endsAt } of leases) end = Math.max(end, endsAt);
  return end;
}

/** Keeps a map within its limit. A full map is looked through once per expiry, not once per call. */
class Room<T> {
  readonly #map: Map<string, T>;
  readonly #limit: number;
  readonly #endOf: (entry: T) => number;
  #fullUntil = 0;

  constructor(map: Map<string, T>, limit: number, endOf: (entry: T) => number) {
    this.#map = map;
    this.#limit = limit;
    this.#endOf = endOf;
  }

  /** Throws when there is none. */
  make(now: number): void {
    if (this.#map.size < this.#limit) return;
    if (now >= this.#fullUntil) this.#sweep(now);
    if (this.#map.size < this.#limit) return;
    throw new Error(`The memory counter store holds ${this.#limit} keys and none has expired; use a shared store.`);
  }

  #sweep(now: number): void {
    let next = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#map) {
      const end = this.#endOf(entry);
      if (end <= now) this.#map.delete(key);
      else next = Math.min(next, end);
    }
    this.#fullUntil = next;
  }
}

/** A wrong time would make a counter that never or always forgets. */
function checkTtl(ttlMs: number): void {
  if (!(ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY))
    throw new TypeError(`CounterStore: ttlMs: expected a number of more than 0, received ${ttlMs}`);
}

/** Counters of this process only. */
export function memoryCounterStore(clock: Clock, limit: number = memoryCounterLimit): CounterStore {
  const windows = new Map<string, Window>();
  const leases = new Map<string, Set<Held>>();

  const room = { windows: new Room(windows, limit, ({ endsAt }) => endsAt), leases: new Room(leases, limit, lastEnd) };

  return {
    async add(key, amount, ttlMs) {
      if (!Number.isSafeInteger(amount)) throw new TypeError(`CounterStore.add: amount: expected a safe integer, received ${amount}`);
      checkTtl(ttlMs);
      const now = clock.monotonic();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= now) {
        if (window === undefined) room.windows.make(now);
        window = { value: 0, endsAt: now + ttlMs };
        windows.set(key, window);
      }
      const value = window.value + amount;
      if (!Number.isSafeInteger(value)) throw new RangeError('CounterStore.add: the sum is more than an integer can hold exactly');
      window.value = value;
      return { value, resetsInMs: window.endsAt - now };
    },
    async lease(key, places, ttlMs) {
      checkTtl(ttlMs);
      if (!(places >= 1)) return undefined;
      const now = clock.monotonic();
      let taken = leases.get(key);
      for (const lease of taken ?? []) if (lease.endsAt <= now) taken?.delete(lease);
      if (taken !== undefined && taken.size >= places) return undefined;
      if (taken === undefined) {
        room.leases.make(now);
        taken = new Set();
        leases.set(key, taken);
      }
      const lease = { endsAt: now + ttlMs };
      const held = taken.add(lease);
      return {
        async release() {
          held.delete(lease);
          if (held.size === 0 && leases.get(key) === held) leases.delete(key);
        },
      };
    },
  };
}
