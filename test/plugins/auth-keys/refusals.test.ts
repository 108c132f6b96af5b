import { describe, expect, it } from 'vitest';
import { refusal, restricted } from '../../../plugins/auth-keys/src/refusals.ts';

describe('refusal', () => {
  it.each(['KEY_INVALID', 'KEY_EXPIRED', 'KEY_REVOKED'] as const)('%s is a 401 that says what to do', (code) => {
    const error = refusal(code);
    expect(error).toMatchObject({ status: 401, code, retryable: false, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
    expect(error.message).toMatch(/operator/);
  });

  it('KEYS_UNAVAILABLE is a 503 that may be tried again, and keeps why to itself', () => {
    const cause = new Error('redis://:password@host is away');
    const error = refusal('KEYS_UNAVAILABLE', cause);
    expect(error).toMatchObject({ status: 503, retryable: true, headers: { 'retry-after': '1' }, cause });
    expect(error.message).not.toContain('redis');
  });
});

describe('restricted', () => {
  it('is a 403 that names what the key is not for', () => {
    expect(restricted('from this address')).toMatchObject({ status: 403, code: 'KEY_RESTRICTED' });
    expect(restricted('from this address').message).toBe(
      'This API key may not be used from this address. Ask the operator for one that may.',
    );
  });
});
