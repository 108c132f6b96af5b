import { GatewayConfigError } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { redisStore } from '../../../services/store-redis/src/service.ts';

describe('the options of redisStore', () => {
  it.each([
    [{}, 'options.url'],
    [{ url: 'http://x' }, 'options.url'],
    [{ url: 'redis://x', client: () => {} }, 'options.url'],
    [{ client: 'x' }, 'options.client'],
    [{ url: 'redis://x', use: ['everything'] }, 'options.use[0]'],
    [{ url: 'redis://x', use: [] }, 'options.use'],
    [{ url: 'redis://x', prefix: '{x}' }, 'options.prefix'],
    [{ url: 'redis://x', deadlineMs: 0 }, 'options.deadlineMs'],
    [{ url: 'redis://x', uri: 'x' }, 'options.uri'],
  ])('%o is refused', (options, path) => {
    expect(() => redisStore(options as never)).toThrow(GatewayConfigError);
    expect(() => redisStore(options as never)).toThrow(path);
  });

  it('are not repeated where they hold a password', () => {
    expect(() => redisStore({ url: 'http://user:hunter22@host' })).not.toThrow(/hunter22/);
  });

  it('choose which services there are', () => {
    expect(redisStore({ url: 'redis://x' }).map(({ token }) => token.name)).toEqual([
      'KeyStore',
      'CounterStore',
      'BudgetStore',
      'CacheStore',
      'BreakerShare',
    ]);
    expect(redisStore({ url: 'redis://x', use: ['cache'] }).map(({ token }) => token.name)).toEqual(['CacheStore']);
  });
});
