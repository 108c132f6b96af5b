import { describe, expect, it } from 'vitest';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { passThroughOptions } from '../../../plugins/pass-through/src/options.ts';

describe('passThroughOptions', () => {
  it('have defaults for everything but what is allowed', () => {
    const provider = openai({ apiKey: 'sk-x' });
    const allow = [{ provider, methods: ['POST' as const], paths: ['/v1/audio/*'] }];
    expect(passThroughOptions.parse({ allow })).toEqual({ allow, maxBodyBytes: 512 * 1024 * 1024, timeouts: {}, batches: 'refuse' });
    expect(passThroughOptions.parse({ allow }).allow[0]?.provider).toBe(provider);
  });

  it.each(['/v1/audio/*', '/v1/files*', '/v1/jobs/*/cancel', '/v1/models/x:predict', '/v1'])('take the path %s', (path) => {
    const allow = [{ provider: openai({ apiKey: 'sk-x' }), methods: ['POST' as const], paths: [path] }];
    expect(passThroughOptions.safeParse({ allow }).success).toBe(true);
  });
});
