import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { gateway, keyServer } from './support/gateway.ts';
import { audience, ec, issuer, jwk, now, otherRsa, rsa, token, usual } from './support/tokens.ts';

leavesNothing();

const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;

describe('jwt', () => {
  it('lets in whoever shows a token of its issuer, as whom its claims say', async () => {
    const { status, seen } = await gateway({
      claims: { tenant: 'org.id', plan: 'https://my.app/plan', scopes: 'scope', metadata: { region: 'region', seat: 'seat' } },
    });
    const claims = { ...usual, org: { id: 'acme' }, 'https://my.app/plan': 'pro', scope: 'chat embed', region: 'eu', seat: 7 };
    expect(await status(token({ claims }))).toBe(200);
    expect(seen).toEqual([
      { id: `${issuer}#ann`, kind: 'user', tenant: 'acme', plan: 'pro', scopes: ['chat', 'embed'], metadata: { region: 'eu', seat: '7' } },
    ]);
  });

  it('takes it from where each library puts it', async () => {
    const { url, seen } = await gateway();
    const own = token();
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    await new OpenAI({ baseURL: `${url}/v1`, apiKey: own, maxRetries: 0 }).chat.completions.create({ model: 'chat', messages });
    await new Anthropic({ baseURL: url, authToken: own, apiKey: null, maxRetries: 0 }).messages.create({
      model: 'chat',
      max_tokens: 5,
      messages,
    });
    await new GoogleGenAI({ apiKey: own, httpOptions: { baseUrl: url } }).models.generateContent({ model: 'chat', contents: 'Hi' });
    expect(seen).toHaveLength(3);
  });

  it('leaves other credentials to others', async () => {
    const { asked } = await gateway();
    for (const other of [
      'gw_live_x',
      'sk-abc',
      'a.b.c',
      'eyJ4IjoxfQ.e30.x',
      'e30.e30.e30',
      'eyJhbGciOjF9.e30.x',
      token().split('.').slice(0, 2).join('.'),
      `${token()}.x`,
    ])
      expect((await asked(other)).json.error?.code, other).toBe('GW_UNAUTHENTICATED');
  });

  describe('AUTH-6: where the token would have a say', () => {
    const spelt = [
      pem,
      pem.trim(),
      ` ${pem}`,
      `\n${pem}`,
      pem.replaceAll('\n', '\r\n'),
      `\ufeff${pem}`,
      pem.replace(/-----.*?-----|\n/g, ''),
    ];
    const unsigned = (alg: string): string => token({ header: { alg, kid: 'one' } }).replace(/[^.]*$/, '');
    const headers: [string, string][] = [
      ...['none', 'None', 'nOnE', 'NONE'].map((alg): [string, string] => [`alg ${alg}`, unsigned(alg)]),
      ...spelt.map((secret, index): [string, string] => [
        `HS256 with the public key, spelling ${index}`,
        token({ header: { alg: 'HS256', kid: 'one' }, secret }),
      ]),
      [
        'HS256 with the public key in DER',
        token({ header: { alg: 'HS256' }, secret: rsa.publicKey.export({ type: 'spki', format: 'der' }) }),
      ],
      ['RS256 signed as HS256', token({ secret: pem })],
      ['another RSA algorithm than agreed', token({ header: { alg: 'RS384' } })],
      ['an algorithm that is no text', token({ header: '{"alg":["RS256"]}' })],
      ['alg twice', token({ header: '{"alg":"RS256","alg":"none"}' })],
      ['alg twice, escaped', token({ header: '{"alg":"RS256","\\u0061lg":"none"}' })],
      ['a key of its own', token({ header: { alg: 'RS256', jwk: jwk(otherRsa.publicKey) }, key: otherRsa.privateKey })],
      ['a place of its own for keys', token({ header: { alg: 'RS256', jku: 'http://127.0.0.1:1/keys' }, key: otherRsa.privateKey })],
      [
        'a certificate of its own',
        token({ header: { alg: 'RS256', x5u: 'http://127.0.0.1:1/cert', x5c: ['x'] }, key: otherRsa.privateKey }),
      ],
      ['an extension nobody knows', token({ header: { alg: 'RS256', crit: ['x'], x: 1 } })],
      ['an empty signature', `${token().split('.').slice(0, 2).join('.')}.`],
      ['a cut signature', token().slice(0, -10)],
      [
        'the signature of another token',
        `${token().split('.').slice(0, 2).join('.')}.${token({ claims: { ...usual, sub: 'bob' } }).split('.')[2]}`,
      ],
      ['a signature of another key', token({ key: otherRsa.privateKey })],
      ['a header of a megabyte', token({ header: { alg: 'RS256', pad: 'x'.repeat(12_000) } })],
    ];

    it.each(headers)('%s is refused', async (_what, forged) => {
      const { status, up } = await gateway();
      expect([401, 431]).toContain(await status(forged));
      expect(up.bodies).toEqual([]);
    });

    it.each(['../../etc/passwd', "' OR 1=1 --", '__proto__', 'constructor', '', 'x'.repeat(5_000), 'two'])(
      'the key named %.30s is looked for in the issuer’s own set, and nowhere else',
      async (kid) => {
        const keys = await keyServer();
        const { status } = await gateway({ jwks: { url: keys.url, allowPrivate: true } });
        expect(await status(token({ header: { alg: 'RS256', kid }, key: otherRsa.privateKey }))).toBe(401);
        expect(keys.fetches).toBe(1);
      },
    );
  });

  describe('AUTH-7: claims', () => {
    const without = (name: string): object => Object.fromEntries(Object.entries(usual).filter(([other]) => other !== name));
    const refused: [string, object | string][] = [
      ['of another audience', { ...usual, aud: 'another' }],
      ['of no audience', without('aud')],
      ['of an audience that is part of a name', { ...usual, aud: `${audience}x` }],
      ['of another issuer', { ...usual, iss: 'https://idp.example' }],
      ['of no issuer', without('iss')],
      ['of an issuer that is a list', { ...usual, iss: [issuer] }],
      ['without exp', without('exp')],
      ['with exp as a text', { ...usual, exp: String(now + 600) }],
      ['with exp 1e400', JSON.stringify(usual).replace(String(usual.exp), '1e400')],
      ['with exp 1e300', { ...usual, exp: 1e300 }],
      ['with exp negative', { ...usual, exp: -1 }],
      ['with exp null', { ...usual, exp: null }],
      ['with exp 61 seconds ago', { ...usual, exp: now - 61 }],
      ['with exp 60 seconds ago', { ...usual, exp: now - 60 }],
      ['with nbf in 61 seconds', { ...usual, nbf: now + 61 }],
      ['with nbf as a text', { ...usual, nbf: '0' }],
      ['with iat in 61 seconds', { ...usual, iat: now + 61 }],
      ['with exp twice', `{"iss":"${issuer}","aud":"${audience}","sub":"ann","exp":${now - 999},"exp":${now + 600}}`],
      ['of an ID token: nonce', { ...usual, nonce: 'x' }],
      ['of an ID token: at_hash', { ...usual, at_hash: 'x' }],
      ['without sub', without('sub')],
      ['with sub as a number', { ...usual, sub: 1 }],
      ['with sub as an object', { ...usual, sub: { id: 'ann' } }],
      ['with an empty sub', { ...usual, sub: '' }],
      ['that are a list', '[]'],
      ['that are no JSON', 'nonsense'],
    ];

    it.each(refused)('%s are refused', async (_what, claims) => {
      const { status, up } = await gateway();
      expect(await status(token({ claims }))).toBe(401);
      expect(up.bodies).toEqual([]);
    });

    it.each([
      ['of several audiences, one of them ours', { ...usual, aud: ['another', audience] }],
      ['with exp 59 seconds ago', { ...usual, exp: now - 59 }],
      ['with nbf in 60 seconds', { ...usual, nbf: now + 60 }],
      ['with iat in 60 seconds', { ...usual, iat: now + 60 }],
      ['without iat', Object.fromEntries(Object.entries(usual).filter(([name]) => name !== 'iat'))],
    ])('%s are taken', async (_what, claims) => {
      const { status } = await gateway();
      expect(await status(token({ claims }))).toBe(200);
    });

    it('say that a token has expired, and of others no more than that they are not valid', async () => {
      const { asked } = await gateway();
      expect((await asked(token({ claims: { ...usual, exp: now - 100 } }))).json.error?.code).toBe('JWT_EXPIRED');
      const others = await Promise.all(
        [token({ claims: { ...usual, aud: 'x' } }), token({ key: otherRsa.privateKey })].map(
          async (forged) => (await asked(forged)).json.error?.message,
        ),
      );
      expect(new Set(others).size).toBe(1);
    });

    it('may have to be of a type, and not too old', async () => {
      const { status } = await gateway({ type: 'at+jwt', maxAgeSeconds: 300 });
      const of = (typ: unknown, iat?: number): string =>
        token({ header: { alg: 'RS256', typ }, claims: { ...usual, ...(iat !== undefined && { iat }) } });
      expect(await status(of('at+jwt'))).toBe(200);
      expect(await status(of('application/AT+JWT'))).toBe(200);
      for (const typ of ['JWT', undefined, 1]) expect(await status(of(typ))).toBe(401);
      expect(await status(of('at+jwt', now - 359))).toBe(200);
      expect(await status(of('at+jwt', now - 360))).toBe(401);
    });

    it('that a principal needs must be there', async () => {
      const { status } = await gateway({ claims: { tenant: 'org' }, required: ['tenant'] });
      expect(await status(token())).toBe(401);
      expect(await status(token({ claims: { ...usual, org: 'acme' } }))).toBe(200);
      expect(await status(token({ claims: { ...usual, org: ['acme'] } }))).toBe(401);
    });

    it('that are texts of the language itself are none', async () => {
      const { status } = await gateway({ claims: { tenant: 'constructor.name' } });
      expect(await status(token())).toBe(200);
    });
  });

  describe('AUTH-3: what is remembered', () => {
    it('is of the whole token: one that shares all but its end is another', async () => {
      const { status, seen } = await gateway();
      const own = token();
      expect(await status(own)).toBe(200);
      for (const shared of [20, 64, own.length - 1]) {
        // Another letter in each place: 'A' and 'w' differ in the bits that the last letter of a signature still carries.
        const forged = own.slice(0, shared) + own.slice(shared).replace(/[^.]/g, (one) => (one === 'A' ? 'w' : 'A'));
        expect(await status(forged), String(shared)).toBe(401);
      }
      expect(await status(token({ claims: { ...usual, sub: 'bob' } }))).toBe(200);
      expect(seen.map((who) => who?.id)).toEqual([`${issuer}#ann`, `${issuer}#bob`]);
    });

    it('ends when the token does', async () => {
      const { status, clock } = await gateway({ skewSeconds: 0 });
      const own = token({ claims: { ...usual, exp: now + 30 } });
      expect(await status(own)).toBe(200);
      clock.advance(29_999);
      expect(await status(own)).toBe(200);
      clock.advance(1);
      expect(await status(own)).toBe(401);
    });

    it('is bounded', async () => {
      const { status } = await gateway({}, { maxRemembered: 2 });
      for (const sub of ['a', 'b', 'c', 'a']) expect(await status(token({ claims: { ...usual, sub } }))).toBe(200);
    });
  });

  it('AUTH-4: lets nobody in where verifying fails in a way that nobody thought of', async () => {
    const { status } = await gateway({ claims: { id: 'a.b.c.d' } });
    expect(await status(token())).toBe(401);
  });

  it('takes elliptic curves, and secrets', async () => {
    const curve = await gateway({ algorithms: ['ES256'], publicKey: ec.publicKey.export({ type: 'spki', format: 'pem' }) as string });
    expect(await curve.status(token({ header: { alg: 'ES256' }, key: ec.privateKey }))).toBe(200);
    const secret = 'Jq7vXw2LrT9bKz4mYc8dPf3hNs6gQa1eUb5n';
    const shared = await gateway({ algorithms: ['HS256'], secret });
    expect(await shared.status(token({ header: { alg: 'HS256' }, secret }))).toBe(200);
    expect(await shared.status(token({ header: { alg: 'HS256' }, secret: `${secret}x` }))).toBe(401);
  });

  it('needs the scopes of an endpoint', async () => {
    const { asked } = await gateway({ claims: { scopes: 'scp' } }, { requiredScopes: { '/v1/chat/*': ['chat'] } });
    expect((await asked(token({ claims: { ...usual, scp: ['chat'] } }))).status).toBe(200);
    expect((await asked(token({ claims: { ...usual, scp: ['other'] } }))).json.error?.code).toBe('INSUFFICIENT_SCOPE');
    expect((await asked(token())).status).toBe(403);
  });

  it('holds the models of a token', async () => {
    const { asked } = await gateway({ claims: { models: 'models' } });
    expect((await asked(token({ claims: { ...usual, models: ['chat'] } }))).status).toBe(200);
    expect((await asked(token({ claims: { ...usual, models: ['other'] } }))).json.error?.code).toBe('GW_MODEL_FORBIDDEN');
  });

  it('AUTH-12: acts as whom the token is of, whatever other headers say', async () => {
    const { chat, seen } = await gateway({ claims: { tenant: 'org' } });
    const headers = {
      authorization: `Bearer ${token({ claims: { ...usual, org: 'a' } })}`,
      'x-tenant': 'b',
      'x-org': 'b',
      'x-forwarded-user': 'b',
    };
    await chat({}, { headers });
    expect(seen).toMatchObject([{ tenant: 'a' }]);
  });

  it('tells no token in a log, and sends none upstream', async () => {
    const { asked, logger } = await gateway();
    const [good, bad] = [token(), token({ claims: { ...usual, aud: 'x' } })];
    await asked(good);
    await asked(bad);
    const log = JSON.stringify(logger.lines);
    for (const one of [good, bad]) for (const part of one.split('.').slice(1)) expect(log).not.toContain(part);
  });
});
