import { expect, it } from 'vitest';
import { present } from '../../../../core/src/dialects/translate/present.ts';

it('keeps what has a value, null and zero too, in its order', () => {
  const members = present({ b: undefined, z: 0, a: null, n: undefined, c: false });
  expect(Object.entries(members)).toEqual([
    ['z', 0],
    ['a', null],
    ['c', false],
  ]);
});
