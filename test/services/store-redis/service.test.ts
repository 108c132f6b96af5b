import { CounterStore, KeyStore } from '@express-ai-gateway/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened } from './support/redis.ts';

leavesNothing();

describe.skipIf(!redisIsHere)('redisStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  it('uses one connection for all its services, and closes it with them', async () => {
    const { services } = opened(server.url);
    await services.get(KeyStore).find('x');
    await services.get(CounterStore).add('x', 1, 1_000);
    const clients = (await directly(server.url, (redis) => redis.client('LIST'))) as string;
    expect(clients.trim().split('\n')).toHaveLength(2); // and the one that asks
    await services.close();
    await expect(services.get(KeyStore).find('x')).rejects.toThrow('closed');
  });

  it('keeps gateways of different prefixes apart', async () => {
    const [one, other] = [opened(server.url, { prefix: 'one:' }), opened(server.url, { prefix: 'other:' })];
    await one.services.get(CounterStore).add('k', 5, 60_000);
    expect((await other.services.get(CounterStore).add('k', 1, 60_000)).value).toBe(1);
    await one.services.close();
    await other.services.close();
  });
});
