import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface CounterSetup {
  readonly store: { readonly kind: 'sqlite' | 'postgres'; readonly place: string };
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

const program = join(import.meta.dirname, 'counter-process.ts');

/** Lets processes count and lease on one key at the same time, which begins when all are there. */
export async function counterProcesses(processes: number, setup: CounterSetup): Promise<CounterReport[]> {
  const children = Array.from({ length: processes }, () => started(setup));
  await Promise.all(children.map(({ told }) => told()));
  return Promise.all(
    children.map(({ child, told }) => {
      child.send('go');
      return told() as Promise<CounterReport>;
    }),
  );
}

interface Child {
  readonly child: ChildProcess;
  /** The next that it says; rejects when it ends before. */
  readonly told: () => Promise<unknown>;
}

function started(setup: CounterSetup): Child {
  const execArgv = ['--conditions=@express-ai-gateway/source', '--no-warnings'];
  const child = fork(program, [JSON.stringify(setup)], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
  });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a process that counts ended with ${code} before it said what it did`);
  });
  died.catch(() => {}); // later it ends by itself
  return { child, told: () => Promise.race([once(child, 'message').then(([message]) => message as unknown), died]) };
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
