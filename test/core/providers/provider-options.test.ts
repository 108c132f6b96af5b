import { describe, expect, it } from 'vitest';
import { checkOptions, isGiven, kindOf, oneOf, providerOptions } from '../../../core/src/providers/provider-options.ts';
import { problems } from './sent.ts';

describe('options', () => {
  it('are refused with what was probably meant, and the provider’s name', () => {
    const check = (options: unknown) => () => checkOptions('acme', options, providerOptions);
    expect(check({ name: 'acme', baseURL: 'http://x' })).toThrow(
      /^The provider "acme" is not usable:\n {2}baseURL: .*did you mean baseUrl/,
    );
    expect(problems(check({ name: 'acme', apikey: 'sk-secret-1' }))).toEqual([
      'apikey: expected no such key (did you mean apiKey?), received a string of 11 characters',
    ]);
    expect(check({ name: 'acme' })).not.toThrow();
  });

  it('name the kind alone of what may be a secret', () => {
    expect([undefined, null, '', ' ', 'sk-secret-1', 7, {}].map(kindOf)).toEqual([
      'nothing',
      'null',
      'an empty string',
      'an empty string',
      'a value of type string',
      'a value of type number',
      'a value of type object',
    ]);
  });

  it('that an environment variable left empty were not given', () => {
    expect(['', undefined].map(isGiven)).toEqual([false, false]);
    expect([' ', null, 0].map(isGiven)).toEqual([true, true, true]);
  });
});

describe('options that exclude each other', () => {
  const names = ['apiKey', 'authToken'] as const;

  it('are refused together', () => {
    expect(problems(() => oneOf('acme', { apiKey: 'sk-secret-1', authToken: 'sk-secret-1' }, names))).toEqual([
      'authToken: expected nothing beside apiKey, received both',
    ]);
    expect(problems(() => oneOf('acme', { apiKey: 'a', authToken: 'b' }, names, 'vertex.'))).toEqual([
      'vertex.authToken: expected nothing beside vertex.apiKey, received both',
    ]);
  });

  it.each([
    [{ apiKey: 'a' }, 'apiKey'],
    [{ authToken: 'b' }, 'authToken'],
    [{ apiKey: '', authToken: 'b' }, 'authToken'],
    [{ apiKey: 'a', authToken: undefined }, 'apiKey'],
    [{}, 'apiKey'],
    [{ authToken: undefined }, 'authToken'], // whoever wrote it down is told of it
  ])('are one: %j is %s', (options, name) => {
    expect(oneOf('acme', options, names)).toBe(name);
  });
});
