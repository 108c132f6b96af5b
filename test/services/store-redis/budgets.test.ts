import { BudgetStore } from '@express-ai-gateway/core/plugin';
import { budgetStoreCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly, opened, opening } from './support/redis.ts';

describe.skipIf(!redisIsHere)('redisBudgetStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(() => server.kill());

  for (const { name, run } of budgetStoreCases(opening(BudgetStore, () => server.url))) it(name, run);

  it('rejects while Redis is away: nothing is let in by a failure (MONEY-5)', async () => {
    const own = await redisServer();
    const { services } = opened(own.url, { deadlineMs: 50 });
    const budgets = services.get(BudgetStore);
    const parts = [{ account: 'a', amount: 1, limit: 5 }];
    for (let at = 0; at < 50 && (await budgets.hold('1', parts).catch(() => undefined)) === undefined; at += 1) await pause();
    expect(await budgets.read(['a'])).toEqual([{ spent: 0, held: 1 }]);
    await own.kill();
    const started = performance.now();
    await expect(budgets.hold('2', parts)).rejects.toThrow();
    await expect(budgets.settle('1', parts)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(1_000);
    await services.close();
  });

  it('goes on after SCRIPT FLUSH, and does nothing twice', async () => {
    const { services } = opened(server.url);
    const budgets = services.get(BudgetStore);
    await budgets.hold('flush', [{ account: 'f', amount: 2, limit: 5 }]);
    await directly(server.url, async (redis) => void (await redis.script('FLUSH')));
    await budgets.hold('flush', [{ account: 'f', amount: 2, limit: 5 }]);
    await directly(server.url, async (redis) => void (await redis.script('FLUSH')));
    expect((await budgets.settle('flush', [{ account: 'f', amount: 1 }])).states).toEqual([{ spent: 1, held: 0 }]);
    await services.close();
  });

  it('MONEY-10: refuses a window that is not now, by its own clock', async () => {
    const { services } = opened(server.url);
    const budgets = services.get(BudgetStore);
    const now = Date.now();
    const part = { account: 'w', amount: 1, limit: 5 };
    expect((await budgets.hold('w1', [{ ...part, startsAt: now - 1_000, endsAt: now + 1_000 }])).kind).toBe('held');
    for (const [startsAt, endsAt] of [
      [now + 3_600_000, now + 7_200_000],
      [now - 7_200_000, now - 3_600_000],
    ])
      await expect(budgets.hold(`w ${startsAt}`, [{ ...part, startsAt, endsAt }])).rejects.toThrow('clock');
    // What began in time is booked whenever it ends.
    expect((await budgets.settle('w1', [{ account: 'w', amount: 1, endsAt: now - 3_600_000 }])).states).toEqual([{ spent: 1, held: 0 }]);
    await services.close();
  });

  it('keeps accounts until a week after their end, and those without an end for ever', async () => {
    const { services } = opened(server.url);
    const budgets = services.get(BudgetStore);
    const endsAt = Date.now() + 5_000;
    await budgets.hold('ttl', [
      { account: 'month', amount: 1, limit: 5, endsAt },
      { account: 'credit', amount: 1, limit: 5 },
    ]);
    const left = await directly(server.url, (redis) =>
      Promise.all(['month', 'credit'].map((account) => redis.pttl(`aigw:v1:{budgets}:a:${account}`))),
    );
    expect(left[0]).toBeGreaterThan(7 * 86_400_000);
    expect(left[1]).toBe(-1);
    await services.close();
  });
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
