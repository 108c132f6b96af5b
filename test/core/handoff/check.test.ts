import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { dialects } from '../../../core/src/dialects/all.ts';
import { handoffDialects, handoffProblems } from '../../../core/src/handoff/check.ts';
import type { Handoff } from '../../../core/src/handoff/handoff.ts';
import type { LoadedPlugin } from '../../../core/src/hooks.ts';
import { carrying } from '../harness/carrying.ts';

function handoff(name: string, path: string, methods: Handoff['routes'][number]['methods'] = ['POST']): Handoff {
  return {
    name,
    routes: [{ methods, path }],
    target: () => ({ id: name, provider: name, model: '*' }),
    carry: () => Promise.reject(new Error('none')),
  };
}

function plugin(name: string, ...handoffs: readonly Handoff[]): LoadedPlugin {
  return { name, onFailure: 'closed', timeoutMs: 1, authenticates: false, hooks: { handoffs } };
}

describe('handoffProblems', () => {
  it.each([
    [{}, 'handoffs: a list'],
    [[null], 'handoffs[0]: a handoff'],
    [[{ ...handoff('raw', '/x'), name: 'Raw' }], 'handoffs[0].name: lower-case letters, digits, dots, colons, dashes (64 at most)'],
    [[{ ...handoff('raw', '/x'), carry: undefined }], 'handoffs[0].carry: a function'],
    [[{ ...handoff('raw', '/x'), target: {} }], 'handoffs[0].target: a function'],
    [[{ ...handoff('raw', '/x'), routes: [] }], 'handoffs[0].routes: at least one route'],
    [[handoff('raw', 'x')], 'handoffs[0].routes[0].path: a path with one * at most'],
    [[handoff('raw', '/x/*/y/*')], 'handoffs[0].routes[0].path: a path with one * at most'],
    [[handoff('raw', '/x/../y')], 'handoffs[0].routes[0].path: a path with one * at most'],
    [[handoff('raw', '/x//y')], 'handoffs[0].routes[0].path: a path with one * at most'],
    [[handoff('raw', '/%2e')], 'handoffs[0].routes[0].path: a path with one * at most'],
    [[handoff('raw', '/x', [])], 'handoffs[0].routes[0].methods: GET, POST, PUT, PATCH, DELETE'],
    [[handoff('raw', '/x', ['TRACE' as never])], 'handoffs[0].routes[0].methods: GET, POST, PUT, PATCH, DELETE'],
  ])('of %j name the place', (handoffs, problem) => {
    expect(handoffProblems(handoffs).map(({ path, expected }) => `${path}: ${expected}`)).toEqual([problem]);
  });

  it('are none of a handoff as it should be', () => {
    expect(handoffProblems([handoff('raw:x', '/x/*'), handoff('y', '/y*/z', ['GET', 'DELETE'])])).toEqual([]);
  });

  it('fail the build of a gateway, with the plugin’s name', async () => {
    const broken = definePlugin({ name: 'broken', create: () => ({ handoffs: [{ name: 'x' }] as never }) })();
    await expect(carrying('http://127.0.0.1:1', {}, { plugins: [broken] })).rejects.toThrow(
      /The plugin broken could not be built:\n {2}handoffs\[0\]/,
    );
  });
});

describe('collisions', () => {
  it.each([
    ['/v1/chat/completions', 'the dialect openai-chat has: POST /v1/chat/completions'],
    ['/v1/chat/*', 'the dialect openai-chat has: POST /v1/chat/completions'],
    ['/v1*', 'the dialect openai-chat has: POST /v1/chat/completions'],
    ['/v1/models/x:generateContent', 'the dialect google-generate-content has: POST /v1/'],
    ['/v1/models/*', 'the dialect google-generate-content has: POST /v1/'],
    ['/*:generateContent', 'the dialect google-generate-content has: POST /v1/'],
  ])('with a dialect’s path fail the build and name both: %s', (path, other) => {
    expect(() => handoffDialects([plugin('own', handoff('raw', path))], dialects)).toThrow(
      `plugins (own): POST ${path} of raw: expected a path of its own, received one that ${other}`,
    );
  });

  it('of two handoffs fail the build and name both', () => {
    const twice = [plugin('one', handoff('a', '/x/*')), plugin('two', handoff('b', '/x/y'))];
    expect(() => handoffDialects(twice, dialects)).toThrow(
      'plugins (two): POST /x/y of b: expected a path of its own, received one that a of the plugin one has: POST /x/*',
    );
    expect(() => handoffDialects([plugin('one', handoff('a', '/x'), handoff('b', '/x'))], dialects)).toThrow(
      /b: expected a path of its own/,
    );
  });

  it('are none of other methods, or of paths beside each other', () => {
    const beside = [
      plugin('one', handoff('a', '/v1/chat/completions', ['GET'])),
      plugin('two', handoff('b', '/x/*'), handoff('c', '/xy'), handoff('d', '/x')),
    ];
    expect(handoffDialects(beside, dialects).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are found whenever one path could be meant by both', () => {
    const path = fc.array(fc.constantFrom('/a', '/b', 'a', 'b'), { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('')}`);
    const pattern = fc.tuple(path, fc.constantFrom('', '*', '*a', '*/b')).map(([start, end]) => start + end);
    const matches = (one: string, text: string): boolean => new RegExp(`^${one.replaceAll('/', '\\/').replace('*', '.+')}$`).test(text);
    fc.assert(
      fc.property(pattern, pattern, fc.string({ unit: fc.constantFrom('/', 'a', 'b'), maxLength: 8 }), (one, other, rest) => {
        const text = one.replace('*', rest === '' ? 'a' : rest);
        if (/\/\//.test(one + other)) return;
        if (!matches(one, text) || !matches(other, text)) return;
        expect(() => handoffDialects([plugin('p', handoff('a', one), handoff('b', other))], dialects.slice(0, 1))).toThrow(
          /received one that/,
        );
      }),
      { numRuns: 3000 },
    );
  });
});
