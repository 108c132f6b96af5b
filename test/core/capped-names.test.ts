import { describe, expect, it } from 'vitest';
import { cappedNames } from '../../core/src/capped-names.ts';

describe('cappedNames', () => {
  it('has each name once, in the order they came', () => {
    expect(cappedNames(['b', 'a', 'b'])).toEqual(['b', 'a']);
    expect(cappedNames([])).toEqual([]);
  });

  it('tells how many there are beyond what fits', () => {
    const names = Array.from({ length: 9_000 }, (_, index) => `field_${index}`);
    expect(cappedNames(names)).toHaveLength(21);
    expect(cappedNames(names).at(-1)).toBe('8980 more');
    expect(cappedNames(names.slice(0, 20))).toHaveLength(20);
  });

  it('shortens a name', () => {
    expect(cappedNames(['x'.repeat(5_000)])[0]).toHaveLength(80);
  });
});
