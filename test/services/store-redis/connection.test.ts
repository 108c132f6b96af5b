import { CacheStore, CounterStore, KeyStore } from '@express-ai-gateway/core/plugin';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { freePort, RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened } from './support/redis.ts';

leavesNothing();

const key = { publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 };
const quick = { deadlineMs: 100, keysDeadlineMs: 200 };

/** How long something took to fail, and of what. Milliseconds. */
async function failure(action: Promise<unknown>): Promise<{ ms: number; message: string }> {
  const started = performance.now();
  const message = await action.then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  return { ms: performance.now() - started, message };
}

describe.skipIf(!redisIsHere)('the connection', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await redisServer();
  });
  afterEach(async () => {
    server.resume();
    await server.kill();
  });

  it('F-40: of a gateway that starts while Redis is down hangs nobody, and is there when Redis is', async () => {
    const absent = new RedisServer(await freePort(), []);
    const { services, logger } = opened(absent.url, quick);
    const keys = services.get(KeyStore);
    const first = await failure(keys.find('abc'));
    expect(first.message).toBe('The Redis store is away.');
    expect(first.ms).toBeLessThan(400);
    expect(await services.get(CacheStore).get('x')).toBeUndefined();
    await vi.waitFor(() => expect(logger.texts('error').join()).toContain('Redis is away'));
    await absent.start();
    await vi.waitFor(async () => expect(await keys.add(key)).toBe(true), 10_000);
    expect(logger.texts('info').join()).toContain('Redis is back');
    await services.close();
    await absent.kill();
  });

  it('F-41: that breaks is told at once to whoever asks, and made anew', async () => {
    const { services, logger } = opened(server.url, quick);
    const keys = services.get(KeyStore);
    await keys.add(key);
    await server.kill();
    await vi.waitFor(async () => expect((await failure(keys.find('abc'))).message).toContain('The Redis store is away'));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await failure(keys.find('abc'))).ms).toBeLessThan(50); // nobody waits for one that is gone for long
    await server.start();
    await vi.waitFor(async () => expect(await keys.add(key)).toBe(true), 10_000);
    expect(logger.texts('error')).toHaveLength(1);
    await services.close();
  });

  it('F-42: that stalls costs a deadline, and is used again when it goes on', async () => {
    const { services } = opened(server.url, quick);
    const counters = services.get(CounterStore);
    await counters.add('k', 1, 60_000);
    server.pause();
    const stalled = await failure(counters.add('k', 1, 60_000));
    expect(stalled.message).toBe('The Redis store did not answer within 100 ms.');
    expect(stalled.ms).toBeGreaterThan(80);
    expect(stalled.ms).toBeLessThan(400);
    expect(await services.get(CacheStore).get('x')).toBeUndefined();
    server.resume();
    await vi.waitFor(async () => expect((await counters.add('k', 0, 60_000)).value).toBe(2)); // it was carried out after all
    await services.close();
  });

  it('that is killed by an administrator is made anew', async () => {
    const { services } = opened(server.url, quick);
    const keys = services.get(KeyStore);
    await keys.add(key);
    await directly(server.url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    await vi.waitFor(async () => expect(await keys.find('abc')).toEqual(key));
    await services.close();
  });

  it('gives no answer to another question, whatever is killed, stalled and timed out in between (CACHE-6)', async () => {
    const { services } = opened(server.url, { deadlineMs: 5 });
    const cache = services.get(CacheStore);
    const keys = Array.from({ length: 200 }, (_, at) => `key-${at}`);
    await vi.waitFor(async () => {
      for (const name of keys) await cache.set(name, Buffer.from(name), 60_000);
      expect(await cache.get('key-199')).toBeDefined();
    });
    let wrong = 0;
    let right = 0;
    for (let round = 0; round < 60; round += 1) {
      if (round % 10 === 3) server.pause();
      if (round % 10 === 5) server.resume();
      if (round % 20 === 9) await directly(server.url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
      const got = await Promise.all(keys.map((name) => cache.get(name)));
      for (const [at, value] of got.entries()) {
        if (value === undefined) continue;
        if (Buffer.from(value).toString() === keys[at]) right += 1;
        else wrong += 1;
      }
    }
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThan(500);
    await services.close();
  });

  it('warns of a Redis that may forget keys, and not of one that does not', async () => {
    await directly(server.url, (redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    const { services, logger } = opened(server.url);
    await services.get(KeyStore).find('abc');
    await vi.waitFor(() => expect(logger.texts('warn').join()).toContain('maxmemory-policy allkeys-lru'));
    await services.close();
    await directly(server.url, (redis) => redis.config('SET', 'maxmemory-policy', 'noeviction'));
    const other = opened(server.url);
    await other.services.get(KeyStore).find('abc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.logger.texts('warn')).toEqual([]);
    await other.services.close();
  });

  it('may be a client of the team’s own making, and tells no password of its URL', async () => {
    const { url: _none, ...rest } = { url: undefined, client: () => new Redis(server.url, { lazyConnect: true }) };
    const { services } = opened(undefined as never, { url: undefined, ...rest } as never);
    expect(await services.get(KeyStore).add(key)).toBe(true);
    await services.close();
    const wrong = opened(`redis://user:hunter22@127.0.0.1:${server.port}`, quick);
    await failure(wrong.services.get(KeyStore).find('x'));
    expect(JSON.stringify(wrong.logger.lines)).not.toContain('hunter22');
    await wrong.services.close();
  });
});
