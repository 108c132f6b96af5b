import { describe, expect, it } from 'vitest';
import { memoryKeyStore, type StoredKey } from '../../../core/src/services/key-store.ts';

function key(publicId: string, more: Partial<StoredKey> = {}): StoredKey {
  return { publicId, revision: 1, digest: 'BwcHBwcH', label: 'laptop', tenant: 'a', scopes: ['chat'], createdAt: 1, ...more };
}

describe('memoryKeyStore', () => {
  it('finds a key by its public part, exactly', async () => {
    const store = memoryKeyStore();
    expect(await store.add(key('abc'))).toBe(true);
    expect(await store.find('abc')).toEqual(key('abc'));
    for (const other of ['ABC', 'ab', 'abcd', '', '__proto__', 'constructor']) expect(await store.find(other)).toBeUndefined();
  });

  it('adds no key twice', async () => {
    const store = memoryKeyStore();
    await store.add(key('abc'));
    expect(await store.add(key('abc', { tenant: 'b' }))).toBe(false);
    expect((await store.find('abc'))?.tenant).toBe('a');
  });

  it('replaces what is the revision before, and nothing else', async () => {
    const store = memoryKeyStore();
    await store.add(key('abc'));
    expect(await store.replace(key('abc', { revision: 2, revokedAt: 5 }))).toBe(true);
    expect(await store.replace(key('abc', { revision: 2, label: 'late' }))).toBe(false);
    expect(await store.replace(key('abc', { revision: 4, label: 'early' }))).toBe(false);
    expect(await store.replace(key('other', { revision: 2 }))).toBe(false);
    expect(await store.find('abc')).toEqual(key('abc', { revision: 2, revokedAt: 5 }));
  });

  it('lists in pages, in the order of ids, and one tenant’s alone', async () => {
    const store = memoryKeyStore();
    for (const id of ['d', 'b', 'a', 'c']) await store.add(key(id, { tenant: id === 'b' ? 'b' : 'a' }));
    const first = await store.list({ limit: 3 });
    expect(first.keys.map(({ publicId }) => publicId)).toEqual(['a', 'b', 'c']);
    const second = await store.list({ limit: 3, after: first.next as string });
    expect(second).toEqual({ keys: [key('d')], next: undefined });
    expect((await store.list({ limit: 9, tenant: 'a' })).keys.map(({ publicId }) => publicId)).toEqual(['a', 'c', 'd']);
  });

  it('keeps a key as it was given: neither its maker nor its reader can widen it', async () => {
    const store = memoryKeyStore();
    const scopes = ['chat'];
    const mine = { ...key('abc', { scopes }) };
    await store.add(mine);
    scopes.push('admin');
    (mine as { tenant: string }).tenant = 'b';
    expect(await store.find('abc')).toEqual(key('abc'));
    const found = (await store.find('abc')) as unknown as { tenant: string; scopes: string[] };
    expect(() => {
      found.tenant = 'b';
    }).toThrow(TypeError);
    expect(() => found.scopes.push('admin')).toThrow(TypeError);
  });

  it('remembers when keys were last used, apart from them, and never goes back', async () => {
    const store = memoryKeyStore();
    await store.add(key('abc'));
    await store.used(
      new Map([
        ['abc', 10],
        ['nobody', 10],
      ]),
    );
    await store.used(new Map([['abc', 5]]));
    expect(await store.lastUsed(['abc', 'nobody', 'other'])).toEqual(new Map([['abc', 10]]));
    expect((await store.find('abc'))?.revision).toBe(1);
  });

  it('is bounded: a new key too many is refused and told how to go on; known keys can still be changed', async () => {
    const store = memoryKeyStore(2);
    await store.add(key('one'));
    await store.add(key('two'));
    await expect(store.add(key('three'))).rejects.toThrow('The memory key store holds at most 2 keys; use a persistent store.');
    expect(await store.replace(key('two', { revision: 2, revokedAt: 9 }))).toBe(true);
    expect(await store.find('three')).toBeUndefined();
  });
});
