import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { CounterStore } from '@express-ai-gateway/core/plugin';
import { type StoreCase, type StoreOpening, storeCases } from './store-case.ts';

const long = 60_000;

/** What every `CounterStore` holds. */
export function counterStoreCases(opening: StoreOpening<CounterStore>): readonly StoreCase[] {
  return storeCases(opening, {
    async 'counts what is added, through every connection'(store, other) {
      strictEqual((await store.add('k', 3, long)).value, 3);
      strictEqual((await other.add('k', 4, long)).value, 7);
      strictEqual((await store.add('k', -2, long)).value, 5);
      strictEqual((await store.add('other', 1, long)).value, 1);
      strictEqual((await store.add('k', 0, long)).value, 5);
    },
    async 'loses nothing of many at once'(store, other) {
      await Promise.all(Array.from({ length: 200 }, (_, at) => (at % 2 ? store : other).add('k', 1, long)));
      strictEqual((await store.add('k', 0, long)).value, 200);
    },
    async 'begins anew when the window is over, which its first use opened'(store) {
      await store.add('k', 1, 200);
      const second = await store.add('k', 1, long);
      ok(second.resetsInMs > 0 && second.resetsInMs <= 200, `resetsInMs: expected at most 200, received ${second.resetsInMs}`);
      await wait(230);
      strictEqual((await store.add('k', 1, long)).value, 1);
    },
    async 'is exact up to what a number can hold, and refuses more'(store) {
      const most = Number.MAX_SAFE_INTEGER;
      strictEqual((await store.add('k', most - 1, long)).value, most - 1);
      strictEqual((await store.add('k', 1, long)).value, most);
      await rejects(store.add('k', 1, long));
      strictEqual((await store.add('k', 0, long)).value, most);
    },
    async 'refuses amounts and times that are none'(store) {
      for (const amount of [1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1]) await rejects(store.add('k', amount, long));
      for (const ttl of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await rejects(store.add('k', 1, ttl));
        await rejects(store.lease('k', 1, ttl));
      }
    },
    async 'keys are any text'(store) {
      for (const key of ['', 'a b', '{x}', 'a}b{', 'é\u0000\n', '*', '__proto__']) {
        strictEqual((await store.add(key, 1, long)).value, 1, JSON.stringify(key));
        ok(await store.lease(key, 1, long));
      }
    },
    async 'gives so many places and no more, to all together'(store, other) {
      const leases = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).lease('k', 5, long)));
      strictEqual(leases.filter((lease) => lease !== undefined).length, 5);
      strictEqual(await store.lease('k', 0, long), undefined);
    },
    async 'takes a place back once, whoever gave it'(store, other) {
      const [one, two] = [await store.lease('k', 2, long), await other.lease('k', 2, long)];
      await one?.release();
      await one?.release();
      ok(await other.lease('k', 2, long));
      strictEqual(await other.lease('k', 2, long), undefined);
      await two?.release();
      ok(await store.lease('k', 2, long));
    },
    async 'takes a place back when its time is over, and no other'(store) {
      await store.lease('k', 2, 150);
      await store.lease('k', 2, long);
      strictEqual(await store.lease('k', 2, long), undefined);
      await wait(200);
      ok(await store.lease('k', 2, long));
      strictEqual(await store.lease('k', 2, long), undefined);
    },
    async 'a counter and a lease of the same key are apart'(store) {
      await store.add('k', 1, long);
      ok(await store.lease('k', 1, long));
      deepStrictEqual((await store.add('k', 1, long)).value, 2);
    },
  });
}
