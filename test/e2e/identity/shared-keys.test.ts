import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { upstream } from '../../core/harness/loopback.ts';
import { postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { redisIsHere, redisServer } from '../../kit/redis-server.ts';
import { type GatewayProcess, gatewayProcess, type ProcessSetup } from './support/gateways.ts';

const adminSecret = 'q8Yp2mXv0sTz5WcJr1nLbKd7hUeGfA4iV6oR9xNjM3E';
const pepper = 'Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo';

/** A store of its own, and how it goes away; a file does not. */
interface Shared {
  readonly store: ProcessSetup['store'];
  readonly kill?: () => Promise<void>;
  readonly start?: () => Promise<void>;
}

const kinds: Record<ProcessSetup['store']['kind'], { isHere: boolean; open: () => Promise<Shared> }> = {
  sqlite: {
    isHere: true,
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'keys-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      return { store: { kind: 'sqlite', place: join(folder, 'gateway.db') } };
    },
  },
  redis: {
    isHere: redisIsHere,
    async open() {
      const server = await redisServer();
      onTestFinished(() => server.kill());
      return { store: { kind: 'redis', place: server.url }, kill: () => server.kill(), start: () => server.start() };
    },
  },
  postgres: {
    isHere: postgresIsHere,
    async open() {
      const server = await postgresServer();
      onTestFinished(() => server.remove());
      return { store: { kind: 'postgres', place: server.url }, kill: () => server.kill(), start: () => server.start() };
    },
  },
};

interface Made {
  readonly key: string;
  readonly record: { readonly id: string };
}

/** Two gateways with the same keys. */
async function two({ store }: Shared, staleMs = 30_000): Promise<[GatewayProcess, GatewayProcess]> {
  const provider = await upstream();
  const setup = { store, upstream: provider.url, adminSecret, pepper, staleMs };
  return Promise.all([gatewayProcess(setup), gatewayProcess(setup)]);
}

const create = (gateway: GatewayProcess, label: string): Promise<Made> => gateway.admin<Made>('POST', '/keys', { label });

/** Milliseconds from now until calls with this key get another status; calls all the while, so that the key stays known. */
async function until(status: number, gateway: GatewayProcess, key: string): Promise<number> {
  const started = performance.now();
  while ((await gateway.call(key)) !== status) {
    if (performance.now() - started > 15_000) throw new Error(`no ${status} within 15 s`);
    await wait(20);
  }
  return performance.now() - started;
}

for (const [kind, { isHere, open }] of Object.entries(kinds)) {
  describe.skipIf(!isHere)(`two processes with keys in ${kind}`, () => {
    it('AUTH-12: a key that is revoked on one is refused on the other within a second', async () => {
      const [one, other] = await two(await open());
      for (let round = 0; round < 3; round += 1) {
        const { key, record } = await create(one, `round ${round}`);
        expect(await other.call(key)).toBe(200);
        expect(await one.call(key)).toBe(200);
        await one.admin('POST', `/keys/${record.id}/revoke`);
        expect(await until(401, other, key)).toBeLessThan(1_000);
        expect(await until(401, one, key)).toBeLessThan(1_000);
      }
    }, 60_000);

    it('a key that is rotated on one works on the other, the old one for its grace alone', async () => {
      const [one, other] = await two(await open());
      const { key, record } = await create(one, 'rotated');
      expect(await other.call(key)).toBe(200);
      const rotated = await one.admin<Made>('POST', `/keys/${record.id}/rotate`, { graceSeconds: 2 });
      expect(await other.call(rotated.key)).toBe(200);
      expect(await other.call(key)).toBe(200);
      expect(await until(401, other, key)).toBeLessThan(3_500);
      expect(await other.call(rotated.key)).toBe(200);
    }, 60_000);

    it('a key that is restricted on one is restricted on the other', async () => {
      const [one, other] = await two(await open());
      const { key, record } = await create(one, 'restricted');
      expect(await other.call(key)).toBe(200);
      await one.admin('PATCH', `/keys/${record.id}`, { restrictions: { models: ['embeddings-*'] } });
      expect(await until(403, other, key)).toBeLessThan(1_000);
    }, 60_000);

    it.skipIf(kind === 'sqlite')(
      'F-40: while the store is away known keys go on for a while, then get 503; unknown ones at once; all work again when it is back',
      async () => {
        const shared = await open();
        const [one, other] = await two(shared, 3_000);
        const { key } = await create(one, 'known');
        const { key: unknown } = await create(one, 'known to the first alone');
        expect(await other.call(key)).toBe(200);
        const awaySince = performance.now();
        await shared.kill?.();
        expect(await other.call(key)).toBe(200);
        expect(await other.call(unknown)).toBe(503);
        await until(503, other, key);
        expect(performance.now() - awaySince).toBeGreaterThan(2_000);
        expect(performance.now() - awaySince).toBeLessThan(6_000);
        await shared.start?.();
        if (kind === 'redis') return; // this one kept nothing on disk
        await vi.waitFor(async () => expect(await other.call(key)).toBe(200), 15_000);
      },
      60_000,
    );
  });
}
