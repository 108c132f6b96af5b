import { describe, expect, it } from 'vitest';
import type { Issuer } from '../../../plugins/auth-jwt/src/options.ts';
import { principalOf } from '../../../plugins/auth-jwt/src/principal.ts';

function mapped(claims: object, mapping: object = {}, more: object = {}) {
  return principalOf(
    claims as never,
    { issuer: 'https://i/', kind: 'service', required: [], claims: { id: 'sub', ...mapping }, ...more } as unknown as Issuer,
  );
}

describe('principalOf', () => {
  it('puts the issuer before the id, or what the option says', () => {
    expect(mapped({ sub: 'a' })).toEqual({ id: 'https://i/#a', kind: 'service' });
    expect(mapped({ sub: 'a' }, {}, { idPrefix: 'okta:' }).id).toBe('okta:a');
  });

  it('reads a claim of that very name before a path', () => {
    expect(mapped({ sub: 'a', 'b.c': 'flat', b: { c: 'deep' } }, { tenant: 'b.c' }).tenant).toBe('flat');
    expect(mapped({ sub: 'a', b: { c: 'deep' } }, { tenant: 'b.c' }).tenant).toBe('deep');
    expect(mapped({ sub: 'a', b: 'text' }, { tenant: 'b.length' }).tenant).toBeUndefined();
  });

  it('takes scopes as a text or a list', () => {
    expect(mapped({ sub: 'a', s: ' x  y ' }, { scopes: 's' }).scopes).toEqual(['x', 'y']);
    expect(mapped({ sub: 'a', s: ['x'] }, { scopes: 's' }).scopes).toEqual(['x']);
    for (const bad of [[1], { x: 1 }, 5]) expect(() => mapped({ sub: 'a', s: bad }, { scopes: 's' })).toThrow('no list of texts');
  });

  it('leaves out what is not there', () => {
    expect(mapped({ sub: 'a', x: null }, { tenant: 'x', plan: 'y', metadata: { z: 'z' } })).toEqual({
      id: 'https://i/#a',
      kind: 'service',
    });
  });
});
