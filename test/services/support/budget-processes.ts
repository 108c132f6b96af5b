import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BudgetStore } from '@express-ai-gateway/core/plugin';
import { expect, onTestFinished } from 'vitest';
import { type Child, childOf } from './child.ts';
import type { SharedStore } from './shared-store.ts';

export interface BudgetSetup {
  readonly store: SharedStore;
  readonly name: string;
  /** The file that it writes its steps down in. */
  readonly journal: string;
  /** How many holds are under way at once, and how many each of these makes one after the other. */
  readonly lanes: number;
  readonly holds: number;
  /** Of the account `shared`, and what each holds of it. */
  readonly limit: number;
  readonly amount: number;
  /** Whether it extends each hold by one and settles it for some of it; else all stays held. */
  readonly settles: boolean;
}

/** What a process is about to do with an id, or what came of it. */
export type Step =
  | { readonly id: string; readonly at: 'holding' | 'held' | 'refused' }
  | { readonly id: string; readonly at: 'settling'; readonly spent: number }
  | { readonly id: string; readonly at: 'settled'; readonly firsts: number };

interface Spender {
  readonly child: Child;
  readonly steps: () => Step[];
}

async function spenders(count: number, setup: Omit<BudgetSetup, 'name' | 'journal'>): Promise<Spender[]> {
  const folder = mkdtempSync(join(tmpdir(), 'budgets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const started = Array.from({ length: count }, (_, at) => {
    const journal = join(folder, `${at}.jsonl`);
    const child = childOf('budget-process.ts', { ...setup, name: `process ${at}`, journal });
    return { child, steps: () => stepsOf(journal) };
  });
  await Promise.all(started.map(({ child }) => child.told()));
  return started;
}

/** Of a process that was killed while it wrote, the last line may be half. */
function stepsOf(journal: string): Step[] {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Step);
}

/** Lets go those who wait, and looks at the account all the while: what is held and spent is never more than the limit. */
async function running(all: readonly Spender[], budgets: BudgetStore, limit: number): Promise<void> {
  let over = false;
  const done = Promise.all(
    all.map(({ child }) => {
      child.process.send('go');
      return child.told();
    }),
  ).finally(() => {
    over = true;
  });
  while (!over) {
    const [state = { spent: 0, held: 0 }] = await budgets.read(['shared']);
    expect(state.spent + state.held).toBeLessThanOrEqual(limit);
    await wait(2);
  }
  await done;
}

const most = 1_000_003;

/** Four processes hold of one account until nothing is left: exactly as many are let in as there is room for. */
export async function holdsExactly(store: SharedStore, budgets: BudgetStore): Promise<void> {
  const amount = 7;
  const limit = 500 * amount + 3;
  const all = await spenders(4, { store, lanes: 5, holds: 40, limit, amount, settles: false });
  await running(all, budgets, limit);
  const steps = all.flatMap((one) => one.steps());
  expect(steps.filter(({ at }) => at === 'held')).toHaveLength(Math.floor(limit / amount));
  expect(steps.filter(({ at }) => at === 'refused')).toHaveLength(4 * 5 * 40 - Math.floor(limit / amount));
  expect(await budgets.read(['shared'])).toEqual([{ spent: 0, held: 500 * amount }]);
}

/** Four processes hold, extend and settle, everything twice at once: every end is booked once, and nothing is left held. */
export async function settlesOnce(store: SharedStore, budgets: BudgetStore): Promise<void> {
  const all = await spenders(4, { store, lanes: 4, holds: 25, limit: most, amount: 1_000, settles: true });
  await running(all, budgets, most);
  const steps = all.flatMap((one) => one.steps());
  const spent = steps.reduce((sum, step) => sum + (step.at === 'settling' ? step.spent : 0), 0);
  expect(steps.filter(({ at }) => at === 'settled')).toHaveLength(4 * 4 * 25);
  expect(steps.every((step) => step.at !== 'settled' || step.firsts === 1)).toBe(true);
  expect(await budgets.read(['shared', 'other'])).toEqual([
    { spent, held: 0 },
    { spent, held: 0 },
  ]);
}

/**
 * Processes are killed in the middle of what they do. What they held stays held; what they were about to settle is settled once, whether it was before
 * they died or is by whoever takes over; nothing is lost or doubled.
 */
export async function survivesKills(store: SharedStore, budgets: BudgetStore): Promise<void> {
  const amount = 10;
  const all = await spenders(4, { store, lanes: 3, holds: 1_000_000, limit: Number.MAX_SAFE_INTEGER, amount, settles: true });
  for (const { child } of all) {
    child.process.send('go');
    child.told().catch(() => {}); // it is killed before it says a thing
  }
  for (const one of all) {
    for (let waits = 0; waits < 2_000 && one.steps().length < 40; waits += 1) await wait(5);
    await wait(Math.random() * 20);
    expect(one.child.process.exitCode).toBeNull(); // it did not end by itself
    await one.child.kill();
  }
  const last = new Map(all.flatMap((one) => one.steps().map((step) => [step.id, step] as const)));
  const begun = [...last.values()].filter(({ at }) => at !== 'settled');
  expect(begun.length).toBeGreaterThan(0);
  const steps = all.flatMap((one) => one.steps());
  let spent = steps.reduce((sum, step) => sum + (step.at === 'settling' ? step.spent : 0), 0);
  const parts = (of: number) => ['shared', 'other'].map((account) => ({ account, amount: of, limit: Number.MAX_SAFE_INTEGER }));
  // Of what one was in the middle of, nobody knows what was done. To do it again tells, and changes nothing that was.
  for (const step of begun) {
    if (step.at === 'settling') await budgets.settle(step.id, parts(step.spent));
    else expect((await budgets.hold(step.id, parts(amount))).kind).toBe('held');
  }
  const held = begun.filter(({ at }) => at !== 'settling');
  for (const { id } of held) await budgets.extend(id, 1, parts(1));
  expect(await budgets.read(['shared', 'other'])).toEqual(Array(2).fill({ spent, held: held.length * (amount + 1) }));
  for (const { id } of held) {
    await budgets.settle(id, parts(3));
    await budgets.settle(id, parts(3));
    spent += 3;
  }
  expect(await budgets.read(['shared', 'other'])).toEqual(Array(2).fill({ spent, held: 0 }));
}
