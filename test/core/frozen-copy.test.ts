import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frozenCopy } from '../../core/src/frozen-copy.ts';

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe('frozenCopy', () => {
  it('is equal, frozen in all its depth, and leaves the original to its owner', () => {
    const plain = fc.object({ withBigInt: true, withNullPrototype: false, key: fc.string({ maxLength: 5 }) });
    fc.assert(
      fc.property(plain, (value) => {
        const copy = frozenCopy(value, 'It');
        expect(copy).toEqual(value);
        expect(isDeeplyFrozen(copy)).toBe(true);
        expect(Object.isFrozen(value)).toBe(false);
      }),
    );
  });

  it('is not changed by what its owner does to the original later', () => {
    const user = { id: 'u1', settings: { theme: 'dark' }, scopes: ['chat'] };
    const copy = frozenCopy(user, 'It');
    user.settings.theme = 'light';
    user.scopes.push('admin');
    expect(copy).toEqual({ id: 'u1', settings: { theme: 'dark' }, scopes: ['chat'] });
  });

  it('of a copy is that copy: a child exchange takes its parent’s principal as it is', () => {
    const copy = frozenCopy({ scopes: ['chat'] }, 'It');
    expect(frozenCopy(copy, 'It')).toBe(copy);
    expect(frozenCopy(Object.freeze({ scopes: [] }), 'It')).not.toBe(copy);
  });

  it.each([null, undefined, 1, 10n, 'text', true, Number.NaN])('of %s is the same', (value) => {
    expect(frozenCopy(value, 'It')).toBe(value);
  });

  it('takes objects without prototype, of another realm, and one that stands in two places', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    const foreign: unknown = runInNewContext('({ a: { b: [1] } })');
    const shared = { a: 1 };
    expect(frozenCopy({ bare, foreign, one: shared, other: shared }, 'It')).toEqual({
      bare: { a: 1 },
      foreign: { a: { b: [1] } },
      one: { a: 1 },
      other: { a: 1 },
    });
  });

  it('gives a key __proto__ no power', () => {
    const copy = frozenCopy(JSON.parse('{"__proto__":{"scopes":["admin"]}}') as { scopes?: unknown }, 'It');
    expect(copy.scopes).toBeUndefined();
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  class Document {}
  const circle: { self?: object } = {};
  circle.self = circle;

  it.each([
    ['a date', { at: new Date(0) }, 'It.at', 'an object of the class Date'],
    ['a map', { list: [{}, new Map()] }, 'It.list[1]', 'an object of the class Map'],
    ['bytes', Buffer.from('x'), 'It', 'an object of the class Buffer'],
    ['an instance', { user: new Document() }, 'It.user', 'an object of the class Document'],
    ['an object over another', { user: Object.create({ id: 'x' }) as object }, 'It.user', 'an object of the class Object'],
    ['a function for a value', () => 'x', 'It', 'a function'],
    ['a function', { name: () => 'x' }, 'It.name', 'a function'],
    ['a symbol', Symbol('x'), 'It', 'a symbol'],
    ['a promise', { user: Promise.resolve() }, 'It.user', 'an object of the class Promise'],
    ['a circle', circle, 'It.self', 'an object that holds itself'],
  ])('refuses %s by its place', (_what, value, place, received) => {
    expect(() => frozenCopy(value, 'It')).toThrow(
      new TypeError(`${place}: expected plain data (texts, numbers, lists, objects), received ${received}`),
    );
  });
});
