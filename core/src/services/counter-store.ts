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

export const CounterStore = token<CounterStore>()('CounterStore', 'counters');

/** Keys the memory store holds before it refuses new ones: forgetting a counter would grant its allowance again. */
export const memoryCounterLimit = 100_000;

interface Window {
  value: number;
  readonly endsAt: number;
}

/** Counters of this process only. */
export function memoryCounterStore(clock: Clock, limit: number = memoryCounterLimit): CounterStore {
  const windows = new Map<string, Window>();
  const leases = new Map<string, Set<{ readonly endsAt: number }>>();

  const makeRoom = (map: Map<string, unknown>, expired: (key: string) => boolean): void => {
    if (map.size < limit) return;
    for (const key of map.keys()) if (expired(key)) map.delete(key);
    if (map.size >= limit) throw new Error(`The memory counter store holds ${limit} keys and none has expired; use a shared store.`);
  };

  return {
    async add(key, amount, ttlMs) {
      const now = clock.monotonic();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= now) {
        makeRoom(windows, (other) => (windows.get(other)?.endsAt ?? 0) <= now);
        window = { value: 0, endsAt: now + ttlMs };
        windows.set(key, window);
      }
      window.value += amount;
      return { value: window.value, resetsInMs: window.endsAt - now };
    },
    async lease(key, places, ttlMs) {
      const now = clock.monotonic();
      let taken = leases.get(key);
      for (const lease of taken ?? []) if (lease.endsAt <= now) taken?.delete(lease);
      if (taken !== undefined && taken.size >= places) return undefined;
      if (taken === undefined) {
        makeRoom(leases, (other) => [...(leases.get(other) ?? [])].every((lease) => lease.endsAt <= now));
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
