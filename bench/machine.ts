import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';

/** Where the numbers were taken. */
export interface Machine {
  readonly node: string;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly date: string;
  /** The CPUs that processes are pinned to; `undefined` where they cannot be. */
  readonly cpus: { readonly load: number; readonly contender: number } | undefined;
}

export function readMachine(): Machine {
  const { stdout, status } = spawnSync('taskset', ['-pc', String(process.pid)], { encoding: 'utf8' });
  const allowed = status === 0 ? cpuList(stdout.split(':').at(-1) ?? '') : [];
  const [load, contender] = allowed;
  return {
    node: process.version,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cpuCount: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
    cpus: load === undefined || contender === undefined ? undefined : { load, contender },
  };
}

/** `0-2,5` → 0, 1, 2, 5. */
export function cpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first, last = first] = part.split('-').map(Number);
      return Array.from({ length: (last as number) - (first as number) + 1 }, (_, index) => (first as number) + index);
    });
}
