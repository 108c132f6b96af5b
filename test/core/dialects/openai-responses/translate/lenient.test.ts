import { describe, expect, it } from 'vitest';
import { argumentsText, objectsIn, textOf } from '../../../../../core/src/dialects/openai-responses/translate/lenient.ts';

describe('objectsIn', () => {
  it('is nothing for anything but an array, and skips what is no object', () => {
    expect([undefined, null, 'a', {}, 1].flatMap((value) => objectsIn(value))).toEqual([]);
    expect(objectsIn([null, { a: 1 }, [], 'x', { b: 2 }])).toEqual([{ a: 1 }, { b: 2 }]);
  });
});

describe('textOf', () => {
  it('is empty for anything but a string', () => {
    expect([undefined, null, 1, {}, ['a'], 'a'].map(textOf)).toEqual(['', '', '', '', '', 'a']);
  });
});

describe('argumentsText', () => {
  it.each([
    ['', '{}'],
    [undefined, '{}'],
    [null, '{}'],
    [7, '{}'],
    [{ a: 1 }, '{"a":1}'],
    ['{"a": 1.0}', '{"a": 1.0}'],
    ['not JSON', 'not JSON'],
  ])('of %j is %j', (value, text) => {
    expect(argumentsText(value)).toBe(text);
  });
});
