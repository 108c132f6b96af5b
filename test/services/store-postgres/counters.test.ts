import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CounterStore } from '@express-ai-gateway/core/plugin';
import { counterStoreCases } from '@express-ai-gateway/plugin-kit';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lock } from '../../../services/store-postgres/src/migrations.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { counterProcesses, mostAtOnce } from '../support/counter-processes.ts';
import { directly, opened, opening } from './support/postgres.ts';

leavesNothing();

const long = 600_000;

describe.skipIf(!postgresIsHere)('postgresCounterStore', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(async () => {
    server.resume();
    await server.remove();
  });

  /** Rows of counters and of leases. */
  const rows = async (schema: string): Promise<number[]> => {
    const count = (table: string) => `(SELECT count(*)::int FROM ${schema}.${table})`;
    const [found] = await directly<{ rows: number[] }>(server.url, `SELECT ARRAY[${count('counters')}, ${count('leases')}] AS rows`);
    return found?.rows ?? [];
  };

  for (const { name, run } of counterStoreCases(opening(CounterStore, () => server.url))) it(name, run);

  it('is exact for four processes on one key: no amount is lost, no place given twice', async () => {
    const limit = 5;
    const reports = await counterProcesses(4, { store: { kind: 'postgres', place: server.url }, adds: 500, limit, lanes: 5, leases: 40 });
    const { services } = opened(server.url);
    const counters = services.get(CounterStore);
    expect((await counters.add('shared', 0, long)).value).toBe(reports.reduce((sum, report) => sum + report.sum, 0));
    const most = mostAtOnce(reports.flatMap(({ held }) => held));
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(1); // how many of them a busy machine lets run at once is not what is tested here
    expect((await rows('ai_gateway'))[1]).toBe(0); // all were given back
    await services.close();
  }, 60_000);

  it('is exact while windows end and rows are thrown away under those who count', async () => {
    const gateways = Array.from({ length: 4 }, () => opened(server.url, { schema: 'ending' }));
    const until = performance.now() + 1_500;
    const windows = new Map<string, number>();
    let added = 0;
    const adding = async (counters: CounterStore): Promise<void> => {
      while (performance.now() < until) {
        for (const key of ['a', 'b', 'c']) {
          const { value } = await counters.add(key, 1, 5);
          added += 1;
          windows.set(`${key} ${value}`, (windows.get(`${key} ${value}`) ?? 0) + 1);
        }
      }
    };
    await Promise.all(gateways.flatMap(({ services }) => [1, 2].map(() => adding(services.get(CounterStore)))));
    // In every window each value is seen once: those who saw n are no more than those who saw n - 1.
    for (const [seen, times] of windows) {
      const [key, value] = seen.split(' ');
      if (value !== '1') expect(times, seen).toBeLessThanOrEqual(windows.get(`${key} ${Number(value) - 1}`) ?? 0);
    }
    expect([...windows.values()].reduce((sum, times) => sum + times, 0)).toBe(added);
    for (const { services } of gateways) await services.close();
  });

  it('throws away what is over, a little at a time, and nothing else', async () => {
    const { services } = opened(server.url, { schema: 'swept' });
    const counters = services.get(CounterStore);
    await counters.add('lasting', 1, long);
    await counters.lease('lasting', 1, long);
    const gone = `SELECT 'x'::bytea || int4send(at) AS key FROM generate_series(1, 300) AS at`;
    await directly(server.url, `INSERT INTO swept.counters SELECT key, 1, 0, 0 FROM (${gone}) AS gone`);
    await directly(server.url, `INSERT INTO swept.leases SELECT key, gen_random_uuid(), 0, 0 FROM (${gone}) AS gone`);
    for (let calls = 0; calls < 50; calls += 1) await counters.add('lasting', 1, long);
    await vi.waitFor(async () => expect(await rows('swept')).toEqual([201, 201]), 5_000);
    for (let calls = 0; calls < 100; calls += 1) await counters.add('lasting', 1, long);
    await vi.waitFor(async () => expect(await rows('swept')).toEqual([1, 1]), 5_000);
    expect((await counters.add('lasting', 0, long)).value).toBe(151);
    expect(await counters.lease('lasting', 1, long)).toBeUndefined();
    await services.close();
  });

  it('never looks at a whole table, however many rows there are', async () => {
    const first = opened(server.url, { schema: 'many' });
    await first.services.get(CounterStore).lease('k', 1, long);
    await first.services.close();
    const live = `SELECT 'x'::bytea || int4send(at) AS key FROM generate_series(1, 20000) AS at`;
    await directly(server.url, `INSERT INTO many.counters SELECT key, 1, 0, 9e15 FROM (${live}) AS live; ANALYZE many.counters`);
    await directly(
      server.url,
      `INSERT INTO many.leases SELECT key, gen_random_uuid(), 0, 9e15 FROM (${live}) AS live; ANALYZE many.leases`,
    );
    const looked = `SELECT sum(seq_tup_read)::int + (SELECT sum(idx_tup_read)::int FROM pg_stat_user_indexes WHERE schemaname = 'many') AS rows
      FROM pg_stat_user_tables WHERE schemaname = 'many'`;
    const rowsLookedAt = async () => (await directly<{ rows: number }>(server.url, looked))[0]?.rows ?? Number.NaN;
    await wait(300); // a connection tells what it saw when it ends, at the latest
    const before = await rowsLookedAt();
    const { services } = opened(server.url, { schema: 'many' });
    const counters = services.get(CounterStore);
    for (let calls = 0; calls < 60; calls += 1) {
      await counters.add('k', 1, long);
      await (await counters.lease('other', 1, long))?.release();
    }
    await services.close();
    await wait(300);
    expect((await rowsLookedAt()) - before).toBeLessThan(10_000);
  });

  it('refuses leases where transactions see only what was there before they waited', async () => {
    const options = '-c default_transaction_isolation=repeatable\\ read';
    const { services } = opened(undefined, { pool: () => new Pool({ connectionString: server.url, options }) });
    await expect(services.get(CounterStore).lease('k', 1, long)).rejects.toThrow('leases need transactions that are "read committed"');
    await services.close();
  });

  it('F-47: grants one more window when the clock of the server was set back, and none that lasts', async () => {
    const { services } = opened(server.url, { schema: 'back' });
    const counters = services.get(CounterStore);
    await counters.add('k', 5, long);
    await counters.lease('k', 1, long);
    const day = 86_400_000;
    for (const table of ['counters', 'leases'])
      await directly(server.url, `UPDATE back.${table} SET began_at = began_at + ${day}, ends_at = ends_at + ${day}`);
    const { value, resetsInMs } = await counters.add('k', 1, long);
    expect(value).toBe(1);
    expect(resetsInMs).toBeLessThanOrEqual(long);
    expect((await counters.add('k', 1, long)).value).toBe(2);
    expect(await counters.lease('k', 1, long)).toBeDefined();
    expect(await counters.lease('k', 1, long)).toBeUndefined();
    await services.close();
  });

  it('gives back a lease whose answer was lost', async () => {
    const { services } = opened(server.url, { schema: 'lost', deadlineMs: 500 });
    const counters = services.get(CounterStore);
    await vi.waitFor(async () => void (await counters.add('k', 1, long)), 10_000);
    const holder = new Client(server.url);
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock($1, $2)', [lock, createHash('sha256').update('k').digest().readInt32BE()]);
    await expect(counters.lease('k', 1, long)).rejects.toThrow('did not answer within 500 ms');
    await holder.end();
    await vi.waitFor(async () => expect(await rows('lost')).toEqual([1, 1]), 5_000); // it was taken all the same
    await vi.waitFor(async () => expect(await counters.lease('k', 1, long)).toBeDefined(), { timeout: 5_000, interval: 20 });
    expect(await rows('lost')).toEqual([1, 1]);
    await services.close();
  });

  it('F-42: while it stalls add and lease reject in time, and a release is made up for', async () => {
    const { services } = opened(server.url, { schema: 'away', deadlineMs: 500 });
    const counters = services.get(CounterStore);
    await vi.waitFor(async () => void (await counters.add('k', 1, long)), 10_000);
    const lease = await counters.lease('k', 1, long);
    server.pause();
    const started = performance.now();
    await lease?.release();
    await expect(counters.add('k', 1, long)).rejects.toThrow('PostgreSQL store');
    await expect(counters.lease('k', 1, long)).rejects.toThrow('PostgreSQL store');
    expect(performance.now() - started).toBeLessThan(2_500);
    server.resume();
    await vi.waitFor(async () => expect(await counters.lease('k', 1, long)).toBeDefined(), { timeout: 5_000, interval: 20 });
    await services.close();
    await expect(counters.add('k', 1, long)).rejects.toThrow('The PostgreSQL store is closed.');
  });

  it('begins anew after a crash of the server, and goes on', async () => {
    const { services } = opened(server.url, { schema: 'crashed' });
    const counters = services.get(CounterStore);
    await counters.add('k', 5, long);
    const lease = await counters.lease('k', 1, long);
    await server.kill();
    await lease?.release();
    await server.start();
    await vi.waitFor(async () => expect((await counters.add('k', 1, long)).value).toBeLessThanOrEqual(2), 10_000);
    expect(await counters.lease('k', 1, long)).toBeDefined();
    await services.close();
  });
});
