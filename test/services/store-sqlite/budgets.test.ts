import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BudgetStore } from '@express-ai-gateway/core/plugin';
import { budgetStoreCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { holdsExactly, settlesOnce, survivesKills } from '../support/budget-processes.ts';
import { folder, opened, opening } from './support/files.ts';

leavesNothing();

const hour = 3_600_000;
const week = 7 * 24 * hour;

const part = { account: 'a', amount: 1, limit: 5 };

describe('sqliteBudgetStore', () => {
  for (const { name, run } of budgetStoreCases(opening(BudgetStore))) it(name, run);

  it.each([
    ['MONEY-1: is exact for four processes on one account', holdsExactly],
    ['MONEY-8: books every end once, whatever four processes do twice', settlesOnce],
    ['MONEY-8: loses and doubles nothing when processes are killed', survivesKills],
  ])(
    '%s',
    async (_name, proof) => {
      const path = join(folder(), 'gateway.db');
      const services = opened(path, { busyMs: 10_000 });
      await proof({ kind: 'sqlite', place: path }, services.get(BudgetStore));
      await services.close();
    },
    60_000,
  );

  it('keeps what is held and spent over a restart', async () => {
    const path = join(folder(), 'gateway.db');
    const before = opened(path);
    await before.get(BudgetStore).hold('1', [{ ...part, amount: 4 }]);
    await before.get(BudgetStore).settle('0', [part]);
    await before.close();
    const after = opened(path);
    const budgets = after.get(BudgetStore);
    expect(await budgets.hold('2', [part])).toEqual({ kind: 'refused', at: 0, states: [{ spent: 1, held: 4 }] });
    expect(await budgets.settle('1', [{ ...part, amount: 2 }])).toEqual({ repeated: false, states: [{ spent: 3, held: 0 }] });
    expect((await budgets.settle('0', [part])).repeated).toBe(true);
    await after.close();
  });

  it('MONEY-5: rejects, and holds nothing, while another writes for longer than it may wait', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path, { busyMs: 50 });
    const budgets = services.get(BudgetStore);
    await budgets.hold('1', [part]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    await expect(budgets.hold('2', [part])).rejects.toThrow('database is locked');
    await expect(budgets.extend('1', 1, [part])).rejects.toThrow('database is locked');
    await expect(budgets.settle('1', [part])).rejects.toThrow('database is locked');
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await budgets.read(['a'])).toEqual([{ spent: 0, held: 1 }]);
    other.exec('ROLLBACK');
    other.close();
    expect((await budgets.settle('1', [part])).repeated).toBe(false);
    await services.close();
    await expect(budgets.hold('3', [part])).rejects.toThrow();
  });

  it('MONEY-5: what fails in the middle changes nothing', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const budgets = services.get(BudgetStore);
    await budgets.hold('1', [part]);
    const behind = new DatabaseSync(path);
    behind.exec(`CREATE TRIGGER fails BEFORE INSERT ON budget_holds BEGIN SELECT RAISE(ABORT, 'in the middle'); END`);
    await expect(budgets.hold('2', [part])).rejects.toThrow('in the middle');
    await expect(budgets.settle('1', [part])).rejects.toThrow('in the middle');
    expect(await budgets.read(['a'])).toEqual([{ spent: 0, held: 1 }]);
    behind.exec('DROP TRIGGER fails');
    behind.close();
    expect((await budgets.settle('1', [part])).states).toEqual([{ spent: 1, held: 0 }]);
    await services.close();
  });

  it('MONEY-10: refuses a window that is not now, by its own clock', async () => {
    const services = opened(join(folder(), 'gateway.db'));
    const budgets = services.get(BudgetStore);
    const now = Date.now();
    const during = { startsAt: now - 1_000, endsAt: now + 1_000 };
    expect((await budgets.hold('1', [{ ...part, ...during }])).kind).toBe('held');
    for (const window of [
      { startsAt: now + hour, endsAt: now + 2 * hour },
      { startsAt: now - 2 * hour, endsAt: now - hour },
    ]) {
      await expect(budgets.hold(`of ${window.startsAt}`, [part, { ...part, account: 'b', ...window }])).rejects.toThrow('clock');
      await expect(budgets.extend('1', 1, [{ ...part, ...window }])).rejects.toThrow('clock');
    }
    expect(await budgets.read(['a', 'b'])).toEqual([
      { spent: 0, held: 1 },
      { spent: 0, held: 0 },
    ]);
    // What began in time is booked whenever it ends.
    expect((await budgets.settle('1', [{ ...part, endsAt: now - hour }])).states).toEqual([{ spent: 1, held: 0 }]);
    await services.close();
  });

  it('keeps accounts until a week after their end and ids for as long as promised, and throws the rest away', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const budgets = services.get(BudgetStore);
    const endsAt = Date.now() + hour;
    await budgets.hold('hold', [{ ...part, account: 'month', endsAt }, part]);
    await budgets.settle('end', [{ account: 'month', amount: 1, endsAt }]);
    const behind = new DatabaseSync(path);
    const rows = (table: string) => behind.prepare(`SELECT * FROM ${table} ORDER BY 1`).all();
    expect(rows('budget_accounts')).toMatchObject([
      { account: 'a', forgotten_at: null },
      { account: 'month', forgotten_at: endsAt + week },
    ]);
    const [end, hold] = rows('budget_holds').map(({ forgotten_at }) => (forgotten_at as number) - Date.now());
    expect(end).toBeGreaterThan(hour - 60_000);
    expect(hold).toBeGreaterThan(week - 60_000);
    const later = (ms: number) =>
      ['accounts', 'holds'].map((table) => behind.exec(`UPDATE budget_${table} SET forgotten_at = forgotten_at - ${ms}`));
    const sweep = async () => {
      for (let calls = 0; calls < 50; calls += 1) await budgets.extend('never', 1, [part]);
    };
    later(hour / 2);
    await sweep();
    expect([rows('budget_accounts').length, rows('budget_holds').length]).toEqual([2, 2]);
    later(week + hour);
    await sweep();
    // The hold of a process that died is forgotten, and what it held stays held.
    expect(rows('budget_holds')).toEqual([]);
    expect(await budgets.read(['a', 'month'])).toEqual([
      { spent: 0, held: 1 },
      { spent: 0, held: 0 },
    ]);
    behind.close();
    await services.close();
  });

  it('frees no more than is held of an account that was forgotten and booked on since', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const budgets = services.get(BudgetStore);
    await budgets.hold('1', [part]);
    await budgets.hold('2', [part]);
    const behind = new DatabaseSync(path);
    behind.exec('DELETE FROM budget_accounts');
    behind.close();
    await budgets.settle('1', [part]);
    expect((await budgets.settle('2', [part])).states).toEqual([{ spent: 2, held: 0 }]);
    await services.close();
  });
});
