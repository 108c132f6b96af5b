import { expect, it } from 'vitest';
import { jsonText, objectsIn, textOf } from '../../../../core/src/dialects/translate/lenient.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

it.each([undefined, null, 5, 'x', {}, { 0: {} }])('%j holds no objects', (value) => {
  expect(objectsIn(value)).toEqual([]);
});

it('objects are taken from among anything', () => {
  expect(objectsIn([null, { a: 1 }, 'x', [], {}])).toEqual([{ a: 1 }, {}]);
});

it.each([undefined, null, 5, true, [], {}, ['a']])('%j is no text', (value) => {
  expect(textOf(value)).toBe('');
});

it('a string is its own text', () => {
  expect(textOf('a')).toBe('a');
});

it('what is nested too deep to be written is left out, and breaks nothing', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`) as JsonObject;
  expect(jsonText(deep)).toBe('');
  expect(jsonText({ a: [1] })).toBe('{"a":[1]}');
});
