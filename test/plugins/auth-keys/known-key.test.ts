import type { StoredKey } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { KnownKey } from '../../../plugins/auth-keys/src/known-key.ts';

const digest = (fill: number): Buffer => Buffer.alloc(32, fill);

function stored(more: Partial<StoredKey> = {}): StoredKey {
  return { publicId: 'abcdefghijklmnop', revision: 1, digest: digest(1).toString('base64url'), label: 'x', createdAt: 0, ...more };
}

describe('KnownKey', () => {
  it('is of its own digest alone', () => {
    const key = new KnownKey(stored(), 0);
    expect(key.isOf(digest(1), 0)).toBe(true);
    expect(key.isOf(digest(2), 0)).toBe(false);
  });

  it('is of the digest before its last rotation until that ends', () => {
    const key = new KnownKey(stored({ previous: { digest: digest(2).toString('base64url'), until: 10 } }), 0);
    expect([key.isOf(digest(2), 9), key.isOf(digest(2), 10), key.isOf(digest(1), 10)]).toEqual([true, false, true]);
  });

  it('is of no digest where what is stored is none', () => {
    for (const bad of ['', 'AA', digest(1).toString('base64url').slice(0, -2)]) {
      const key = new KnownKey(stored({ digest: bad }), 0);
      expect(key.isOf(Buffer.from(bad, 'base64url'), 0) && bad !== '').toBe(bad.length > 0);
      expect(key.isOf(digest(1), 0)).toBe(false);
    }
  });

  it('knows when it ended', () => {
    expect(new KnownKey(stored({ revokedAt: 1 }), 0).revoked).toBe(true);
    const key = new KnownKey(stored({ expiresAt: 10 }), 0);
    expect([key.revoked, key.expired(9), key.expired(10)]).toEqual([false, false, true]);
  });

  it('is a principal: what it has and nothing else, in a space of ids of its own', () => {
    expect(new KnownKey(stored(), 0).principal).toEqual({ id: 'key:abcdefghijklmnop', kind: 'key' });
    const all = { tenant: 't', app: 'a', user: 'u', plan: 'p', scopes: ['s'], metadata: { m: '1' } };
    expect(new KnownKey(stored({ ...all, restrictions: { models: ['chat'] } }), 0).principal).toEqual({
      id: 'key:abcdefghijklmnop',
      kind: 'key',
      ...all,
      models: ['chat'],
    });
  });

  it('lets nobody in by restrictions that it cannot read', () => {
    expect(() => new KnownKey(stored({ restrictions: { moonPhases: ['full'] } }), 0)).toThrow(/a newer version .* may have written them/);
  });
});
