import { CounterStore } from '@express-ai-gateway/core/plugin';
import { counterStoreCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened, opening } from './support/redis.ts';

describe.skipIf(!redisIsHere)('redisCounterStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  for (const { name, run } of counterStoreCases(opening(CounterStore, () => server.url))) it(name, run);

  it('rejects what is no counter, and never takes it for zero (F-44)', async () => {
    const { services } = opened(server.url);
    const counters = services.get(CounterStore);
    await directly(server.url, async (redis) => {
      await redis.set('aigw:v1:c:{text}', 'x');
      await redis.lpush('aigw:v1:c:{list}', 'x');
      await redis.set('aigw:v1:l:{lease}', 'x');
      await redis.set('aigw:v1:c:{eternal}', '5');
    });
    await expect(counters.add('text', 1, 1_000)).rejects.toThrow('not an integer');
    await expect(counters.add('list', 1, 1_000)).rejects.toThrow('WRONGTYPE');
    await expect(counters.lease('lease', 1, 1_000)).rejects.toThrow('WRONGTYPE');
    const eternal = await counters.add('eternal', 1, 1_000);
    expect(eternal.value).toBe(6);
    expect(eternal.resetsInMs).toBeLessThanOrEqual(1_000);
    await services.close();
  });
});
