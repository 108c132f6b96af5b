import { childOf } from './child.ts';
import type { SharedStore } from './shared-store.ts';

export interface CounterSetup {
  readonly store: SharedStore;
  /** How often each process adds, one to nine at a time. */
  readonly adds: number;
  /** Of the leases; and how many of each process's tries are under way at once, and how often each tries. */
  readonly limit: number;
  readonly lanes: number;
  readonly leases: number;
}

/** A lease as its holder saw it, on the machine's monotonic clock. Milliseconds. */
export interface Held {
  readonly from: number;
  readonly to: number;
}

/** What one process added, and the leases that it had. */
export interface CounterReport {
  readonly sum: number;
  readonly held: readonly Held[];
}

/** Lets processes count and lease on one key at the same time, which begins when all are there. */
export async function counterProcesses(processes: number, setup: CounterSetup): Promise<CounterReport[]> {
  const children = Array.from({ length: processes }, () => childOf('counter-process.ts', setup));
  await Promise.all(children.map(({ told }) => told()));
  return Promise.all(
    children.map(({ process, told }) => {
      process.send('go');
      return told() as Promise<CounterReport>;
    }),
  );
}

/** How many were held at the same time, at most. One that ends as another begins was not held with it. */
export function mostAtOnce(held: readonly Held[]): number {
  const changes = held.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
