import { CacheStore } from '@express-ai-gateway/core/plugin';
import { cacheStoreCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened, opening } from './support/redis.ts';

describe.skipIf(!redisIsHere)('redisCacheStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  for (const { name, run } of cacheStoreCases(opening(CacheStore, () => server.url))) it(name, run);

  it('CACHE-6: takes a value that is another key’s, or no value of its own, for a miss', async () => {
    const { services } = opened(server.url);
    const cache = services.get(CacheStore);
    await cache.set('one', Uint8Array.of(1), 10_000);
    await directly(server.url, async (redis) => {
      await redis.copy('aigw:v1:x:one', 'aigw:v1:x:two');
      await redis.set('aigw:v1:x:three', 'nonsense');
      await redis.set('aigw:v1:x:four', '');
      await redis.lpush('aigw:v1:x:five', 'x');
    });
    for (const key of ['two', 'three', 'four', 'five']) expect(await cache.get(key), key).toBeUndefined();
    await services.close();
  });

  it('keeps no value that is too large, and forgets the one before it', async () => {
    const { services } = opened(server.url, { maxValueBytes: 10 });
    const cache = services.get(CacheStore);
    await cache.set('k', new Uint8Array(10), 10_000);
    expect(await cache.get('k')).toHaveLength(10);
    await cache.set('k', new Uint8Array(11), 10_000);
    expect(await cache.get('k')).toBeUndefined();
    await services.close();
  });
});
