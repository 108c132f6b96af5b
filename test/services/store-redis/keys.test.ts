import { KeyStore } from '@express-ai-gateway/core/plugin';
import { keyStoreCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened, opening } from './support/redis.ts';

describe.skipIf(!redisIsHere)('redisKeyStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  for (const { name, run } of keyStoreCases(opening(KeyStore, () => server.url))) it(name, run);

  it('AUTH-2: keeps a key’s digest, and finds it by its public id alone', async () => {
    const { services } = opened(server.url);
    await services.get(KeyStore).add({ publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 });
    const names = await directly(server.url, (redis) => redis.keys('*'));
    expect(names.toSorted()).toEqual(['aigw:v1:{keys}:all', 'aigw:v1:{keys}:k:abc']);
    await services.close();
  });

  it('rejects what it cannot read, and never takes it for nothing (F-44)', async () => {
    await directly(server.url, (redis) => redis.set('aigw:v1:{keys}:k:bad', 'x'));
    const { services } = opened(server.url);
    await expect(services.get(KeyStore).find('bad')).rejects.toThrow('WRONGTYPE');
    await services.close();
  });
});
