import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestPath } from '../../../core/src/providers/provider-path.ts';

describe('requestPath', () => {
  it('is one each for whole and streamed answers where they differ', () => {
    const path = { whole: '/v1/m/{model}:go', stream: '/v1/m/{model}:flow?alt=sse' };
    expect(requestPath(path, 'x', false)).toBe('/v1/m/x:go');
    expect(requestPath(path, 'x', true)).toBe('/v1/m/x:flow?alt=sse');
  });

  it('encodes a slash where the provider says that a name is one segment', () => {
    const path = { whole: '/{model}/go', stream: '/{model}/flow', oneSegment: true };
    expect(requestPath(path, 'arn:aws/x', false)).toBe('/arn%3Aaws%2Fx/go');
  });

  it.each([
    ['gpt-5', 'gpt-5'],
    ['meta/llama-3', 'meta/llama-3'],
    ['claude-x@20250929', 'claude-x@20250929'],
    ['v1:0', 'v1%3A0'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['100%', '100%25'],
    ['..%2f', '..%252f'],
    ['a b', 'a%20b'],
    ['...', '...'],
    ['$&', '%24%26'],
    ['{model}', '%7Bmodel%7D'],
  ])('has the model %j as %s', (model, segment) => {
    expect(requestPath('/m/{model}:go', model, false)).toBe(`/m/${segment}:go`);
  });

  it.each(['', '.', '..', '../admin', 'a/../../admin', 'a//b', '/a', 'a/', 'a/.', 'ä', 'a\nb', '\ud800'])(
    'is none for the model %j, which would lead elsewhere',
    (model) => {
      expect(() => requestPath('/m/{model}:go', model, false)).toThrow(/^model: expected a name without empty or dotted segments/);
      const named = { whole: '/{model}', stream: '/{model}', modelName: (name: string) => `models/${name}` };
      expect(() => requestPath(named, model, true)).toThrow(/^model: /);
    },
  );

  it('is the same for every model where the model stands in the body', () => {
    expect(requestPath('/chat', '../admin', false)).toBe('/chat');
  });

  it('may name models as the provider does, and is checked after that', () => {
    const path = { whole: '/{model}:go', stream: '/{model}:go', modelName: (model: string) => (model === 'x' ? 'tuned/x' : `../${model}`) };
    expect(requestPath(path, 'x', false)).toBe('/tuned/x:go');
    expect(() => requestPath(path, 'y', false)).toThrow(/^model: /);
  });

  it('never leaves the base path, whatever the model is called', () => {
    const base = 'https://acme.example/base/models/';
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', 'f', ':', '@', '?', '#', '\\', 'a') })),
        (model) => {
          let path: string;
          try {
            path = requestPath('/base/models/{model}:go?alt=sse', model, false);
          } catch (error) {
            expect(error).toMatchObject({ code: 'GW_BAD_REQUEST', param: 'model' });
            return;
          }
          const url = new URL(path, 'https://acme.example');
          expect(url.href.startsWith(base)).toBe(true);
          expect([url.search, url.hash]).toEqual(['?alt=sse', '']);
          expect(decodeURIComponent(url.pathname.slice('/base/models/'.length, -':go'.length))).toBe(model);
        },
      ),
      { numRuns: 500 },
    );
  });
});
