import { describe, expect, it } from 'vitest';
import { endpointPattern, endpointPatterns, requiredScopes } from '../../core/src/required-scopes.ts';

describe('endpointPatterns', () => {
  const fits = endpointPatterns(['POST /v1/chat/*', '/v1/models', 'GET /v1beta/*']);

  it.each([
    ['POST', '/v1/chat/completions', true],
    ['GET', '/v1/chat/completions', false],
    ['GET', '/v1/models', true],
    ['DELETE', '/v1/models', true],
    ['HEAD', '/v1beta/models', true],
    ['POST', '/v1beta/models', false],
    ['POST', '/v1/Chat/completions', false],
  ])('%s %s: %s', (method, path, expected) => {
    expect(fits(method, path)).toBe(expected);
  });
});

describe('endpointPattern', () => {
  it('is a path, with a method where only that is meant', () => {
    for (const good of ['/v1/*', 'POST /v1/models/*:generateContent', '/']) expect(good).toMatch(endpointPattern);
    for (const bad of ['v1', 'OPTIONS /v1', 'post /v1', '/v1 ', '/v1?a', 'POST  /v1', '']) expect(bad).not.toMatch(endpointPattern);
  });
});

describe('requiredScopes', () => {
  const check = requiredScopes({ '/v1/*': ['call'], 'POST /v1/embeddings': ['embed', 'index'] });

  it('lets through who has all of every rule that fits', () => {
    check('POST', '/v1/chat/completions', ['call']);
    check('POST', '/v1/embeddings', ['index', 'call', 'embed']);
    check('GET', '/health/live', undefined);
  });

  it.each([
    ['/v1/chat/completions', undefined, 'call'],
    ['/v1/chat/completions', ['calls'], 'call'],
    ['/v1/embeddings', ['call', 'embed'], 'index'],
  ])('refuses %s with %o: 403 that names what is missing', (path, scopes, missing) => {
    expect(() => check('POST', path, scopes)).toThrow(expect.objectContaining({ status: 403, code: 'INSUFFICIENT_SCOPE' }) as Error);
    expect(() => check('POST', path, scopes)).toThrow(`lacks the scope ${missing}`);
  });
});
