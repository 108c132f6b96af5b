import { setTimeout as wait } from 'node:timers/promises';
import { BudgetStore } from '@express-ai-gateway/core/plugin';
import { budgetStoreCases } from '@express-ai-gateway/plugin-kit';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { digest } from '../../../services/store-postgres/src/digest.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { holdsExactly, settlesOnce, survivesKills } from '../support/budget-processes.ts';
import { answerless } from './support/answerless.ts';
import { directly, opened, opening } from './support/postgres.ts';

leavesNothing();

const hour = 3_600_000;
const week = 7 * 24 * hour;

const part = { account: 'a', amount: 1, limit: 5 };
const hex = (name: string) => `'\\x${digest(name).toString('hex')}'`;

describe.skipIf(!postgresIsHere)('postgresBudgetStore', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(async () => {
    server.resume();
    await server.remove();
  });

  for (const { name, run } of budgetStoreCases(opening(BudgetStore, () => server.url))) it(name, run);

  it.each([
    ['MONEY-1: is exact for four processes on one account', holdsExactly],
    ['MONEY-8: books every end once, whatever four processes do twice', settlesOnce],
    ['MONEY-8: loses and doubles nothing when processes are killed', survivesKills],
  ])(
    '%s',
    async (_name, proof) => {
      await directly(server.url, 'DROP SCHEMA IF EXISTS ai_gateway CASCADE');
      const { services } = opened(server.url);
      await proof({ kind: 'postgres', place: server.url }, services.get(BudgetStore));
      await services.close();
    },
    60_000,
  );

  it('waits for nobody in a circle, whatever the order of the accounts, and takes all or nothing', async () => {
    const gateways = Array.from({ length: 4 }, () => opened(server.url, { schema: 'circle' }));
    const stores = gateways.map(({ services }) => services.get(BudgetStore));
    const names = ['a', 'b', 'c', 'd', 'e'];
    const shuffled = (fresh: string) => [...names, fresh].sort(() => Math.random() - 0.5);
    const of = (accounts: readonly string[]) => accounts.map((account) => ({ account, amount: 1, limit: 300 }));
    let held = 0;
    const spending = async (store: BudgetStore, lane: string): Promise<void> => {
      for (let count = 0; count < 25; count += 1) {
        const id = `${lane} ${count}`;
        const { kind } = await store.hold(id, of(shuffled(`new ${count}`)));
        if (kind === 'held') held += 1;
        if (kind === 'held' && count % 2 === 0) await store.settle(id, of(shuffled(`other ${count}`)));
      }
    };
    await Promise.all(stores.flatMap((store, at) => [1, 2, 3, 4, 5].map((lane) => spending(store, `${at} ${lane}`))));
    const states = await (stores[0] as BudgetStore).read(names);
    expect(held).toBe(300);
    for (const state of states) expect(state.spent + state.held).toBe(300);
    expect(new Set(states.map(({ spent }) => spent)).size).toBe(1);
    for (const { services } of gateways) await services.close();
  }, 60_000);

  it('MONEY-5: rejects in time while it stalls, lets nobody in, and does not do twice what is asked again', async () => {
    const { services } = opened(server.url, { schema: 'away', deadlineMs: 500 });
    const budgets = services.get(BudgetStore);
    await vi.waitFor(async () => void (await budgets.hold('1', [part])), 10_000);
    server.pause();
    const started = performance.now();
    await expect(budgets.hold('2', [part])).rejects.toThrow('PostgreSQL store');
    await expect(budgets.extend('1', 1, [part])).rejects.toThrow('PostgreSQL store');
    await expect(budgets.settle('1', [part])).rejects.toThrow('PostgreSQL store');
    await expect(budgets.read(['a'])).rejects.toThrow('PostgreSQL store');
    expect(performance.now() - started).toBeLessThan(2_500);
    server.resume();
    const again = { timeout: 10_000, interval: 20 };
    await vi.waitFor(async () => expect((await budgets.hold('2', [part])).kind).toBe('held'), again);
    await vi.waitFor(() => budgets.settle('1', [part]), again);
    expect(await budgets.read(['a'])).toEqual([{ spent: 1, held: 1 }]);
    await services.close();
    await expect(budgets.hold('3', [part])).rejects.toThrow('The PostgreSQL store is closed.');
  });

  it('MONEY-8: has one effect when the connection is cut while a hold runs, and it is asked again', async () => {
    const { services } = opened(server.url, { schema: 'cut' });
    const budgets = services.get(BudgetStore);
    await budgets.settle('0', [part]);
    const holder = new Client(server.url);
    await holder.connect();
    await holder.query('BEGIN; SELECT 1 FROM cut.budget_accounts FOR UPDATE');
    const cut = expect(budgets.hold('1', [part])).rejects.toThrow('PostgreSQL');
    const running = `FROM pg_stat_activity WHERE query LIKE '%"cut".take_budget%' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`;
    await vi.waitFor(async () => expect(await directly(server.url, `SELECT pid ${running}`)).toHaveLength(1), 5_000);
    await directly(server.url, `SELECT pg_terminate_backend(pid) ${running}`);
    await cut;
    await holder.end();
    const again = { timeout: 10_000, interval: 20 };
    await vi.waitFor(async () => expect((await budgets.hold('1', [part])).kind).toBe('held'), again);
    expect(await budgets.read(['a'])).toEqual([{ spent: 1, held: 1 }]);
    await services.close();
  });

  it('MONEY-8: has one effect when only its answer is lost, and it is asked again', async () => {
    const between = await answerless(server.port);
    const lossy = opened(server.url.replace(`:${server.port}/`, `:${between.port}/`), { schema: 'lost', deadlineMs: 2_000 });
    const direct = opened(server.url, { schema: 'lost' });
    const [budgets, other] = [lossy.services.get(BudgetStore), direct.services.get(BudgetStore)];
    const again = { timeout: 10_000, interval: 20 };
    await vi.waitFor(async () => void (await budgets.read(['a'])), again);
    const steps: [() => Promise<unknown>, object][] = [
      [() => budgets.hold('1', [part]), { spent: 0, held: 1 }],
      [() => budgets.extend('1', 1, [{ ...part, amount: 2 }]), { spent: 0, held: 3 }],
      [() => budgets.settle('1', [{ ...part, amount: 2 }]), { spent: 2, held: 0 }],
    ];
    for (const [step, state] of steps) {
      between.loseAnswers();
      const lost = expect(step()).rejects.toThrow();
      await vi.waitFor(async () => expect(await other.read(['a'])).toEqual([state]), again); // it was done
      between.cut();
      await lost;
      await vi.waitFor(step, again);
      expect(await other.read(['a'])).toEqual([state]);
    }
    await lossy.services.close();
    await direct.services.close();
    await between.close();
  });

  it('MONEY-8: has one effect each, however often an administrator ends its connections', async () => {
    const { services } = opened(server.url, { schema: 'ended' });
    const budgets = services.get(BudgetStore);
    const of = [{ account: 'a', amount: 3, limit: 1_000_000 }];
    const insisting = async (action: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        const done = await action().then(
          () => true,
          () => false,
        );
        if (done) return;
        await wait(10);
      }
    };
    let going = true;
    const all = Array.from({ length: 20 }, async (_, lane) => {
      for (let count = 0; count < 20; count += 1) {
        await insisting(() => budgets.hold(`${lane} ${count}`, of));
        if (count % 2 === 0) await insisting(() => budgets.settle(`${lane} ${count}`, [{ account: 'a', amount: 2 }]));
      }
    });
    const over = Promise.all(all).finally(() => {
      going = false;
    });
    const others = `FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    for (let rounds = 0; going && rounds < 15; rounds += 1) {
      await directly(server.url, `SELECT pg_terminate_backend(pid) ${others}`);
      await wait(100);
    }
    await over;
    expect(await budgets.read(['a'])).toEqual([{ spent: 20 * 10 * 2, held: 20 * 10 * 3 }]);
    await services.close();
  }, 60_000);

  it('keeps what is held and spent over a crash of the server', async () => {
    const { services } = opened(server.url, { schema: 'crashed' });
    const budgets = services.get(BudgetStore);
    await budgets.hold('1', [{ ...part, amount: 3 }]);
    await budgets.settle('0', [part]);
    await server.kill();
    await server.start();
    await vi.waitFor(async () => expect(await budgets.read(['a'])).toEqual([{ spent: 1, held: 3 }]), 10_000);
    expect((await budgets.settle('0', [part])).repeated).toBe(true);
    await services.close();
  });

  it('MONEY-10: refuses a window that is not now, by the clock of the server', async () => {
    const { services } = opened(server.url, { schema: 'clocks' });
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

  it('writes nothing for what it refuses, and so makes no account', async () => {
    const { services } = opened(server.url, { schema: 'refused' });
    const budgets = services.get(BudgetStore);
    for (let at = 0; at < 10; at += 1) expect((await budgets.hold(`${at}`, [{ ...part, limit: 0 }])).kind).toBe('refused');
    expect(await directly(server.url, 'SELECT 1 FROM refused.budget_accounts UNION ALL SELECT 1 FROM refused.budget_holds')).toEqual([]);
    expect(await budgets.read([])).toEqual([]);
    await services.close();
  });

  it('keeps accounts until a week after their end and ids for as long as promised, and throws the rest away', async () => {
    const { services } = opened(server.url, { schema: 'swept' });
    const budgets = services.get(BudgetStore);
    const endsAt = Date.now() + hour;
    await budgets.hold('hold', [{ ...part, account: 'month', endsAt }, part]);
    await budgets.settle('end', [{ account: 'month', amount: 1, endsAt }]);
    const ends = async (table: string, key: string, name: string) => {
      const rows = await directly<{ forgotten_at: number }>(
        server.url,
        `SELECT forgotten_at FROM swept.budget_${table} WHERE ${key} = ${hex(name)}`,
      );
      return rows.map(({ forgotten_at }) => forgotten_at);
    };
    expect(await ends('accounts', 'account', 'a')).toEqual([null]);
    expect(await ends('accounts', 'account', 'month')).toEqual([endsAt + week]);
    expect((await ends('holds', 'id', 'end'))[0]).toBeGreaterThan(Date.now() + hour - 60_000);
    expect((await ends('holds', 'id', 'hold'))[0]).toBeGreaterThan(Date.now() + week - 60_000);
    const later = async (ms: number) => {
      for (const table of ['accounts', 'holds'])
        await directly(server.url, `UPDATE swept.budget_${table} SET forgotten_at = forgotten_at - ${ms}`);
      for (let calls = 0; calls < 50; calls += 1) await budgets.extend('never', 1, [part]);
    };
    await later(hour / 2);
    await wait(100);
    expect((await ends('holds', 'id', 'end')).length).toBe(1);
    await later(week + hour);
    // The hold of a process that died is forgotten, and what it held stays held.
    const rest = 'SELECT account AS key FROM swept.budget_accounts UNION ALL SELECT id FROM swept.budget_holds';
    await vi.waitFor(async () => expect(await directly(server.url, rest)).toEqual([{ key: digest('a') }]), 5_000);
    expect(await budgets.read(['a', 'month'])).toEqual([
      { spent: 0, held: 1 },
      { spent: 0, held: 0 },
    ]);
    await services.close();
  });

  it('frees no more than is held of an account that was forgotten and booked on since', async () => {
    const { services } = opened(server.url, { schema: 'forgotten' });
    const budgets = services.get(BudgetStore);
    await budgets.hold('1', [part, { ...part, account: 'b' }]);
    await budgets.hold('2', [part]);
    await directly(server.url, 'DELETE FROM forgotten.budget_accounts');
    await budgets.settle('1', [part]);
    expect((await budgets.settle('2', [part])).states).toEqual([{ spent: 2, held: 0 }]);
    // What it made anew only to free it is thrown away with the next sweep.
    for (let calls = 0; calls < 50; calls += 1) await budgets.extend('never', 1, [part]);
    const rest = 'SELECT account AS key FROM forgotten.budget_accounts';
    await vi.waitFor(async () => expect(await directly(server.url, rest)).toEqual([{ key: digest('a') }]), 5_000);
    await services.close();
  });

  it('never looks at a whole table, however many rows there are', async () => {
    const first = opened(server.url, { schema: 'many' });
    await first.services.get(BudgetStore).hold('1', [part]);
    await first.services.close();
    const names = `SELECT 'x'::bytea || int4send(at) AS name FROM generate_series(1, 20000) AS at`;
    await directly(
      server.url,
      `INSERT INTO many.budget_accounts SELECT name, 1, 0, 9e15 FROM (${names}) AS n; ANALYZE many.budget_accounts`,
    );
    await directly(
      server.url,
      `INSERT INTO many.budget_holds SELECT name, 0, ARRAY[name], '{1}', 9e15 FROM (${names}) AS n; ANALYZE many.budget_holds`,
    );
    const looked = `SELECT sum(seq_tup_read)::int + (SELECT sum(idx_tup_read)::int FROM pg_stat_user_indexes WHERE schemaname = 'many') AS rows
      FROM pg_stat_user_tables WHERE schemaname = 'many'`;
    const rowsLookedAt = async () => (await directly<{ rows: number }>(server.url, looked))[0]?.rows ?? Number.NaN;
    await wait(300); // a connection tells what it saw when it ends, at the latest
    const before = await rowsLookedAt();
    const { services } = opened(server.url, { schema: 'many' });
    const budgets = services.get(BudgetStore);
    for (let calls = 0; calls < 60; calls += 1) {
      const parts = [part, { ...part, account: 'b', limit: 100 }];
      await budgets.hold(`h${calls}`, parts);
      await budgets.settle(`h${calls}`, parts);
      await budgets.read(['a', 'b', 'c']);
    }
    await services.close();
    await wait(300);
    expect((await rowsLookedAt()) - before).toBeLessThan(15_000);
  });

  it('refuses where transactions see only what was there before they waited', async () => {
    const options = '-c default_transaction_isolation=serializable';
    const { services } = opened(undefined, { pool: () => new Pool({ connectionString: server.url, options }) });
    const budgets = services.get(BudgetStore);
    await expect(budgets.hold('1', [part])).rejects.toThrow('budgets need transactions that are "read committed"');
    await expect(budgets.settle('1', [part])).rejects.toThrow('budgets need transactions that are "read committed"');
    await services.close();
  });
});
