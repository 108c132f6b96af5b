import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearKey } from '../../core/src/near-key.ts';

const known = ['providers', 'models', 'plugins', 'limits', 'timeouts', 'baseUrl', 'id'];

describe('nearKey', () => {
  it.each([
    ['provider', 'providers'],
    ['pluggins', 'plugins'],
    ['limts', 'limits'],
    ['timeout', 'timeouts'],
    ['base_url', 'baseUrl'],
    ['baseURL', 'baseUrl'],
    ['Models', 'models'],
  ])('%s is taken for %s', (written, meant) => {
    expect(nearKey(written, known)).toBe(meant);
  });

  it.each(['cache', 'x', 'ix', 'completely-else', 'p'.repeat(10_000)])('%s is near to nothing', (written) => {
    expect(nearKey(written, known)).toBeUndefined();
  });

  it('prefers the nearest of several', () => {
    expect(nearKey('idleMs', ['totalMs', 'idleM', 'idleMss', 'idleMs'])).toBe('idleMs');
  });

  it('finds any name with one letter dropped', () => {
    const dropped = fc
      .constantFrom('providers', 'plugins', 'timeouts')
      .chain((name) => fc.tuple(fc.constant(name), fc.nat(name.length - 1)));
    fc.assert(fc.property(dropped, ([name, at]) => nearKey(name.slice(0, at) + name.slice(at + 1), known) === name));
  });
});
