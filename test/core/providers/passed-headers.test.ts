import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { passedHeaders } from '../../../core/src/providers/passed-headers.ts';

const spec = { name: 'acme', baseUrl: 'https://acme.example', paths: { 'anthropic-messages': '/messages' } };
const picky = defineProvider({
  ...spec,
  headerValues: { 'anthropic-messages': { 'anthropic-beta': ['a', 'b-2'], 'anthropic-version': [] } },
});
const passed = (client: Readonly<Record<string, string>>) => passedHeaders(picky, 'anthropic-messages', client);

describe('headers passed to a provider', () => {
  it.each([
    ['a', 'a'],
    ['a,b-2', 'a, b-2'],
    [' b-2 ,x,  a', 'b-2, a'],
    ['x', undefined],
    ['', undefined],
    [',,', undefined],
    ['A', undefined],
    ['a b-2', undefined],
    ['a,a', 'a, a'],
  ])('of the values %j are %j', (list, left) => {
    expect(passed({ 'anthropic-beta': list })).toEqual(left === undefined ? {} : { 'anthropic-beta': left });
  });

  it('are none of a header of which no value is known', () => {
    expect(passed({ 'anthropic-version': '2023-06-01', 'x-other': 'x, y' })).toEqual({ 'x-other': 'x, y' });
  });

  it('litellm#15299: are those as they came where nothing was said against them', () => {
    const client = { 'anthropic-beta': 'whatever-2099-01-01,  next' };
    expect(passedHeaders(defineProvider(spec), 'anthropic-messages', client)).toBe(client);
    expect(passedHeaders(picky, 'openai-chat', client)).toBe(client);
  });

  it('never hold a value that is not known, nor a header that the client did not send', () => {
    const value = fc.oneof(fc.constantFrom('a', 'b-2', 'c'), fc.string());
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const left = passed({ 'anthropic-beta': values.join(',') })['anthropic-beta'];
        for (const one of left?.split(', ') ?? []) expect(['a', 'b-2']).toContain(one);
        if (values.includes('a')) expect(left).toContain('a');
      }),
    );
  });

  it('do not follow the prototype', () => {
    expect(passed({ constructor: 'x' })).toEqual({ constructor: 'x' });
  });
});
