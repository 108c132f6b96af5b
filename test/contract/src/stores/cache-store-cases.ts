import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { CacheStore } from '@express-ai-gateway/core/plugin';
import { type StoreCase, type StoreOpening, storeCases } from './store-case.ts';

const long = 60_000;
const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);

/** What every `CacheStore` holds. */
export function cacheStoreCases(opening: StoreOpening<CacheStore>): readonly StoreCase[] {
  return storeCases(opening, {
    async 'gives back what it got, byte for byte, through every connection'(store, other) {
      await store.set('k', bytes, long);
      deepStrictEqual(await other.get('k'), bytes);
      await other.set('k', new Uint8Array(0), long);
      deepStrictEqual(await store.get('k'), new Uint8Array(0));
    },
    async 'has nothing where nothing was put'(store) {
      strictEqual(await store.get('k'), undefined);
      for (const key of ['__proto__', 'constructor', '']) strictEqual(await store.get(key), undefined);
    },
    async 'keys are any text, and each its own'(store) {
      const keys = ['', ' ', 'a', 'A', 'a:b', '{a}', 'é', 'e\u0301', 'line\nfeed', '\u0000', '*'];
      for (const [at, key] of keys.entries()) await store.set(key, Uint8Array.of(at), long);
      for (const [at, key] of keys.entries()) deepStrictEqual(await store.get(key), Uint8Array.of(at), JSON.stringify(key));
    },
    async 'forgets when the time is over, and what is taken out'(store, other) {
      await store.set('short', bytes, 100);
      await store.set('long', bytes, long);
      await wait(140);
      strictEqual(await other.get('short'), undefined);
      await other.delete('long');
      strictEqual(await store.get('long'), undefined);
      await store.delete('never was');
    },
    async 'keeps nothing for no time: what was there is gone'(store) {
      await store.set('k', bytes, long);
      await store.set('k', bytes, 0);
      strictEqual(await store.get('k'), undefined);
    },
    async 'keeps what it got when its giver changes it'(store) {
      const mine = Uint8Array.of(1, 2, 3);
      await store.set('k', mine, long);
      mine.fill(9);
      deepStrictEqual(await store.get('k'), Uint8Array.of(1, 2, 3));
    },
  });
}
