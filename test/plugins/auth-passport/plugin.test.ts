import { Strategy as AnonymousStrategy } from 'passport-anonymous';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { describe, expect, it } from 'vitest';
import type { PassportAuthOptions, Strategy } from '../../../plugins/auth-passport/src/options.ts';
import { passportAuth } from '../../../plugins/auth-passport/src/plugin.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hosted } from './support/hosted.ts';

leavesNothing();

interface Person {
  readonly name: string;
  readonly org: string;
}

const people: Record<string, Person> = { 'ann-token': { name: 'ann', org: 'acme' }, 'bob-token': { name: 'bob', org: 'globex' } };
const bearer = new BearerStrategy((token, done) => done(null, people[token] ?? false));
const principal: PassportAuthOptions['principal'] = (user) => ({ id: (user as Person).name, tenant: (user as Person).org });

const acting = (authenticate: (this: Record<string, (value?: unknown) => void>) => unknown): Strategy => ({
  authenticate: authenticate as Strategy['authenticate'],
});

describe('passportAuth', () => {
  it('lets in whom a strategy knows, as whom it says', async () => {
    const { call, seen } = await hosted([passportAuth({ strategy: bearer, principal })]);
    expect((await call({ authorization: 'Bearer ann-token' })).status).toBe(200);
    expect(seen).toEqual([{ id: 'ann', kind: 'user', tenant: 'acme' }]);
  });

  it('refuses others with the strategy’s own challenge, and asks nobody else', async () => {
    const { call, asked } = await hosted([
      passportAuth({ strategy: bearer, principal }),
      passportAuth({
        strategy: acting(function () {
          this.success?.({ name: 'anyone', org: 'x' });
        }),
        principal,
        name: 'last',
      }),
    ]);
    const { status, headers, json } = await call({ authorization: 'Bearer stolen' });
    expect([status, json.error?.code, headers['www-authenticate']]).toEqual([
      401,
      'PASSPORT_REFUSED',
      'Bearer realm="Users", error="invalid_token"',
    ]);
    expect(asked).toEqual([]);
  });

  it('leaves requests without a credential of its kind to others: at the end nobody is nobody', async () => {
    const { call } = await hosted([
      passportAuth({ strategy: bearer, principal }),
      passportAuth({ strategy: new AnonymousStrategy(), principal, name: 'anonymous', recognises: () => true }),
    ]);
    expect(await call()).toMatchObject({ status: 401, json: { error: { code: 'GW_UNAUTHENTICATED' } } });
    expect(await call({ authorization: 'Bearer stolen' })).toMatchObject({ status: 401, json: { error: { code: 'PASSPORT_REFUSED' } } });
  });

  it('takes several, each of its own kind', async () => {
    const basic = acting(function () {
      this.success?.({ name: 'ci', org: 'acme' });
    });
    const { call, seen } = await hosted([
      passportAuth({
        strategy: basic,
        principal,
        name: 'basic',
        recognises: ({ headers }) => String(headers.authorization).startsWith('Basic '),
      }),
      passportAuth({ strategy: bearer, principal }),
    ]);
    expect((await call({ authorization: 'Basic Y2k6eA==' })).status).toBe(200);
    expect((await call({ authorization: 'Bearer bob-token' })).status).toBe(200);
    expect(seen.map((one) => one?.id)).toEqual(['ci', 'bob']);
  });

  it('AUTH-12: is whom the credential says, whatever headers, query and body say', async () => {
    const { call, seen } = await hosted([passportAuth({ strategy: bearer, principal })]);
    const claims = {
      'x-tenant': 'globex',
      'x-tenant-id': 'globex',
      'x-user': 'bob',
      'x-gateway-tenant': 'globex',
      'openai-organization': 'globex',
    };
    expect((await call({ authorization: 'Bearer ann-token', ...claims })).status).toBe(200);
    expect(seen).toEqual([{ id: 'ann', kind: 'user', tenant: 'acme' }]);
  });

  it('AUTH-13: redirects nobody, and repeats no address of a request', async () => {
    const leading = acting(function () {
      this.redirect?.('https://evil.example/login');
    });
    const { call } = await hosted([passportAuth({ strategy: leading, principal })]);
    const { status, headers, text } = await call({
      authorization: 'Bearer x',
      referer: 'https://evil.example/',
      'x-forwarded-host': 'evil.example',
    });
    expect(status).toBe(401);
    expect(headers.location).toBeUndefined();
    expect(`${text}${JSON.stringify(headers)}`).not.toContain('evil');
  });

  it.each<[string, Strategy, PassportAuthOptions['principal'], number[]]>([
    [
      'a strategy that throws',
      acting(() => {
        throw new Error('inner secret');
      }),
      principal,
      [500, 502, 503],
    ],
    [
      'one that rejects',
      acting(async () => {
        throw new Error('inner secret');
      }),
      principal,
      [500, 502, 503],
    ],
    [
      'one that errs',
      acting(function () {
        this.error?.(new Error('inner secret'));
      }),
      principal,
      [500, 502, 503],
    ],
    ['one that never says anything', acting(() => {}), principal, [500, 503, 504]],
    [
      'one that knows nobody',
      acting(function () {
        this.success?.(undefined);
      }),
      principal,
      [401],
    ],
    ['a principal that is nothing', bearer, () => undefined as never, [500, 503]],
    ['a principal that is empty', bearer, () => ({}) as never, [500, 503]],
    ['a principal that is a promise', bearer, (async () => ({ id: 'ann' })) as never, [500, 503]],
    [
      'a principal that throws',
      bearer,
      () => {
        throw new Error('inner secret');
      },
      [500, 503],
    ],
  ])('AUTH-4: %s lets nobody in', async (_what, strategy, own, statuses) => {
    const { call, asked, seen, clock } = await hosted([passportAuth({ strategy, principal: own, timeoutMs: 200 })]);
    const calling = call({ authorization: 'Bearer ann-token' });
    const ticking = setInterval(() => clock.advance(100), 5);
    const { status, text } = await calling;
    clearInterval(ticking);
    expect(statuses).toContain(status);
    expect(text).not.toContain('inner secret');
    expect([asked, seen]).toEqual([[], []]);
  });

  it('sends no credential upstream', async () => {
    const { call, logger, asked } = await hosted([passportAuth({ strategy: bearer, principal })]);
    await call({ authorization: 'Bearer ann-token' });
    await call({ authorization: 'Bearer stolen-token' });
    expect(JSON.stringify([logger.lines, asked])).not.toMatch(/ann-token|stolen-token/);
  });
});
