import { describe, expect, it } from 'vitest';
import { checkedPrincipal } from '../../../plugins/auth-passport/src/found-principal.ts';

describe('checkedPrincipal', () => {
  it('takes a principal, a user where its kind is left out', () => {
    expect(checkedPrincipal({ id: 'ann' }, 'hostUser')).toEqual({ id: 'ann', kind: 'user' });
    const all = {
      id: 'ci',
      kind: 'service',
      tenant: 't',
      app: 'a',
      user: 'u',
      plan: 'p',
      scopes: ['s'],
      models: ['m*'],
      metadata: { a: 'b' },
    };
    expect(checkedPrincipal(all, 'hostUser')).toEqual(all);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a name alone', 'ann'],
    ['an empty object', {}],
    ['an empty id', { id: '' }],
    ['an id that is a number', { id: 7 }],
    ['an id that is an object', { id: { toString: () => 'ann' } }],
    ['a list', [{ id: 'ann' }]],
    ['a kind of its own', { id: 'ann', kind: 'root' }],
    ['a field of its own', { id: 'ann', role: 'admin' }],
    ['scopes in one text', { id: 'ann', scopes: 'a b' }],
    ['metadata that is no text', { id: 'ann', metadata: { a: 1 } }],
    ['a promise', Promise.resolve({ id: 'ann' })],
  ])('AUTH-4: %s is nobody', (_what, found) => {
    expect(() => checkedPrincipal(found, 'hostUser')).toThrow(
      /^hostUser must give a principal \(\{ id, … \}\) or undefined; it gave something else \(/,
    );
  });
});
