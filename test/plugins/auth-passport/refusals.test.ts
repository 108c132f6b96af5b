import { describe, expect, it } from 'vitest';
import { refusal } from '../../../plugins/auth-passport/src/refusals.ts';

describe('refusal', () => {
  it('challenges who is not known, in the words of the strategy where it has some', () => {
    expect(refusal('PASSPORT_REFUSED')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' }, retryable: false });
    expect(refusal('PASSPORT_REFUSED', { challenge: 'Basic realm="x"' }).headers).toEqual({ 'www-authenticate': 'Basic realm="x"' });
  });

  it('asks to try again where nobody is to blame', () => {
    const cause = new Error('away');
    const away = refusal('INTROSPECTION_UNAVAILABLE', { cause });
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, retryable: true, cause });
  });

  it('says what to do about a page of another origin', () => {
    expect(refusal('FORBIDDEN_ORIGIN')).toMatchObject({ status: 403, headers: {} });
    expect(refusal('FORBIDDEN_ORIGIN').message).toContain('option origins');
  });
});
