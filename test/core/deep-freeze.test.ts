import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../core/src/deep-freeze.ts';

describe('deepFreeze', () => {
  it('makes every value in a value unchangeable, and gives back the same one', () => {
    const value = { list: [{ deep: { text: 'a' } }], nothing: null, number: 1 };
    expect(deepFreeze(value)).toBe(value);
    expect(() => value.list.push({ deep: { text: 'b' } })).toThrow(TypeError);
    expect(() => {
      (value.list[0] as { deep: { text: string } }).deep.text = 'b';
    }).toThrow(TypeError);
    expect(value.list).toEqual([{ deep: { text: 'a' } }]);
  });

  it.each([null, undefined, 1, 'text', true])('leaves %s as it is', (value) => {
    expect(deepFreeze(value)).toBe(value);
  });

  it('ends on circles', () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    expect(Object.isFrozen(deepFreeze(circle))).toBe(true);
  });

  it('goes as deep as a value does', () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(Object.isFrozen(deepFreeze(deep))).toBe(true);
  });
});
