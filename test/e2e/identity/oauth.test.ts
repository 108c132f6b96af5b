import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { apis } from '../../../examples/oidc/src/identity-provider.ts';
import { jwt } from '../../../plugins/auth-jwt/src/index.ts';
import { introspection } from '../../../plugins/auth-passport/src/index.ts';
import { running, upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type AuthorizationServer, authorizationServer } from './support/authorization.ts';

leavesNothing();

/** A gateway that takes this server's tokens, both kinds; `status` is that of a call by OpenAI's own library. */
async function gateway({ issuer, gatewayClient }: AuthorizationServer) {
  const provider = await upstream();
  const allowPrivate = true;
  const { url } = await running(provider.url, {
    allowAnonymous: false,
    plugins: [
      jwt({
        issuers: [
          {
            issuer,
            audience: apis.jwt,
            algorithms: ['RS256'],
            jwks: { url: `${issuer}/jwks`, allowPrivate },
            kind: 'service',
            claims: { id: 'client_id', scopes: 'scope' },
            skewSeconds: 0,
          },
        ],
        requiredScopes: { '/v1/chat/*': ['chat'] },
      }),
      introspection({
        url: `${issuer}/token/introspection`,
        ...gatewayClient,
        audience: apis.opaque,
        cacheSeconds: 1,
        staleSeconds: 3,
        allowPrivate,
      }),
    ],
  });
  async function status(apiKey: string): Promise<number> {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
    return client.chat.completions.create({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] }).then(
      () => 200,
      (error: unknown) => (error as { status: number }).status,
    );
  }
  return { status, asked: provider.bodies };
}

const kinds = { 'a JWT': apis.jwt, 'an opaque token': apis.opaque };

for (const [kind, resource] of Object.entries(kinds)) {
  describe(`${kind} of a real authorization server, for a client's own credential`, () => {
    it('is fetched and used', async () => {
      const server = await authorizationServer();
      const { status, asked } = await gateway(server);
      const token = await server.token({ resource });
      expect(await status(token)).toBe(200);
      expect(await status(token)).toBe(200);
      expect(asked).toHaveLength(2);
    });

    it('works until it expires', async () => {
      const server = await authorizationServer(2);
      const { status } = await gateway(server);
      const token = await server.token({ resource });
      expect(await status(token)).toBe(200);
      await wait(2_100);
      expect(await status(token)).toBe(401);
    });

    it('lets nobody in where it is meant for another API', async () => {
      const server = await authorizationServer();
      const { status, asked } = await gateway(server);
      expect(await status(await server.token({ resource: apis.other }))).toBe(401);
      expect(asked).toEqual([]);
    });

    it('lets nobody in where it is forged, cut, or of another server', async () => {
      const [server, other] = await Promise.all([authorizationServer(), authorizationServer()]);
      const { status, asked } = await gateway(server);
      const token = await server.token({ resource });
      const middle = Math.floor(token.length / 2);
      const changed = `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
      for (const bad of [changed, token.slice(0, -4), `${token}x`, await other.token({ resource })]) expect(await status(bad)).toBe(401);
      expect(asked).toEqual([]);
      expect(await status(token)).toBe(200);
    });
  });
}

describe('what a client of an authorization server may do', () => {
  it('ends within a second when its opaque token is revoked', async () => {
    const server = await authorizationServer();
    const { status } = await gateway(server);
    const token = await server.token({ resource: apis.opaque });
    expect(await status(token)).toBe(200);
    await server.revoke(token);
    await wait(1_050);
    expect(await status(token)).toBe(401);
  });

  it('is what the scopes of its token say', async () => {
    const server = await authorizationServer();
    const { status } = await gateway(server);
    expect(await status(await server.token({ scope: 'chat embed' }))).toBe(200);
    expect(await status(await server.token({ scope: 'embed' }))).toBe(403);
  });

  it('goes on for a moment when the server is gone: JWTs by its last keys, opaque tokens by its last answers', async () => {
    const server = await authorizationServer();
    const { status } = await gateway(server);
    const [own, opaque, unknown] = await Promise.all([
      server.token(),
      server.token({ resource: apis.opaque }),
      server.token({ resource: apis.opaque }),
    ]);
    expect([await status(own), await status(opaque)]).toEqual([200, 200]);
    await server.kill();
    expect([await status(own), await status(opaque), await status(unknown)]).toEqual([200, 200, 503]);
    await wait(4_100);
    expect([await status(own), await status(opaque)]).toEqual([200, 503]);
  });
});
