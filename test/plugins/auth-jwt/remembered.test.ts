import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, Remembered } from '../../../plugins/auth-jwt/src/remembered.ts';

const verified = (expiresAt: number) => ({ principal: { id: 'a', kind: 'user' as const }, expiresAt });

describe('Remembered', () => {
  it('believes a minute at most, and no longer than a token lasts', () => {
    const remembered = new Remembered(10);
    remembered.add('long', verified(1e9), 0);
    remembered.add('short', verified(10), 0);
    expect(remembered.get('long', 59_999)).toBeDefined();
    expect(remembered.get('long', 60_000)).toBeUndefined();
    expect(remembered.get('short', 10)).toBeUndefined();
  });

  it('forgets the oldest where there are too many', () => {
    const remembered = new Remembered(2);
    for (const digest of ['a', 'b', 'c']) remembered.add(digest, verified(1e9), 0);
    expect(['a', 'b', 'c'].map((digest) => remembered.get(digest, 1) !== undefined)).toEqual([false, true, true]);
  });
});

describe('digestOf', () => {
  it('AUTH-3: is another for another token', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => (digestOf(one) === digestOf(other)) === (one === other)));
  });
});
