import { describe, expect, it } from 'vitest';
import {
  badField,
  describe as described,
  finiteNumbers,
  optionalCount,
  optionalFlag,
  requiredText,
} from '../../../core/src/dialects/fields.ts';
import { GatewayError } from '../../../core/src/errors.ts';

function problem(action: () => unknown): GatewayError {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('badField', () => {
  it('names the field, what was expected and what kind of thing came', () => {
    const error = problem(() => badField('n', 'a number', 'secret'));
    expect(error).toMatchObject({ code: 'GW_BAD_REQUEST', status: 400, param: 'n', message: 'n: expected a number, received a string.' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});

describe('requiredText', () => {
  it('returns a text', () => {
    expect(requiredText('model', 'm')).toBe('m');
  });
  it.each([undefined, null, '', 1, [], {}, true])('refuses %j', (value) => {
    expect(problem(() => requiredText('model', value)).param).toBe('model');
  });
});

describe('optionalFlag', () => {
  it('is off unless it is true', () => {
    expect([undefined, null, false, true].map((value) => optionalFlag('stream', value))).toEqual([false, false, false, true]);
  });
  it.each(['true', 1, 0, [], {}])('refuses %j', (value) => {
    expect(problem(() => optionalFlag('stream', value)).param).toBe('stream');
  });
});

describe('optionalCount', () => {
  it('returns integers from 0 on, and nothing for nothing', () => {
    expect([undefined, null, 0, 1, Number.MAX_SAFE_INTEGER].map((value) => optionalCount('n', value))).toEqual([
      undefined,
      undefined,
      0,
      1,
      Number.MAX_SAFE_INTEGER,
    ]);
  });
  it.each([-1, -0, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, '1', true, []])('refuses %j', (value) => {
    expect(problem(() => optionalCount('n', value)).code).toBe('GW_BAD_REQUEST');
  });
  it('says the highest it takes', () => {
    expect(optionalCount('n', 128, 128)).toBe(128);
    expect(problem(() => optionalCount('n', 129, 128)).message).toBe('n: expected an integer from 0 to 128, received 129.');
  });
});

describe('finiteNumbers', () => {
  it('refuses numbers too large for a double, naming the field', () => {
    expect(problem(() => finiteNumbers(JSON.parse('{"a":1,"temperature":1e400}'))).param).toBe('temperature');
    expect(() => finiteNumbers({ a: 1e300, b: 'x', c: null })).not.toThrow();
  });
});

describe('describe', () => {
  it('says what a value is and never what a text says', () => {
    expect([undefined, null, 1, true, '', 'text', [1, 2], { a: 1 }].map((value) => described(value))).toEqual([
      'nothing',
      'null',
      '1',
      'true',
      'an empty string',
      'a string',
      'an array of 2',
      'an object',
    ]);
  });
});
