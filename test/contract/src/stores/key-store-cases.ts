import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { KeyStore, StoredKey } from '@express-ai-gateway/core/plugin';
import { type StoreCase, type StoreOpening, storeCases } from './store-case.ts';

function key(publicId: string, more: Partial<StoredKey> = {}): StoredKey {
  return { publicId, revision: 1, digest: 'BwcHBwcHBwc', label: 'a key', createdAt: 1, ...more };
}

/** Everything that a key can have, and every character that a store could stumble over. */
const full: StoredKey = key('full', {
  previous: { digest: 'AQEB', until: Number.MAX_SAFE_INTEGER },
  label: `quotes ' " \` \\ % _ $1 {{x}} \u0000 \u2028 \ud83d\ude00 \ufeff line\nfeed\r\n`,
  tenant: `O'Neil"; DROP TABLE keys; --`,
  app: 'a',
  user: 'u',
  plan: 'pro',
  scopes: ['chat', '*', ''],
  metadata: { 'a.b': '', c: '1e999' },
  restrictions: { models: ['chat*'], nested: { deep: [1, 2.5, null, true] } },
  createdAt: 1_764_000_000_000,
  expiresAt: Number.MAX_SAFE_INTEGER,
  revokedAt: 0,
});

/** What every `KeyStore` holds. */
export function keyStoreCases(opening: StoreOpening<KeyStore>): readonly StoreCase[] {
  return storeCases(opening, {
    async 'a key comes back as it was added, whatever is in it, through another connection at once'(store, other) {
      strictEqual(await store.add(full), true);
      deepStrictEqual(await other.find('full'), full);
    },
    async 'a key is found by its public id alone, exactly'(store) {
      await store.add(key('abc'));
      for (const id of ['ABC', 'ab', 'abcd', '', '%', '*', 'a?c', "abc' --", '__proto__', 'constructor'])
        strictEqual(await store.find(id), undefined, `${JSON.stringify(id)} must not be found`);
    },
    async 'ids of the language itself are ids like others'(store) {
      for (const id of ['__proto__', 'constructor', 'tostring']) {
        strictEqual(await store.add(key(id)), true);
        deepStrictEqual(await store.find(id), key(id));
      }
    },
    async 'a key is added once'(store, other) {
      strictEqual(await store.add(key('abc')), true);
      strictEqual(await other.add(key('abc', { tenant: 'thief' })), false);
      deepStrictEqual(await store.find('abc'), key('abc'));
    },
    async 'of many who add the same key at once, one does'(store, other) {
      const added = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).add(key('abc', { label: `${at}` }))));
      strictEqual(added.filter(Boolean).length, 1);
    },
    async 'a key is replaced by the revision that follows on the stored one, and by no other'(store, other) {
      await store.add(key('abc'));
      for (const revision of [0, 1, 3]) strictEqual(await other.replace(key('abc', { revision })), false, `revision ${revision} after 1`);
      strictEqual(await other.replace(key('abc', { revision: 2, revokedAt: 5 })), true);
      deepStrictEqual(await store.find('abc'), key('abc', { revision: 2, revokedAt: 5 }));
      strictEqual(await store.replace(key('gone', { revision: 2 })), false);
      strictEqual(await store.find('gone'), undefined);
    },
    async 'of many who replace the same revision at once, one does'(store, other) {
      await store.add(key('abc'));
      const tries = Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).replace(key('abc', { revision: 2, label: `${at}` })));
      const done = (await Promise.all(tries)).flatMap((replaced, at) => (replaced ? [at] : []));
      strictEqual(done.length, 1);
      strictEqual((await store.find('abc'))?.label, `${done[0]}`);
    },
    async 'a field that is taken away is gone'(store) {
      await store.add(key('abc', { plan: 'pro' }));
      await store.replace(key('abc', { revision: 2 }));
      deepStrictEqual(await store.find('abc'), key('abc', { revision: 2 }));
    },
    async 'keys move between tenants'(store, other) {
      await store.add(key('abc', { tenant: 'a' }));
      await store.replace(key('abc', { revision: 2, tenant: 'b' }));
      deepStrictEqual(await idsOf(other, 'a'), []);
      deepStrictEqual(await idsOf(other, 'b'), ['abc']);
    },
    async 'they are listed in pages, in the order of their ids, and one tenant’s alone'(store, other) {
      for (const id of ['d', 'b', 'a', 'c', 'e']) await store.add(key(id, { ...(id !== 'e' && { tenant: id === 'b' ? 'b' : 'a' }) }));
      const first = await other.list({ limit: 2 });
      deepStrictEqual(
        first.keys.map(({ publicId }) => publicId),
        ['a', 'b'],
      );
      const second = await other.list({ limit: 3, after: first.next as string });
      deepStrictEqual(
        second.keys.map(({ publicId }) => publicId),
        ['c', 'd', 'e'],
      );
      strictEqual(second.next, undefined);
      deepStrictEqual(await idsOf(store, 'a', 2), ['a', 'c', 'd']);
      deepStrictEqual(await idsOf(store, 'nobody'), []);
      deepStrictEqual(await idsOf(store, "a' OR '1'='1"), []);
      deepStrictEqual((await store.list({ limit: 5 })).next, undefined);
    },
    async 'keys that come and go between two pages leave no other out'(store, other) {
      for (const id of ['b', 'd', 'f', 'h']) await store.add(key(id));
      const first = await store.list({ limit: 2 });
      for (const id of ['a', 'c', 'e', 'g']) await other.add(key(id));
      const { keys } = await store.list({ limit: 10, after: first.next as string });
      deepStrictEqual(
        keys.map(({ publicId }) => publicId),
        ['e', 'f', 'g', 'h'],
      );
    },
    async 'the last use is remembered apart, never goes back, and of keys that there are'(store, other) {
      await store.add(key('abc'));
      await store.used(new Map([['abc', 10]]));
      await other.used(new Map([['abc', 5]]));
      deepStrictEqual(await other.lastUsed(['abc', 'gone']), new Map([['abc', 10]]));
      await other.used(new Map([['abc', Number.MAX_SAFE_INTEGER]]));
      deepStrictEqual(await store.lastUsed(['abc']), new Map([['abc', Number.MAX_SAFE_INTEGER]]));
      deepStrictEqual(await store.lastUsed([]), new Map());
      deepStrictEqual(await store.find('abc'), key('abc'));
    },
    async 'ADM-5: hundreds of changes while it is used lose nothing and set nothing back'(store, other) {
      await store.add(key('abc'));
      const changing = (async () => {
        for (let revision = 2; revision <= 301; revision += 1)
          strictEqual(await store.replace(key('abc', { revision, label: `${revision}` })), true);
      })();
      const using = (async () => {
        for (let at = 1; at <= 300; at += 1) await other.used(new Map([['abc', at]]));
      })();
      await Promise.all([changing, using]);
      strictEqual((await other.find('abc'))?.revision, 301);
      deepStrictEqual(await store.lastUsed(['abc']), new Map([['abc', 300]]));
    },
    async 'what is given back is the caller’s own: changing it changes nothing'(store) {
      await store.add(key('abc', { scopes: ['chat'] }));
      const scopes = (await store.find('abc'))?.scopes as string[];
      if (!Object.isFrozen(scopes)) scopes.push('admin');
      deepStrictEqual((await store.find('abc'))?.scopes, ['chat']);
    },
  });
}

/** All ids of a tenant, page by page. */
async function idsOf(store: KeyStore, tenant: string, limit = 10): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.list({ tenant, limit, ...(after !== undefined && { after }) });
    ids.push(...page.keys.map(({ publicId }) => publicId));
    after = page.next;
    if (after === undefined) return ids;
  }
}
