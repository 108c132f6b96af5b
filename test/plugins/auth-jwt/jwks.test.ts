import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { gateway, keyServer } from './support/gateway.ts';
import { issuer, jwk, otherRsa, rsa, token, usual } from './support/tokens.ts';

leavesNothing();

const second = (sub = 'ann') => token({ header: { alg: 'RS256', kid: 'two' }, key: otherRsa.privateKey, claims: { ...usual, sub } });
const first = (sub = 'ann') => token({ claims: { ...usual, sub, exp: usual.exp + 100_000 } });

async function fetching(own: object = {}) {
  const keys = await keyServer();
  return { keys, ...(await gateway({ jwks: { url: keys.url, allowPrivate: true, ...own } })) };
}

describe('keys that an issuer publishes', () => {
  it('are fetched once for many', async () => {
    const { keys, status } = await fetching();
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((sub) => status(first(sub))))).toEqual([200, 200, 200, 200]);
    expect(keys.fetches).toBe(1);
  });

  it('rotate: a new one is fetched when a token names it, without downtime', async () => {
    const { keys, status, clock } = await fetching();
    expect(await status(first())).toBe(200);
    keys.keys = [jwk(rsa.publicKey, { kid: 'one' }), jwk(otherRsa.publicKey, { kid: 'two' })];
    clock.advance(30_000);
    expect(await status(second())).toBe(200);
    expect(await status(first('bob'))).toBe(200);
    expect(keys.fetches).toBe(2);
  });

  it('that are taken back end within a minute of the next fetch, for tokens that were let in as well', async () => {
    const { keys, status, clock } = await fetching({ maxAgeSeconds: 60 });
    const own = first();
    expect(await status(own)).toBe(200);
    keys.keys = [jwk(otherRsa.publicKey, { kid: 'two' })];
    clock.advance(60_000);
    expect(await status(own)).toBe(401);
  });

  it('are not fetched for every name that somebody makes up', async () => {
    const { keys, status, clock } = await fetching();
    const unknown = (at: number): string =>
      token({ header: { alg: 'RS256', kid: `unknown-${at}` }, claims: { ...usual, sub: String(at) } });
    for (let at = 0; at < 50; at += 1) expect(await status(unknown(at))).toBe(401);
    expect(keys.fetches).toBe(1);
    clock.advance(30_000);
    for (let at = 50; at < 60; at += 1) await status(unknown(at));
    expect(keys.fetches).toBe(2);
    expect(await status(first())).toBe(200);
  });

  it('go on while the issuer is away, for an hour; then 503', async () => {
    const { keys, status, clock, asked, logger } = await fetching();
    expect(await status(first('a'))).toBe(200);
    keys.status = 500;
    clock.advance(600_000);
    expect(await status(first('b'))).toBe(200);
    expect(logger.texts('error').join()).toContain('it answered with status 500');
    clock.advance(3_600_000);
    expect(await asked(first('c'))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { error: { code: 'JWT_KEYS_UNAVAILABLE' } },
    });
    keys.status = 200;
    clock.advance(30_000);
    expect(await status(first('d'))).toBe(200);
  });

  it.each([
    '',
    '[]',
    '{"keys":{}}',
    '{"keys":null}',
    `{"keys":[${Array.from({ length: 101 }, () => '{}').join()}]}`,
    `{"keys":[],"x":"${'x'.repeat(300_000)}"}`,
  ])('that are no key set let nobody in: %.30s', async (body) => {
    const { keys, status } = await fetching();
    keys.body = body;
    expect(await status(first())).toBe(503);
  });

  it('that are short, for encryption, or of another kind verify nothing', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const { keys, status } = await fetching();
    keys.keys = [
      jwk(short.publicKey, { kid: 'short' }),
      jwk(rsa.publicKey, { kid: 'one', use: 'enc' }),
      { kty: 'oct', kid: 'two', k: 'c2VjcmV0' },
    ];
    expect(await status(token({ header: { alg: 'RS256', kid: 'short' }, key: short.privateKey }))).toBe(401);
    expect(await status(first())).toBe(401);
    expect(await status(token({ header: { alg: 'HS256', kid: 'two' }, secret: 'secret' }))).toBe(401);
  });

  it('may have no name where there is one', async () => {
    const { keys, status } = await fetching();
    keys.keys = [jwk(rsa.publicKey)];
    expect(await status(token({ header: { alg: 'RS256' } }))).toBe(200);
    keys.keys = [jwk(rsa.publicKey), jwk(otherRsa.publicKey)];
    const other = await gateway({ jwks: { url: keys.url, allowPrivate: true } });
    expect(await other.status(token({ header: { alg: 'RS256' } }))).toBe(401);
  });

  it('are those of the issuer that a token names, and of no other', async () => {
    const { status } = await fetching();
    expect(await status(token({ claims: { ...usual, iss: `${issuer}other` } }))).toBe(401);
  });

  it('SSRF-3: are fetched from no private address unless that is allowed', async () => {
    const keys = await keyServer();
    const { status } = await gateway({ jwks: { url: keys.url } });
    expect(await status(first())).toBe(503);
    expect(keys.fetches).toBe(0);
  });
});
