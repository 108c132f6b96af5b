import { type BreakerNews, BreakerShare } from '@express-ai-gateway/core/plugin';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened } from './support/redis.ts';

describe.skipIf(!redisIsHere)('redisBreakerShare', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  /** Two gateways that hear of each other. */
  async function two() {
    const [one, other] = [opened(server.url), opened(server.url)];
    const heard: { one: BreakerNews[]; other: BreakerNews[] } = { one: [], other: [] };
    const stops = [
      one.services.get(BreakerShare).listen((news) => heard.one.push(news)),
      other.services.get(BreakerShare).listen((news) => heard.other.push(news)),
    ];
    await vi.waitFor(async () => expect(await subscribers()).toBe(2));
    const close = async () => {
      for (const stop of stops) stop();
      await one.services.close();
      await other.services.close();
    };
    return { tell: (news: BreakerNews) => one.services.get(BreakerShare).tell(news), heard, close };
  }

  async function subscribers(): Promise<number> {
    const [, count] = (await directly(server.url, (redis) => redis.pubsub('NUMSUB', 'aigw:v1:breakers'))) as [string, number];
    return count;
  }

  it('tells others, and not itself', async () => {
    const { tell, heard, close } = await two();
    const news = { target: 'up/m', state: 'open' } as const;
    tell(news);
    await vi.waitFor(() => expect(heard.other).toEqual([news]));
    expect(heard.one).toEqual([]);
    await close();
  });

  it('hears nothing of what is no news', async () => {
    const { tell, heard, close } = await two();
    await directly(server.url, async (redis) => {
      for (const message of [
        '',
        'null',
        '[]',
        '{',
        '{"target":1,"state":"open"}',
        '{"target":"x","state":"ajar"}',
        `{"target":"${'x'.repeat(2_000)}","state":"open"}`,
      ])
        await redis.publish('aigw:v1:breakers', message);
    });
    tell({ target: 'up/m', state: 'closed' });
    await vi.waitFor(() => expect(heard.other).toHaveLength(1));
    await close();
  });

  it('hears again after the connection broke', async () => {
    const { tell, heard, close } = await two();
    await directly(server.url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await vi.waitFor(async () => expect(await subscribers()).toBe(2), 5_000);
    tell({ target: 'up/m', state: 'open' });
    await vi.waitFor(() => expect(heard.other).toHaveLength(1));
    await close();
  });

  it('is bounded: a hundred a second are told', async () => {
    const { tell, heard, close } = await two();
    for (let count = 0; count < 1_000; count += 1) tell({ target: `up/${count}`, state: 'open' });
    await vi.waitFor(() => expect(heard.other.length).toBeGreaterThanOrEqual(100));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard.other.length).toBeLessThanOrEqual(200);
    await close();
  });
});
