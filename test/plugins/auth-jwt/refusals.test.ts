import { describe, expect, it } from 'vitest';
import { refusal, Unfit } from '../../../plugins/auth-jwt/src/refusals.ts';

describe('refusal', () => {
  it('says what to do', () => {
    expect(refusal('JWT_EXPIRED')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
    expect(refusal('JWT_KEYS_UNAVAILABLE', new Error('x'))).toMatchObject({
      status: 503,
      retryable: true,
      headers: { 'retry-after': '1' },
    });
  });
});

describe('Unfit', () => {
  it('says why, and whether time alone is to blame', () => {
    expect(new Unfit('old', true)).toMatchObject({ message: 'old', expired: true });
    expect(new Unfit('bad').expired).toBe(false);
  });
});
