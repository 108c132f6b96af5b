// A process that holds, extends and settles with others on one account, as fast as it can. What it is about to do, and what came of it, it
// writes down first: a file has it also when the process is killed.

import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { BudgetStore } from '@express-ai-gateway/core/plugin';
import type { BudgetSetup, Step } from './budget-processes.ts';
import { sharedServices } from './shared-store.ts';

const { store, name, journal, lanes, holds, limit, amount, settles } = JSON.parse(process.argv[2] as string) as BudgetSetup;

const services = sharedServices(store);
const budgets = services.get(BudgetStore);
const file = openSync(journal, 'a');

function note(step: Step): void {
  writeSync(file, `${JSON.stringify(step)}\n`);
}

/** Two levels, in an order of its own, as gateways that are configured differently have. */
function parts(of: number) {
  const both = [
    { account: 'shared', amount: of, limit },
    { account: 'other', amount: of, limit: Number.MAX_SAFE_INTEGER },
  ];
  return Math.random() < 0.5 ? both : both.reverse();
}

/** SQLite lets in who asks at the right moment: those who ask without a pause would starve the others. */
const pause = (): Promise<void> => wait(Math.random() * 4);

async function one(id: string): Promise<void> {
  await pause();
  note({ id, at: 'holding' });
  const twice = await Promise.all([budgets.hold(id, parts(amount)), budgets.hold(id, parts(amount))]);
  const held = twice.some(({ kind }) => kind === 'held');
  note({ id, at: held ? 'held' : 'refused' });
  if (!held || !settles) return;
  await pause();
  await budgets.extend(id, 1, parts(1));
  const spent = Math.floor(Math.random() * (amount + 1));
  note({ id, at: 'settling', spent });
  await pause();
  const ends = await Promise.all([budgets.settle(id, parts(spent)), budgets.settle(id, parts(spent))]);
  note({ id, at: 'settled', firsts: ends.filter(({ repeated }) => !repeated).length });
}

async function lane(number: number): Promise<void> {
  for (let count = 0; count < holds; count += 1) await one(`${name} ${number} ${count}`);
}

await budgets.read(['shared']); // connected
process.send?.('ready');
await once(process, 'message');
await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
process.send?.('done');
await services.close();
process.disconnect();
