import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which the command and its children are killed. Default 5 minutes. */
  readonly timeoutMs?: number;
}

const maxOutput = 1024 * 1024;

/** Runs a command without a shell. Resolves with what it printed; rejects with that and the reason when it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env = process.env, timeoutMs = 300_000 } = options;
  return new Promise((resolve, reject) => {
    // Its own process group, so that a command started through npm ends together with npm.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let ended = '';
    const timer = setTimeout(() => {
      ended = `still running after ${timeoutMs / 1000} s`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      // Whoever left the group may still hold the pipes; nobody waits for that.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-maxOutput);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 && ended === '') resolve(output);
      else reject(new Error(`${[command, ...args].join(' ')}: ${ended || `ended with ${signal ?? `code ${code}`}`}\n${output}`));
    });
  });
}

/** Runs one named step and says how it went and how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    const result = await work();
    console.log(`  ok    ${name} (${seconds(start)})`);
    return result;
  } catch (error) {
    console.log(`  FAIL  ${name} (${seconds(start)})`);
    throw error;
  }
}

/** Ends a script: its closing line, or the reason why there is none. */
export async function main(closing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    console.log(closing);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
