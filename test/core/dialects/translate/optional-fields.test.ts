import { describe, expect, it } from 'vitest';
import {
  isGiven,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTexts,
} from '../../../../core/src/dialects/translate/optional-fields.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

const naming = (param: string): unknown => expect.objectContaining({ code: 'GW_BAD_REQUEST', param });

describe('another type is refused by name', () => {
  it.each<[(field: string, value: JsonValue | undefined) => unknown, JsonValue[]]>([
    [optionalNumber, ['1', true, {}]],
    [optionalBoolean, ['true', 0, []]],
    [optionalText, [1, false, ['a']]],
    [optionalTexts, ['a', 1, {}]],
    [optionalObject, ['a', 1, []]],
  ])('%s', (read, others) => {
    for (const value of others) expect(() => read('a_field', value)).toThrow(naming('a_field'));
  });

  it('an element by its place', () => {
    expect(() => optionalTexts('stop', ['a', 1])).toThrow(naming('stop[1]'));
  });
});

it('nothing is nothing', () => {
  for (const value of [undefined, null]) {
    expect([optionalNumber('f', value), optionalBoolean('f', value), optionalText('f', value)]).toEqual([undefined, undefined, undefined]);
    expect(optionalTexts('f', value)).toEqual([]);
    expect(optionalObject('f', value)).toBeUndefined();
  }
  expect(optionalText('f', '')).toBeUndefined();
});

it('what is there is read, zero and false too', () => {
  expect(optionalObject('f', {})).toEqual({});
  expect([optionalNumber('f', 0), optionalBoolean('f', false), optionalText('f', 'a'), optionalTexts('f', ['a', ''])]).toEqual([
    0,
    false,
    'a',
    ['a', ''],
  ]);
});

describe('isGiven', () => {
  it.each([[undefined], [null], [false], [[]]])('%j asks for nothing', (value) => {
    expect(isGiven(value)).toBe(false);
  });

  it.each([[true], [0], [''], ['x'], [{}], [[1]]])('%j asks for something', (value) => {
    expect(isGiven(value)).toBe(true);
  });
});
