import { describe, expect, it } from 'vitest';
import { endOf, holderOf, type Introspected, readIntrospected } from '../../../plugins/auth-passport/src/introspected.ts';

const rules = { audience: ['ai'], issuer: 'https://idp.example' };
const usual = { active: true, sub: 'ann', client_id: 'app', aud: 'ai', iss: 'https://idp.example', scope: 'chat  embed' };

describe('readIntrospected', () => {
  it('reads what RFC 7662 says, and nothing else', () => {
    expect(readIntrospected('{"active":false}')).toEqual({ active: false });
    for (const text of ['', 'null', '[]', '{}', '{"active":"true"}', '{"active":1}', '"active"', '<html>'])
      expect(() => readIntrospected(text), text).toThrow();
  });
});

describe('holderOf', () => {
  it('is the user, or else the client as a service', () => {
    expect(holderOf(usual, rules)).toEqual({ id: 'https://idp.example#ann', kind: 'user', scopes: ['chat', 'embed'] });
    const service = { id: 'https://idp.example#app', kind: 'service', scopes: [] };
    expect(holderOf({ ...usual, sub: undefined, scope: '' }, rules)).toEqual(service);
    expect(holderOf({ ...usual, sub: 'app', scope: '' }, rules)).toEqual(service);
  });

  it('may be whom the team says', () => {
    const principal = (answer: Introspected) => ({ id: String(answer.username), tenant: String(answer.org) });
    expect(holderOf({ ...usual, username: 'ann', org: 'acme' }, { ...rules, principal })).toEqual({
      id: 'ann',
      kind: 'user',
      tenant: 'acme',
    });
    expect(() => holderOf(usual, { ...rules, principal: () => ({}) as never })).toThrow('must give a principal');
  });

  it.each([
    ['is not active', { ...usual, active: false }],
    ['is meant for another', { ...usual, aud: 'other' }],
    ['is meant for part of the name', { ...usual, aud: 'ai2' }],
    ['is meant for nobody', { ...usual, aud: undefined }],
    ['is meant for others', { ...usual, aud: ['other', 'more'] }],
    ['is of another issuer', { ...usual, iss: 'https://evil.example' }],
    ['is of no issuer', { ...usual, iss: undefined }],
  ])('is nobody where the token %s', (_what, answer) => {
    expect(holderOf(answer, rules)).toBeUndefined();
  });

  it('throws for one who has no name', () => {
    expect(() => holderOf({ active: true, aud: ['ai', 'x'] }, { audience: ['ai'] })).toThrow('neither sub nor client_id');
  });
});

describe('endOf', () => {
  it('is when the token says', () => {
    expect(endOf({ active: true, exp: 7 })).toBe(7_000);
    expect(endOf({ active: true, exp: '7' })).toBe(Number.POSITIVE_INFINITY);
  });
});
