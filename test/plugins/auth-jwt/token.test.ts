import { describe, expect, it } from 'vitest';
import { isTokenLike, readToken } from '../../../plugins/auth-jwt/src/token.ts';
import { token } from './support/tokens.ts';

describe('isTokenLike', () => {
  it('is three parts of base64url, the first of which is an object’s', () => {
    expect(isTokenLike(token())).toBe(true);
    for (const other of ['', 'a.b.c', 'ey.ey', 'ey.ey.ey.ey', 'ey.e y.x', `ey${'x'.repeat(20_000)}.x.x`, '..', 'ey..x'])
      expect(isTokenLike(other)).toBe(false);
  });
});

describe('readToken', () => {
  it('gives what a token says of itself', () => {
    expect(readToken(token({ header: { alg: 'X', a: 1 }, claims: { iss: 'me' } }))).toEqual({ header: { alg: 'X', a: 1 }, issuer: 'me' });
    expect(readToken(token({ claims: 'nonsense' }))).toMatchObject({ issuer: undefined });
  });

  it('is none without an algorithm, or a header that is an object', () => {
    for (const header of ['[]', 'null', '"x"', '{}', '{"alg":1}', 'nonsense']) expect(readToken(token({ header })), header).toBeUndefined();
  });

  it('sees a name that comes twice, in either part', () => {
    expect(readToken(token({ header: '{"alg":"a","alg":"b"}' }))).toBe('twice');
    expect(readToken(token({ claims: '{"iss":"a","iss":"b"}' }))).toBe('twice');
  });
});
