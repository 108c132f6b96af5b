import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { type FindUser, hostUser } from '../../../plugins/auth-passport/src/host-user.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hosted } from './support/hosted.ts';

leavesNothing();

/** What a team's session middleware does. */
const sessions: RequestHandler = (req, _res, next) => {
  const [, name] = /session=(\w+)/.exec(req.headers.cookie ?? '') ?? [];
  if (name !== undefined) Object.assign(req, { user: { name, org: 'acme' } });
  next();
};

const find: FindUser = ({ user }) => {
  const known = user as { name: string; org: string } | undefined;
  return known && { id: known.name, tenant: known.org };
};

const signedIn = { cookie: 'session=ann' };

describe('hostUser', () => {
  it('lets in whom the host app signed in, with no login of its own', async () => {
    const { call, seen } = await hosted([hostUser(find)], sessions);
    expect((await call(signedIn)).status).toBe(200);
    expect(seen).toEqual([{ id: 'ann', kind: 'user', tenant: 'acme' }]);
    expect(await call()).toMatchObject({ status: 401, json: { error: { code: 'GW_UNAUTHENTICATED' } } });
  });

  it('takes a function of the team’s own for single sign-on of any kind', async () => {
    const inHouse: FindUser = async ({ headers }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return headers['x-sso'] === 'ticket' ? { id: 'ann', kind: 'user' } : null;
    };
    const { call } = await hosted([hostUser(inHouse)]);
    expect((await call({ 'x-sso': 'ticket' })).status).toBe(200);
    expect((await call({ 'x-sso': 'forged' })).status).toBe(401);
  });

  it('AUTH-12: is whom the app says, whatever headers say', async () => {
    const { call, seen } = await hosted([hostUser(find)], sessions);
    await call({ ...signedIn, 'x-tenant': 'globex', 'x-user': 'bob' });
    expect(seen).toEqual([{ id: 'ann', kind: 'user', tenant: 'acme' }]);
  });

  it.each<[string, FindUser]>([
    [
      'throws',
      () => {
        throw new Error('inner secret');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('inner secret');
      },
    ],
    ['never settles', () => new Promise(() => {})],
    ['gives an empty object', () => ({}) as never],
    ['gives a name alone', () => 'ann' as never],
    ['gives true', () => true as never],
    ['gives a role of its own', () => ({ id: 'ann', role: 'admin' }) as never],
  ])('AUTH-4: a function that %s lets nobody in', async (_what, own) => {
    const { call, asked, clock } = await hosted([hostUser(own, { timeoutMs: 200 })]);
    const ticking = setInterval(() => clock.advance(100), 5);
    const { status, text } = await call();
    clearInterval(ticking);
    expect([500, 503, 504]).toContain(status);
    expect(text).not.toContain('inner secret');
    expect(asked).toEqual([]);
  });

  describe('refuses pages of other origins, for cookies come along with whatever they ask', () => {
    it.each([
      ['another origin', { origin: 'https://evil.example' }],
      ['an origin that cannot be known', { origin: 'null' }],
      ['a subdomain that is not listed', { origin: 'https://x.my.app' }],
      ['another port', { origin: 'http://127.0.0.1:1' }],
      ['another site, without origin', { 'sec-fetch-site': 'cross-site' }],
      ['the same site, without origin', { 'sec-fetch-site': 'same-site' }],
      ['a listed origin with something behind it', { origin: 'https://my.app.evil.example' }],
    ])('%s', async (_what, headers) => {
      const { call, asked } = await hosted([hostUser(find, { origins: ['https://my.app'] })], sessions);
      expect(await call({ ...signedIn, ...headers })).toMatchObject({ status: 403, json: { error: { code: 'FORBIDDEN_ORIGIN' } } });
      expect(asked).toEqual([]);
    });

    it('and takes those of its own, of listed ones, and what is no page', async () => {
      const { call, url } = await hosted([hostUser(find, { origins: ['https://my.app'] })], sessions);
      for (const headers of [
        {},
        { origin: url },
        { origin: 'https://my.app' },
        { 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
      ])
        expect((await call({ ...signedIn, ...headers })).status, JSON.stringify(headers)).toBe(200);
    });
  });
});
