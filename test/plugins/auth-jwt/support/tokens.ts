import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Made once: generating RSA keys takes a while. */
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const issuer = 'https://idp.example/';
export const audience = 'ai-gateway';

/** Seconds since 1970 that every test agrees on. */
export const now = 1_764_000_000;

export const usual = { iss: issuer, aud: audience, sub: 'ann', iat: now - 10, exp: now + 600 };

export interface TokenParts {
  readonly header?: object | string;
  readonly claims?: object | string;
  readonly key?: KeyObject;
  readonly secret?: string | Buffer;
}

/** A token, of whatever is said: parts given as texts go in as they are. */
export function token({ header = { alg: 'RS256', kid: 'one' }, claims = usual, key = rsa.privateKey, secret }: TokenParts = {}): string {
  const text = (part: object | string): string => (typeof part === 'string' ? part : JSON.stringify(part));
  const signed = [header, claims].map((part) => Buffer.from(text(part)).toString('base64url')).join('.');
  const signature = secret === undefined ? signatureOf(key, signed, header) : createHmac('sha256', secret).update(signed).digest();
  return `${signed}.${signature.toString('base64url')}`;
}

function signatureOf(key: KeyObject, text: string, header: object | string): Buffer {
  const alg = typeof header === 'object' ? String((header as { alg?: unknown }).alg) : 'RS256';
  const bits = /\d{3}$/.exec(alg)?.[0] ?? '256';
  return sign(`sha${bits}`, Buffer.from(text), key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key);
}

/** What an issuer publishes of a key. */
export function jwk(key: KeyObject, more: object = {}): object {
  return { ...key.export({ format: 'jwk' }), use: 'sig', ...more };
}
