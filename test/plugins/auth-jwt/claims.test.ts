import { describe, expect, it } from 'vitest';
import { checkClaims } from '../../../plugins/auth-jwt/src/claims.ts';
import type { Issuer } from '../../../plugins/auth-jwt/src/options.ts';

const rules = { skewSeconds: 60, maxAgeSeconds: undefined, allowIdTokens: true } as unknown as Issuer;

describe('checkClaims', () => {
  it('is exact at the boundary, in milliseconds', () => {
    const at = (ms: number) => () => checkClaims({ exp: 1_000, nonce: 'x' }, rules, ms);
    expect(at(1_059_999)).not.toThrow();
    expect(at(1_060_000)).toThrow('it has expired');
  });

  it('tells expired apart from the rest', () => {
    expect(() => checkClaims({ exp: 1 }, rules, 1e9)).toThrow(expect.objectContaining({ expired: true }) as Error);
    expect(() => checkClaims({}, rules, 0)).toThrow(expect.objectContaining({ expired: false }) as Error);
  });
});
