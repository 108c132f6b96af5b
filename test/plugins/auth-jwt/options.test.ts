import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { jwt } from '../../../plugins/auth-jwt/src/plugin.ts';
import { audience, issuer, rsa } from './support/tokens.ts';

const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const secret = 'Jq7vXw2LrT9bKz4mYc8dPf3hNs6gQa1eUb5n';
const usual = { issuer, audience, algorithms: ['RS256'], publicKey };

function problem(own: object): string {
  try {
    jwt({ issuers: [own] } as never);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayConfigError);
    return (error as Error).message;
  }
  return 'none';
}

describe('the options of jwt', () => {
  it('are an issuer with its audience, algorithms and keys', () => {
    expect(problem(usual)).toBe('none');
    expect(problem({ ...usual, publicKey: undefined, jwks: { url: 'https://idp.example/jwks' } })).toBe('none');
    expect(problem({ ...usual, publicKey: undefined, secret, algorithms: ['HS256'] })).toBe('none');
  });

  it.each([
    ['no algorithms', { ...usual, algorithms: undefined }, "is not the token's to say"],
    ['an empty list of them', { ...usual, algorithms: [] }, "is not the token's to say"],
    ['none', { ...usual, algorithms: ['none'] }, "is not the token's to say"],
    ['nOnE', { ...usual, algorithms: ['nOnE'] }, "is not the token's to say"],
    ['one that the verifier does not have', { ...usual, algorithms: ['EdDSA'] }, "is not the token's to say"],
    ['both kinds of algorithms', { ...usual, algorithms: ['RS256', 'HS256'] }, 'a public key could be taken for a secret'],
    ['HS256 with a public key', { ...usual, algorithms: ['HS256'] }, 'none of HS…'],
    ['RS256 with a secret', { ...usual, publicKey: undefined, secret }, 'HS… alone'],
    ['no key', { ...usual, publicKey: undefined }, 'exactly one of jwks, publicKey, secret'],
    ['two keys', { ...usual, secret }, 'exactly one of'],
    ['a private key', { ...usual, publicKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) }, 'a public key in PEM'],
    ['a key that is none', { ...usual, publicKey: 'BEGIN PUBLIC KEY' }, 'a public key in PEM'],
    [
      'a short secret',
      { ...usual, publicKey: undefined, algorithms: ['HS256'], secret: 'Jq7vXw2LrT9bKz4mYc8dPf3' },
      'at least 256 random bits',
    ],
    [
      'an example of one',
      { ...usual, publicKey: undefined, algorithms: ['HS256'], secret: 'your-256-bit-secret-your-256-bit-secret' },
      'random bits',
    ],
    ['no audience', { ...usual, audience: undefined }, 'audience'],
    ['a generous skew', { ...usual, skewSeconds: 61 }, '60 seconds at most'],
    ['a key set in a file', { ...usual, publicKey: undefined, jwks: { url: 'file:///keys' } }, 'an https URL'],
    ['a slip of the pen', { ...usual, algorithm: 'RS256' }, 'algorithm'],
  ])('AUTH-6: refuse to boot with %s', (_what, own, words) => {
    expect(problem(own)).toContain(words);
  });

  it('name each issuer once, and repeat no secret', () => {
    expect(() => jwt({ issuers: [usual, usual] } as never)).toThrow('each issuer once');
    expect(problem({ ...usual, secret, algorithms: ['nonsense'] })).not.toContain(secret);
  });
});
