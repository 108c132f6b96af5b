import { GatewayConfigError } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { apiKeys } from '../../../plugins/auth-keys/src/plugin.ts';

const pepper = 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o';

function problemsOf(options: object): readonly string[] {
  try {
    apiKeys(options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayConfigError);
    return (error as GatewayConfigError).problems.map(({ path }) => path);
  }
  return [];
}

describe('the options of apiKeys', () => {
  it('need a pepper and nothing else', () => {
    expect(problemsOf({ pepper })).toEqual([]);
    expect(problemsOf({})).toEqual(['options.pepper']);
  });

  it.each(['sk-1234', 'changeme', 'changeme-changeme-changeme-changeme', 'a'.repeat(64), 'short'])(
    'AUTH-8: %s is no pepper, and is not repeated',
    (weak) => {
      expect(problemsOf({ pepper: weak })).toEqual(['options.pepper']);
      expect(() => apiKeys({ pepper: weak })).toThrow(/at least 128 random bits/);
      expect(() => apiKeys({ pepper: weak })).not.toThrow(weak);
    },
  );

  it.each([
    [{ environment: 'Live' }, 'options.environment'],
    [{ environment: '' }, 'options.environment'],
    [{ freshMs: 1_001 }, 'options.freshMs'],
    [{ staleMs: 30_001 }, 'options.staleMs'],
    [{ maxRemembered: 0 }, 'options.maxRemembered'],
    [{ requiredScopes: { '/v1/*': [] } }, 'options.requiredScopes'],
    [{ requiredScopes: { '/v1/*': ['two words'] } }, 'options.requiredScopes'],
    [{ requiredScopes: { 'v1/*': ['a'] } }, 'options.requiredScopes'],
    [{ papper: 1 }, 'options'],
  ])('refuse %o', (options, path) => {
    const problems = problemsOf({ pepper, ...options });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(path);
  });
});
