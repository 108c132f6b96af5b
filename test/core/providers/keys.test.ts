import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { bearerKeys, headerKeys, requiredKey, requiredKeys } from '../../../core/src/providers/keys.ts';
import { problems } from './sent.ts';

describe('a required key', () => {
  it('is the key', () => {
    expect(requiredKey('openai', 'sk-1')).toBe('sk-1');
  });

  it.each([
    [undefined, 'nothing'],
    ['', 'an empty string'],
    ['  ', 'an empty string'],
    [4711, 'a value of type number'],
    [null, 'null'],
  ])('that is %j asks for the environment variable', (key, received) => {
    expect(() => requiredKey('openai', key)).toThrow(GatewayConfigError);
    expect(problems(() => requiredKey('openai', key))).toEqual([
      `apiKey: expected the API key (is the environment variable set?), received ${received}`,
    ]);
  });
});

describe('several keys', () => {
  it('are one or a list', () => {
    expect(requiredKeys('openai', 'sk-1')).toEqual(['sk-1']);
    expect(requiredKeys('openai', ['sk-1', 'sk-2'])).toEqual(['sk-1', 'sk-2']);
  });

  it.each([
    [[], 'apiKey: expected at least one API key, received an empty list'],
    [['sk-secret-1', undefined], 'apiKey[1]: expected the API key (is the environment variable set?), received nothing'],
    [['sk-secret-1', 'b', 'sk-secret-1'], 'apiKey[2]: expected each API key once, received one of them twice'],
  ])('that are %j are refused: which of them is said, what it is is not', (keys, message) => {
    expect(problems(() => requiredKeys('openai', keys))).toEqual([message]);
  });

  it('are credentials: a bearer token, or a header of their own', () => {
    expect(bearerKeys('openai', ['a', 'b'])).toEqual([
      { headers: { authorization: 'Bearer a' } },
      { headers: { authorization: 'Bearer b' } },
    ]);
    expect(headerKeys('google', 'x-goog-api-key', 'a')).toEqual([{ headers: { 'x-goog-api-key': 'a' } }]);
    expect(problems(() => headerKeys('google', 'x-goog-api-key', '', 'vertex.apiKey'))[0]).toMatch(/^vertex\.apiKey: /);
  });
});
