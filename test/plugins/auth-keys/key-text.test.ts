import { describe, expect, it } from 'vitest';
import { isKeyLike, newKey, newPublicId, readKey } from '../../../plugins/auth-keys/src/key-text.ts';

const id = 'abcdefghijklmnop';
const secret = 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst';

describe('a key', () => {
  it('is gw_<environment>_<public id>_<256 bits>, whole by a double click', () => {
    const key = newKey('live', id);
    expect(key).toMatch(/^gw_live_abcdefghijklmnop_[a-z2-7]{52}$/);
    expect(readKey(key)).toEqual({ environment: 'live', publicId: id });
    expect(isKeyLike(key)).toBe(true);
  });

  it('is another each time, and so is its public id', () => {
    const made = Array.from({ length: 2_000 }, () => [newPublicId(), newKey('live', id)]);
    expect(new Set(made.map(([publicId]) => publicId)).size).toBe(2_000);
    expect(new Set(made.map(([, key]) => key)).size).toBe(2_000);
  });

  it('has every character of its alphabet as often as another', () => {
    const counts = new Map<string, number>();
    for (let at = 0; at < 500; at += 1) for (const one of newKey('live', id).slice(-52)) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect(counts.size).toBe(32);
    for (const [, count] of counts) expect(Math.abs(count - 812.5)).toBeLessThan(812.5 * 0.25);
  });
});

describe('readKey', () => {
  it.each([
    '',
    'gw_',
    `gw_live_${id}`,
    `gw_live_${id}_${secret.slice(1)}`,
    `gw_live_${id}_${secret}a`,
    `gw_live_${id.slice(1)}_${secret}`,
    `gw_LIVE_${id}_${secret}`,
    `GW_live_${id}_${secret}`,
    `gw__${id}_${secret}`,
    `gw_${'e'.repeat(17)}_${id}_${secret}`,
    `gw_live_${id.toUpperCase()}_${secret}`,
    `gw_live_${id}_${secret.slice(0, 51)}1`,
    ` gw_live_${id}_${secret}`,
    `gw_live_${id}_${secret}\n`,
    `gw_live_${id}_${'a'.repeat(1_000_000)}`,
  ])('finds none in %.60s', (text) => {
    expect(readKey(text)).toBeUndefined();
  });

  it('leaves other credentials to others', () => {
    for (const other of ['sk-abc', 'eyJhbGciOi.J.x', 'GW_live', 'any', '']) expect(isKeyLike(other)).toBe(false);
  });
});
