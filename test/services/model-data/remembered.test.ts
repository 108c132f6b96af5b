import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Remembered } from '../../../services/model-data/src/remembered.ts';

describe('Remembered', () => {
  it('finds an answer once, and again only when it was forgotten', () => {
    const remembered = new Remembered<{ readonly of: string }>(2);
    const found: string[] = [];
    const get = (key: string): string =>
      remembered.get(key, () => {
        found.push(key);
        return { of: key };
      }).of;
    expect(['a', 'b', 'a', 'b', 'c', 'b', 'a'].map(get)).toEqual(['a', 'b', 'a', 'b', 'c', 'b', 'a']);
    expect(found).toEqual(['a', 'b', 'c', 'a']);
  });

  it('remembers nothing of a search that throws', () => {
    const remembered = new Remembered<object>(2);
    expect(() =>
      remembered.get('a', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(remembered.size).toBe(0);
  });

  it('gives the right answer for any keys, and holds no more than fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '', 'd')),
        (most, keys) => {
          const remembered = new Remembered<{ readonly of: string }>(most);
          for (const key of keys) {
            expect(remembered.get(key, () => ({ of: key })).of).toBe(key);
            expect(remembered.size).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });
});
