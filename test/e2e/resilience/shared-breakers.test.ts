import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { answerWhole, upstream } from '../../core/harness/loopback.ts';
import { redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { directly } from '../../services/store-redis/support/redis.ts';

const program = join(import.meta.dirname, 'support/gateway-process.ts');

/** A gateway in a process of its own. */
async function gateway(...addresses: string[]) {
  const child: ChildProcess = fork(program, addresses, { execArgv: ['--conditions=@express-ai-gateway/source'] });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.disconnect();
    await over;
  });
  await once(child, 'message');
  async function ask<T>(message: string): Promise<T> {
    const answered = once(child, 'message');
    child.send(message);
    return ((await answered) as [T])[0];
  }
  return {
    call: () => ask<{ status: number; target: string }>('call'),
    breaker: async () => (await ask<{ breaker?: string }>('health')).breaker,
  };
}

/** Two gateways, in front of a first target that answers as it is told and a second that is well. */
async function two() {
  const state = { well: false };
  const whole = answerWhole('hello');
  const first = await upstream((req, res, body) => (state.well ? whole(req, res, body) : res.writeHead(503).end('{}')));
  const second = await upstream();
  const redis = await redisServer();
  onTestFinished(() => redis.kill());
  const [one, other] = await Promise.all([gateway(redis.url, first.url, second.url), gateway(redis.url, first.url, second.url)]);
  const subscribers = () => directly(redis.url, (client) => client.pubsub('NUMSUB', 'aigw:v1:breakers')) as Promise<[string, number]>;
  await vi.waitFor(async () => expect((await subscribers())[1]).toBe(2), 10_000);
  return { state, first, redis, one, other };
}

describe.skipIf(!redisIsHere)('breakers of two processes that share a Redis', () => {
  it('open together and close together: the second process need not find out for itself', async () => {
    const { state, first, one, other } = await two();
    expect(await other.call()).toMatchObject({ target: 'second/m' }); // it knows the target, and one failure opens nothing
    for (let count = 0; count < 3; count += 1) await one.call();
    expect(await one.breaker()).toBe('open');
    await vi.waitFor(async () => expect(await other.breaker()).toBe('open'), 3_000);
    const asked = first.bodies.length;
    expect(await other.call()).toMatchObject({ status: 200, target: 'second/m' });
    expect(first.bodies).toHaveLength(asked);

    state.well = true;
    await vi.waitFor(async () => expect(await one.call()).toMatchObject({ target: 'first/m' }), { timeout: 10_000, interval: 200 });
    await vi.waitFor(async () => expect(await other.breaker()).toBe('closed'), 3_000);
    expect(await other.call()).toMatchObject({ target: 'first/m' });
  }, 30_000);

  it('go on each by itself while Redis is away', async () => {
    const { redis, one, other } = await two();
    await redis.kill();
    for (let count = 0; count < 3; count += 1) expect(await one.call()).toMatchObject({ status: 200, target: 'second/m' });
    expect(await one.breaker()).toBe('open');
    expect(await other.call()).toMatchObject({ status: 200, target: 'second/m' });
    expect(await other.breaker()).toBe('closed');
  }, 30_000);
});
