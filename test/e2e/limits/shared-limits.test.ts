import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RateLimitOptions } from '../../../plugins/rate-limit/src/index.ts';
import { upstream } from '../../core/harness/loopback.ts';
import { postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { type LimitedProcess, type LimitedSetup, limitedProcesses } from './support/limited.ts';

/** What the provider saw: nothing of the gateways' own counting is believed. */
interface Seen {
  /** When each request arrived, in milliseconds. */
  readonly arrivals: number[];
  /** Tokens that it reported. */
  tokens: number;
  /** Requests under way at the same time, at most. */
  most: number;
}

interface Shared {
  readonly store: LimitedSetup['store'];
  /** A file does not go away. */
  readonly kill?: () => Promise<void>;
}

const kinds: Record<LimitedSetup['store']['kind'], { isHere: boolean; open: () => Promise<Shared> }> = {
  redis: {
    isHere: redisIsHere,
    async open() {
      const server = await redisServer();
      onTestFinished(() => server.kill());
      return { store: { kind: 'redis', place: server.url }, kill: () => server.kill() };
    },
  },
  postgres: {
    isHere: postgresIsHere,
    async open() {
      const server = await postgresServer();
      onTestFinished(() => server.remove());
      return { store: { kind: 'postgres', place: server.url }, kill: () => server.kill() };
    },
  },
  sqlite: {
    isHere: true,
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'limits-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      return { store: { kind: 'sqlite', place: join(folder, 'gateway.db') } };
    },
  },
};

/** Four gateways with the same limits, and a provider that uses exactly the tokens that were allowed. */
async function four({ store }: Shared, limits: RateLimitOptions, answerMs = 0): Promise<{ gateways: LimitedProcess[]; seen: Seen }> {
  const seen: Seen = { arrivals: [], tokens: 0, most: 0 };
  let open = 0;
  const provider = await upstream(async (_req, res, body) => {
    seen.arrivals.push(performance.now());
    open += 1;
    seen.most = Math.max(seen.most, open);
    await wait(answerMs);
    open -= 1;
    const { max_tokens: most = 0 } = JSON.parse(body) as { max_tokens?: number };
    const usage = { prompt_tokens: 1, completion_tokens: most, total_tokens: most + 1 };
    seen.tokens += usage.total_tokens;
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [], usage }));
  });
  return { gateways: await limitedProcesses(4, { store, upstream: provider.url, limits }), seen };
}

/** So many calls of each gateway, some at a time; their statuses. */
async function hammer(
  gateways: readonly LimitedProcess[],
  each: number,
  atATime: number,
  call: (one: LimitedProcess) => Promise<number>,
): Promise<number[]> {
  const statuses: number[] = [];
  const worker = async (gateway: LimitedProcess): Promise<void> => {
    for (let at = 0; at < each / atATime; at += 1) statuses.push(await call(gateway));
  };
  await Promise.all(gateways.flatMap((gateway) => Array.from({ length: atATime }, () => worker(gateway))));
  return statuses;
}

const countOf = (statuses: readonly number[], status: number): number => statuses.filter((one) => one === status).length;

for (const [kind, { isHere, open }] of Object.entries(kinds)) {
  describe.skipIf(!isHere)(`four processes with limits in ${kind}`, () => {
    it('let in exactly as many requests as a window has', async () => {
      const { gateways, seen } = await four(await open(), { rules: [{ per: [], requests: 200, window: '1h' }] });
      const statuses = await hammer(gateways, 120, 8, (gateway) => gateway.call());
      expect([countOf(statuses, 200), countOf(statuses, 429), seen.arrivals.length]).toEqual([200, 280, 200]);
    });

    it.runIf(kind === 'redis')('let in no more than twice the limit in any span as long as a window, over many windows', async () => {
      const [limit, windowMs] = [40, 1_000];
      const { gateways, seen } = await four(await open(), { rules: [{ per: [], requests: limit, window: '1s' }] });
      const endsAt = performance.now() + 4_500;
      await Promise.all(
        gateways.map(async (gateway) => {
          while (performance.now() < endsAt) {
            await Promise.all([gateway.call(), gateway.call()]);
            await wait(5);
          }
        }),
      );
      const { arrivals } = seen;
      expect(arrivals.length).toBeGreaterThan(3 * limit); // the limit is used
      expect(arrivals.length).toBeLessThanOrEqual(6 * limit);
      // A request is counted before it arrives: what was let in last may arrive a little later than it was counted.
      for (let at = 2 * limit; at < arrivals.length; at += 1)
        expect((arrivals[at] as number) - (arrivals[at - 2 * limit] as number)).toBeGreaterThan(windowMs - 250);
    });

    it('let in no more tokens than a window has, whatever size the requests are', async () => {
      const limit = 10_000;
      const { gateways, seen } = await four(await open(), { rules: [{ per: [], tokens: limit, window: '1h' }] });
      await hammer(gateways, 50, 5, (gateway) => gateway.call(50 + Math.floor(Math.random() * 450)));
      await hammer(gateways, 20, 2, (gateway) => gateway.call(20));
      expect(seen.tokens).toBeLessThanOrEqual(limit);
      expect(seen.tokens).toBeGreaterThan(limit * 0.95);
    });

    it('have no more requests under way than there are places, and lose none of them', async () => {
      const { gateways, seen } = await four(await open(), { rules: [{ per: [], concurrent: 6 }] }, 20);
      const statuses = await hammer(gateways, 40, 4, (gateway) => gateway.call());
      expect(seen.most).toBe(6);
      expect(countOf(statuses, 200)).toBe(seen.arrivals.length);
      await wait(100);
      expect(await Promise.all([0, 1, 2, 3, 0, 1].map((at) => (gateways[at] as LimitedProcess).call()))).toEqual(new Array(6).fill(200));
    });

    it.skipIf(kind === 'sqlite')('let in their share of the limit each while the store is gone', async () => {
      const shared = await open();
      const { gateways, seen } = await four(shared, { rules: [{ per: [], requests: 100, window: '1h' }], instances: 4 });
      await shared.kill?.();
      const statuses = await hammer(gateways, 40, 2, (gateway) => gateway.call());
      expect([countOf(statuses, 200), countOf(statuses, 429), seen.arrivals.length]).toEqual([100, 60, 100]);
    });
  });
}
