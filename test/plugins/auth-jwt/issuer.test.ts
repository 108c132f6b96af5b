import { describe, expect, it } from 'vitest';
import { TokenIssuer } from '../../../plugins/auth-jwt/src/issuer.ts';
import { jwtOptions } from '../../../plugins/auth-jwt/src/options.ts';
import { type ReadToken, readToken } from '../../../plugins/auth-jwt/src/token.ts';
import { audience, issuer, now, rsa, token } from './support/tokens.ts';

const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const [options] = jwtOptions.parse({ issuers: [{ issuer, audience, algorithms: ['RS256'], publicKey }] }).issuers;

describe('TokenIssuer', () => {
  it('says who a token is of, and until when', async () => {
    const own = new TokenIssuer(options as never, {} as never);
    const text = token();
    expect(await own.verify(text, readToken(text) as ReadToken, now * 1_000)).toEqual({
      principal: { id: `${issuer}#ann`, kind: 'user' },
      expiresAt: (now + 600 + 30) * 1_000,
    });
  });

  it('verifies many at once, each by itself', async () => {
    const own = new TokenIssuer(options as never, {} as never);
    const texts = ['a', 'b', 'c'].map((sub) => token({ claims: { iss: issuer, aud: audience, sub, exp: now + 5 } }));
    const all = await Promise.all(texts.map((text) => own.verify(text, readToken(text) as ReadToken, now * 1_000)));
    expect(all.map(({ principal }) => principal.id)).toEqual(['a', 'b', 'c'].map((sub) => `${issuer}#${sub}`));
  });
});
