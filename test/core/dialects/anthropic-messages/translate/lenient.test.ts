import { expect, it } from 'vitest';
import { objectsIn, textOf } from '../../../../../core/src/dialects/anthropic-messages/translate/lenient.ts';

it.each([[undefined], [null], ['text'], [5], [{}]])('%j has no objects in it', (value) => {
  expect(objectsIn(value)).toEqual([]);
});

it('takes the objects of an array, and strings for texts', () => {
  expect(objectsIn([1, { a: 1 }, null, [], { b: 2 }])).toEqual([{ a: 1 }, { b: 2 }]);
  expect(textOf('a')).toBe('a');
  expect(textOf(5)).toBe('');
  expect(textOf(undefined)).toBe('');
});
