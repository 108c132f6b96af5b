import { describe, expect, it } from 'vitest';
import { memoryKeyStore, type StoredKey } from '../../../core/src/services/key-store.ts';

function key(publicId: string, more: Partial<StoredKey> = {}): StoredKey {
  return {
    publicId,
    digest: new Uint8Array(32).fill(7),
    principalId: 'team-a',
    tenant: 'a',
    plan: undefined,
    scopes: ['chat'],
    label: 'laptop',
    createdAt: 1,
    expiresAt: undefined,
    revokedAt: undefined,
    ...more,
  };
}

describe('memoryKeyStore', () => {
  it('finds a key by its public part, exactly', async () => {
    const store = memoryKeyStore();
    await store.put(key('abc'));
    expect(await store.find('abc')).toEqual(key('abc'));
    for (const other of ['ABC', 'ab', 'abcd', '', '__proto__', 'constructor']) expect(await store.find(other)).toBeUndefined();
  });

  it('putting a key again replaces it: so it is revoked', async () => {
    const store = memoryKeyStore();
    await store.put(key('abc'));
    await store.put(key('abc', { revokedAt: 5 }));
    expect((await store.find('abc'))?.revokedAt).toBe(5);
    expect(await store.list()).toHaveLength(1);
  });

  it('lists all keys, in a list of the caller’s own', async () => {
    const store = memoryKeyStore();
    await store.put(key('one'));
    await store.put(key('two'));
    ((await store.list()) as StoredKey[]).length = 0;
    expect((await store.list()).map(({ publicId }) => publicId)).toEqual(['one', 'two']);
  });

  it('keeps a key as it was put: neither its maker nor its reader can widen it', async () => {
    const store = memoryKeyStore();
    const scopes = ['chat'];
    const digest = new Uint8Array(32).fill(7);
    const mine = { ...key('abc', { scopes, digest }) };
    await store.put(mine);
    scopes.push('admin');
    digest.fill(0);
    (mine as { tenant: string }).tenant = 'b';
    expect(await store.find('abc')).toEqual(key('abc'));
    const found = (await store.find('abc')) as unknown as { tenant: string; scopes: string[] };
    expect(() => {
      found.tenant = 'b';
    }).toThrow(TypeError);
    expect(() => found.scopes.push('admin')).toThrow(TypeError);
  });

  it('is bounded: a new key too many is refused and told how to go on; known keys can still be changed', async () => {
    const store = memoryKeyStore(2);
    await store.put(key('one'));
    await store.put(key('two'));
    await expect(store.put(key('three'))).rejects.toThrow('The memory key store holds at most 2 keys; use a persistent store.');
    await store.put(key('two', { revokedAt: 9 }));
    expect((await store.find('two'))?.revokedAt).toBe(9);
    expect(await store.find('three')).toBeUndefined();
  });
});
