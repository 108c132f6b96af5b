import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../../core/src/model/json.ts';

describe('isJsonObject', () => {
  it.each([{}, { a: 1 }, { length: 0 }, Object.create(null), JSON.parse('{"__proto__":[]}')])('%j is one', (value) => {
    expect(isJsonObject(value)).toBe(true);
  });

  it.each([undefined, null, true, 0, '', '{}', [], [{}], () => {}, 1n])('%o is none', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });

  it('is true of exactly what JSON writes between braces', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isJsonObject(value) === JSON.stringify(value).startsWith('{')));
  });
});
