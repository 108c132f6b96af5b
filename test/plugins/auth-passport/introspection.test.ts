import { describe, expect, it } from 'vitest';
import { type IntrospectionOptions, introspection } from '../../../plugins/auth-passport/src/introspection.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hosted } from './support/hosted.ts';

leavesNothing();

/** An identity provider's endpoint that answers as it is told, and keeps what it was asked. */
async function endpoint() {
  const state = { answer: { active: true, sub: 'ann', aud: 'ai' } as unknown, status: 200, bodies: [] as string[], logins: [] as string[] };
  const server = await listening((req, res) => {
    state.logins.push(req.headers.authorization ?? '');
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      state.bodies.push(body);
      const text = typeof state.answer === 'string' ? state.answer : JSON.stringify(state.answer);
      res.writeHead(state.status, { 'content-type': 'application/json', connection: 'close' }).end(text);
    });
  });
  return Object.assign(state, { url: `${server.url}/introspect` });
}

async function gateway(more: Partial<IntrospectionOptions> = {}) {
  const idp = await endpoint();
  const usual = { url: idp.url, clientId: 'gate:way', clientSecret: 'hunter 22', audience: 'ai', allowPrivate: true };
  const run = await hosted([introspection({ ...usual, ...more })]);
  return { ...run, idp, status: async (token: string) => (await run.call({ authorization: `Bearer ${token}` })).status };
}

describe('introspection', () => {
  it('lets in whom the provider names, and asks as RFC 7662 and RFC 6749 say', async () => {
    const { status, idp, seen } = await gateway();
    expect(await status('opaque&token')).toBe(200);
    expect(seen).toEqual([{ id: 'ann', kind: 'user' }]);
    expect(idp.bodies).toEqual(['token=opaque%26token&token_type_hint=access_token']);
    expect(Buffer.from(String(idp.logins[0]).replace('Basic ', ''), 'base64').toString()).toBe('gate%3Away:hunter%2022');
    expect(await status('opaque&token')).toBe(200);
    expect(idp.bodies).toHaveLength(1);
  });

  it('refuses what is not active, or meant for another API', async () => {
    const { call, idp, asked } = await gateway();
    idp.answer = { active: false };
    const { status, headers, json } = await call({ authorization: 'Bearer x' });
    expect([status, json.error?.code, headers['www-authenticate']]).toEqual([401, 'TOKEN_INACTIVE', 'Bearer error="invalid_token"']);
    idp.answer = { active: true, sub: 'ann', aud: 'other' };
    expect((await call({ authorization: 'Bearer y' })).status).toBe(401);
    expect((await call()).json.error?.code).toBe('GW_UNAUTHENTICATED');
    expect(asked).toEqual([]);
  });

  it('refuses a token within its cache time of being revoked', async () => {
    const { status, idp, clock } = await gateway({ cacheSeconds: 5 });
    expect(await status('t')).toBe(200);
    idp.answer = { active: false };
    clock.advance(5_000);
    expect(await status('t')).toBe(401);
  });

  it.each([
    ['an error', 500, '{}'],
    ['a refusal of the gateway itself', 401, '{}'],
    ['a page', 200, '<html>'],
    ['half an answer', 200, '{"active":'],
    ['another answer', 200, { active: 'yes', sub: 'ann', aud: 'ai' }],
    ['somebody without a name', 200, { active: true, aud: 'ai' }],
    ['more than can be', 200, JSON.stringify({ active: true, sub: 'ann', aud: 'ai', pad: 'x'.repeat(70_000) })],
  ])('AUTH-4: %s is no answer: 503, nobody is let in', async (_what, code, answer) => {
    const { call, idp, asked } = await gateway();
    idp.status = code;
    idp.answer = answer;
    expect(await call({ authorization: 'Bearer x' })).toMatchObject({
      status: 503,
      json: { error: { code: 'INTROSPECTION_UNAVAILABLE' } },
    });
    expect(asked).toEqual([]);
  });

  it('SSRF-3: goes to no private address unless it may, and follows no redirect', async () => {
    const closed = await gateway({ allowPrivate: false });
    expect(await closed.status('x')).toBe(503);
    expect(closed.idp.bodies).toEqual([]);
    const idp = await endpoint();
    const leading = await listening((_req, res) => res.writeHead(307, { location: idp.url, connection: 'close' }).end());
    const { status } = await gateway({ url: leading.url });
    expect(await status('x')).toBe(503);
    expect(idp.bodies).toEqual([]);
  });

  it('tells nobody the token or its own secret', async () => {
    const { status, idp, logger, asked } = await gateway();
    await status('token-of-ann');
    idp.status = 500;
    await status('token-of-bob');
    expect(JSON.stringify([logger.lines, asked])).not.toMatch(/token-of|hunter/);
  });
});
