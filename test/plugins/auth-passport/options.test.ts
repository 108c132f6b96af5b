import { describe, expect, it } from 'vitest';
import { hostUser } from '../../../plugins/auth-passport/src/host-user.ts';
import { introspection } from '../../../plugins/auth-passport/src/introspection.ts';
import { passportAuth } from '../../../plugins/auth-passport/src/plugin.ts';

const strategy = { authenticate: () => {} };
const principal = () => ({ id: 'ann' });
const idp = { url: 'https://idp.example/introspect', clientId: 'gw', clientSecret: 'hunter22', audience: 'ai' };

describe('the options', () => {
  it('of passportAuth are a strategy and who its users are', () => {
    expect(passportAuth({ strategy, principal }).name).toBe('auth-passport');
    expect(passportAuth({ strategy, principal, name: 'github' }).name).toBe('auth-passport.github');
  });

  it.each([
    ['passportAuth', () => passportAuth({} as never), 'strategy'],
    ['passportAuth', () => passportAuth({ strategy: () => {}, principal } as never), 'a strategy of Passport'],
    ['passportAuth', () => passportAuth({ strategy, principal: 'id' } as never), 'a function'],
    ['passportAuth', () => passportAuth({ strategy, principal, name: 'Git Hub' }), 'lower-case letters'],
    ['passportAuth', () => passportAuth({ strategy, principal, session: true } as never), 'session'],
    ['hostUser', () => hostUser(undefined as never), 'expected a function'],
    ['hostUser', () => hostUser(() => undefined, { origins: ['https://my.app/path'] }), 'an origin such as'],
    ['hostUser', () => hostUser(() => undefined, { origins: ['*'] }), 'an origin such as'],
    ['hostUser', () => hostUser(() => undefined, { timeoutMs: 0 }), 'timeoutMs'],
    ['introspection', () => introspection({ ...idp, audience: undefined } as never), 'audience'],
    ['introspection', () => introspection({ ...idp, audience: [] }), 'audience'],
    ['introspection', () => introspection({ ...idp, url: 'idp.example' }), 'an https URL'],
    ['introspection', () => introspection({ ...idp, url: 'file:///etc/passwd' }), 'an https URL'],
    ['introspection', () => introspection({ ...idp, clientSecret: '' }), 'clientSecret'],
    ['introspection', () => introspection({ ...idp, cacheSeconds: 61 }), '60 seconds at most'],
    ['introspection', () => introspection({ ...idp, staleSeconds: 31 }), '30 seconds at most'],
  ])('of %s are checked when they are given: case %#', (name, make, expected) => {
    expect(make).toThrow(name);
    expect(make).toThrow(expected);
    expect(make).not.toThrow('hunter22');
  });
});
