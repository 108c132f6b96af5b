// A process that counts with others on one key and takes leases of it, as fast as it can, and tells its parent what it did.

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { CounterStore } from '@express-ai-gateway/core/plugin';
import type { CounterReport, CounterSetup, Held } from './counter-processes.ts';
import { sharedServices } from './shared-store.ts';

const { store, adds, limit, lanes, leases } = JSON.parse(process.argv[2] as string) as CounterSetup;

const services = sharedServices(store);
const counters = services.get(CounterStore);

/** Of the machine's monotonic clock, which all its processes read alike. Milliseconds. */
const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;

async function adding(): Promise<number> {
  let sum = 0;
  for (let count = 0; count < adds; count += 1) {
    const amount = 1 + Math.floor(Math.random() * 9);
    await counters.add('shared', amount, 600_000);
    sum += amount;
    if (count % 10 === 0) await wait(0);
  }
  return sum;
}

async function leasing(): Promise<Held[]> {
  const held: Held[] = [];
  for (let tries = 0; tries < leases; tries += 1) {
    const lease = await counters.lease('shared', limit, 600_000);
    const from = machineNow();
    await wait(Math.random() * 4);
    if (lease === undefined) continue;
    held.push({ from, to: machineNow() });
    await lease.release();
  }
  return held;
}

await counters.add('shared', 0, 600_000); // connected, and what is to be counted on is there
process.send?.('ready');
await once(process, 'message');
const [sum, ...held] = await Promise.all([adding(), ...Array.from({ length: lanes }, leasing)]);
const report: CounterReport = { sum, held: held.flat() };
process.send?.(report);
await services.close();
process.disconnect();
