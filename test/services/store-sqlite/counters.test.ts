import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { CounterStore } from '@express-ai-gateway/core/plugin';
import { counterStoreCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { counterProcesses, mostAtOnce } from '../support/counter-processes.ts';
import { folder, opened, opening } from './support/files.ts';

leavesNothing();

const long = 600_000;

describe('sqliteCounterStore', () => {
  for (const { name, run } of counterStoreCases(opening(CounterStore))) it(name, run);

  it('is exact for four processes on one key: no amount is lost, no place given twice', async () => {
    const path = join(folder(), 'gateway.db');
    const limit = 5;
    const reports = await counterProcesses(4, { store: { kind: 'sqlite', place: path }, adds: 500, limit, lanes: 5, leases: 40 });
    const services = opened(path);
    const counters = services.get(CounterStore);
    expect((await counters.add('shared', 0, long)).value).toBe(reports.reduce((sum, report) => sum + report.sum, 0));
    const most = mostAtOnce(reports.flatMap(({ held }) => held));
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(1); // how many of them a busy machine lets run at once is not what is tested here
    const free = await Promise.all(Array.from({ length: limit + 1 }, () => counters.lease('shared', limit, long)));
    expect(free.filter((lease) => lease !== undefined)).toHaveLength(limit); // all were given back
    await services.close();
  }, 60_000);

  it('goes on with its windows and leases after a restart', async () => {
    const path = join(folder(), 'gateway.db');
    const before = opened(path);
    await before.get(CounterStore).add('k', 7, long);
    await before.get(CounterStore).lease('k', 1, long);
    await before.close();
    const after = opened(path);
    const { value, resetsInMs } = await after.get(CounterStore).add('k', 1, 5);
    expect(value).toBe(8);
    expect(resetsInMs).toBeGreaterThan(long - 60_000);
    expect(await after.get(CounterStore).lease('k', 1, long)).toBeUndefined();
    await after.close();
  });

  it('throws away what is over, a little at a time, and nothing else', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const counters = services.get(CounterStore);
    await counters.add('lasting', 1, long);
    await counters.lease('lasting', 1, long);
    for (let at = 0; at < 120; at += 1) {
      await counters.add(`passing ${at}`, 1, 200);
      await counters.lease(`passing ${at}`, 1, 200);
    }
    await wait(250);
    const behind = new DatabaseSync(path);
    const rows = () => ['counters', 'leases'].map((table) => behind.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows as number);
    const passed = rows().reduce((sum, count) => sum + count, 0) - 2;
    for (let calls = 0; calls < 50; calls += 1) await counters.add('lasting', 1, long);
    const left = rows().reduce((sum, count) => sum + count, 0) - 2;
    expect(passed - left).toBeGreaterThan(0);
    expect(passed - left).toBeLessThanOrEqual(200);
    for (let calls = 0; calls < 200; calls += 1) await counters.add('lasting', 1, long);
    expect(rows()).toEqual([1, 1]);
    expect((await counters.add('lasting', 0, long)).value).toBe(251);
    expect(await counters.lease('lasting', 1, long)).toBeUndefined();
    behind.close();
    await services.close();
  });

  it('F-47: grants one more window when the clock was set back, and none that lasts', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const counters = services.get(CounterStore);
    await counters.add('k', 5, long);
    await counters.lease('k', 1, long);
    const behind = new DatabaseSync(path);
    const day = 86_400_000;
    for (const table of ['counters', 'leases']) behind.exec(`UPDATE ${table} SET began_at = began_at + ${day}, ends_at = ends_at + ${day}`);
    behind.close();
    const { value, resetsInMs } = await counters.add('k', 1, long);
    expect(value).toBe(1);
    expect(resetsInMs).toBeLessThanOrEqual(long);
    expect((await counters.add('k', 1, long)).value).toBe(2);
    expect(await counters.lease('k', 1, long)).toBeDefined();
    expect(await counters.lease('k', 1, long)).toBeUndefined();
    await services.close();
  });

  it('F-42: rejects, and counts nothing, while another writes for longer than it may wait; a release never rejects', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path, { busyMs: 50 });
    const counters = services.get(CounterStore);
    const lease = await counters.lease('k', 1, long);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    await expect(counters.add('k', 1, long)).rejects.toThrow('database is locked');
    await expect(counters.lease('other', 1, long)).rejects.toThrow('database is locked');
    await lease?.release();
    expect(performance.now() - started).toBeLessThan(1_000);
    other.exec('ROLLBACK');
    other.close();
    expect((await counters.add('k', 1, long)).value).toBe(1);
    await lease?.release();
    expect(await counters.lease('k', 1, long)).toBeDefined();
    await services.close();
    await lease?.release();
    await expect(counters.add('k', 1, long)).rejects.toThrow();
  });
});
