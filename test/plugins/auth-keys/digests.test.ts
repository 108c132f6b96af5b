import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Digests, sameDigest } from '../../../plugins/auth-keys/src/digests.ts';

const pepper = 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o';

describe('Digests', () => {
  it('are 32 bytes, the same for the same key and pepper, others for others', () => {
    const digests = new Digests(pepper);
    expect(digests.of('one')).toHaveLength(32);
    expect(digests.of('one')).toEqual(new Digests(pepper).of('one'));
    expect(digests.of('two')).not.toEqual(digests.of('one'));
    expect(new Digests(`${pepper}x`).of('one')).not.toEqual(digests.of('one'));
  });

  it('AUTH-9, AUTH-10: are no hash that somebody with the key alone, or the pepper for another purpose, could make', () => {
    const digest = new Digests(pepper).of('one');
    expect(digest).not.toEqual(createHmac('sha256', pepper).update('one').digest());
    expect(digest).not.toEqual(createHmac('sha256', '').update('one').digest());
  });

  it('read so much of a text that is no key, and no more', () => {
    const digests = new Digests(pepper);
    expect(digests.of('x'.repeat(1_000_000))).toEqual(digests.of('x'.repeat(128)));
  });
});

describe('sameDigest', () => {
  it('compares digests of equal length, and none of another', () => {
    expect(sameDigest(Buffer.alloc(32, 1), Buffer.alloc(32, 1))).toBe(true);
    expect(sameDigest(Buffer.alloc(32, 1), Buffer.alloc(32, 2))).toBe(false);
    expect(sameDigest(Buffer.alloc(32, 1), Buffer.alloc(31, 1))).toBe(false);
    expect(sameDigest(Buffer.alloc(0), Buffer.alloc(32))).toBe(false);
  });
});
