import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../core/src/resilience/fair-queue.ts';

/** Takes all, in order. */
function drained(queue: FairQueue<string>): string[] {
  const all: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) all.push(item);
  return all;
}

function filled(bound: number, ...items: string[]): FairQueue<string> {
  const queue = new FairQueue<string>(bound);
  for (const item of items) expect(queue.add(item[0] ?? '', item)).toBeUndefined();
  return queue;
}

describe('a fair queue', () => {
  it('has no place for anybody where it has none', () => {
    expect(new FairQueue<string>(0).add('a', 'a1')).toBe('a1');
    expect(new FairQueue<string>(0).take()).toBeUndefined();
  });

  it('takes turns between keys, and keeps the order of each', () => {
    expect(drained(filled(9, 'a1', 'a2', 'a3', 'b1', 'c1', 'c2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('does not let a key jump its turn by coming anew', () => {
    const queue = filled(9, 'a1', 'b1', 'b2');
    expect(queue.take()).toBe('a1');
    queue.add('a', 'a2');
    expect(drained(queue)).toEqual(['b1', 'a2', 'b2']);
  });

  it('sheds the newcomer of the key that fills it', () => {
    const queue = filled(3, 'a1', 'a2', 'b1');
    expect(queue.add('a', 'a3')).toBe('a3');
    expect(queue.size).toBe(3);
  });

  it('sheds the newest of the longest key for somebody else’s', () => {
    const queue = filled(3, 'a1', 'a2', 'a3');
    expect(queue.add('b', 'b1')).toBe('a3');
    expect(queue.add('b', 'b2')).toBe('b2'); // as many as the other has: nobody is worse off than who comes
    expect(drained(queue)).toEqual(['a1', 'b1', 'a2']);
  });

  it('lets anybody leave', () => {
    const queue = filled(9, 'a1', 'a2', 'b1');
    expect([queue.delete('a', 'a1'), queue.delete('a', 'a1'), queue.delete('z', 'a2')]).toEqual([true, false, false]);
    expect(queue.size).toBe(2);
    expect(drained(queue)).toEqual(['a2', 'b1']);
    expect(queue.size).toBe(0);
  });

  it('property: everybody who came was shed, left or taken once; it never holds more than its bound; waits are bounded by turns', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('add', 'add', 'add', 'take', 'leave')), {
      maxLength: 120,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (all, bound) => {
        const queue = new FairQueue<string>(bound);
        const inside = new Map<string, string[]>();
        const remove = (item: string): void => {
          const own = inside.get(item[0] ?? '') ?? [];
          expect(own).toContain(item);
          own.splice(own.indexOf(item), 1);
        };
        for (const [at, [key, what]] of all.entries()) {
          const own = inside.get(key) ?? [];
          inside.set(key, own);
          if (what === 'add') {
            own.push(`${key}${at}`);
            const shed = queue.add(key, `${key}${at}`);
            if (shed !== undefined) remove(shed);
          } else if (what === 'take') {
            const item = queue.take();
            if (item !== undefined) {
              expect(inside.get(item[0] ?? '')?.[0]).toBe(item);
              remove(item);
            }
          } else if (own[0] !== undefined) {
            expect(queue.delete(key, own[0])).toBe(true);
            own.shift();
          }
          const size = [...inside.values()].reduce((sum, list) => sum + list.length, 0);
          expect(queue.size).toBe(size);
          expect(size).toBeLessThanOrEqual(bound);
        }
        const keys = [...inside.values()].filter((list) => list.length > 0).length;
        const next = drained(queue).slice(0, keys);
        expect(new Set(next.map((item) => item[0])).size).toBe(keys); // each has one turn before any has two
      }),
    );
  });
});
