import { CounterStore } from '@express-ai-gateway/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened } from './support/redis.ts';

describe.skipIf(!redisIsHere)('Script', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  it('is carried out once, whether the server knows it or not (F-44)', async () => {
    const { services } = opened(server.url);
    const counters = services.get(CounterStore);
    for (let count = 1; count <= 5; count += 1) {
      expect((await counters.add('k', 1, 60_000)).value).toBe(count);
      if (count % 2) await directly(server.url, (redis) => redis.script('FLUSH'));
    }
    await services.close();
  });
});
