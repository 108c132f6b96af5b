import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from './clock.ts';
import { token } from './token.ts';

/**
 * Bytes by key, with an age limit. A store that is away is a miss; it never throws at a caller. Bytes that were got are
 * for reading only.
 */
export interface CacheStore {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}

export const CacheStore = token<CacheStore>()('CacheStore', 'cache', ['get', 'set', 'delete']);

/** What an entry takes besides its key and value, measured: many small ones must not outgrow the bound. Bytes. */
const entryBytes = 512;

/** Memory of this process, bounded by bytes (default 64 MiB); the least recently used goes first. */
export function memoryCacheStore(maxBytes: number = 64 * 1024 * 1024, clock: Clock = systemClock()): CacheStore {
  const entries = new LRUCache<string, Uint8Array>({
    maxSize: maxBytes,
    sizeCalculation: (value, key) => value.byteLength + key.length + entryBytes,
    perf: { now: () => clock.monotonic() + 1 }, // a time of 0 would mean none to lru-cache
    ttlResolution: 0, // else it would arm a timer for each look at the time
  });
  return {
    async get(key) {
      return entries.get(key);
    },
    async set(key, value, ttlMs) {
      // A time to live of 0 would mean "for ever" to lru-cache.
      if (ttlMs >= 1) entries.set(key, new Uint8Array(value), { ttl: ttlMs });
      else entries.delete(key);
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}
