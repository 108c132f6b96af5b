import { describe, expect, it } from 'vitest';
import { readJson } from '../../core/src/read-json.ts';

describe('readJson', () => {
  it('reads JSON', () => {
    expect(readJson('{"a":[1,"\\u00e9",null]}')).toEqual({ a: [1, 'é', null] });
    expect(readJson('3')).toBe(3);
  });

  it.each([
    ['', 'GW_BAD_JSON'],
    ['{a:1}', 'GW_BAD_JSON'],
    ['{"a":1,"a":2}', 'GW_DUPLICATE_KEY'],
    ['{"b":{"a":1,"\\u0061":2}}', 'GW_DUPLICATE_KEY'],
    ['["\\ud83d"]', 'GW_BAD_TEXT'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'GW_TOO_DEEP'],
    [`[${'1,'.repeat(100_000)}1]`, 'GW_JSON_LIMITS'],
  ])('refuses %.30s with 400 %s', (text, code) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ status: 400, code }) as Error);
  });
});
