import { describe, expect, it } from 'vitest';
import { fieldOf, isRecord, tokensIn } from '../../../services/model-data/src/usage-fields.ts';

describe('fields of a usage', () => {
  it.each([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    ['x', false],
  ])('%j is an object: %s', (value, is) => {
    expect(isRecord(value)).toBe(is);
  });

  it.each([
    [5, 5],
    [0, 0],
    [-5, 0],
    [1.5, 0],
    ['5', 0],
    [null, 0],
    [2 ** 60, 0],
  ])('%j counts %d tokens', (value, count) => {
    expect(tokensIn(value)).toBe(count);
  });

  it('a field of Google is found by both of its names', () => {
    expect(fieldOf({ candidatesTokensDetails: 1 }, 'candidatesTokensDetails')).toBe(1);
    expect(fieldOf({ candidates_tokens_details: 2 }, 'candidatesTokensDetails')).toBe(2);
    expect(fieldOf({}, 'candidatesTokensDetails')).toBeUndefined();
  });
});
