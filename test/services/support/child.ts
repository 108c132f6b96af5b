import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly process: ChildProcess;
  /** The next that it says; rejects when it ends before. */
  readonly told: () => Promise<unknown>;
  /** Killed in the middle of whatever it does. */
  readonly kill: () => Promise<void>;
}

/** Starts a program of this folder as a process of its own, which is told what to do as JSON. With the test it is gone. */
export function childOf(program: string, setup: object): Child {
  const execArgv = ['--conditions=@express-ai-gateway/source', '--no-warnings'];
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(setup)], {
    execArgv,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
  };
  onTestFinished(kill);
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of ${program} ended with ${code} before it said what it did`);
  });
  died.catch(() => {}); // later it ends by itself
  return { process: child, kill, told: () => Promise.race([once(child, 'message').then(([message]) => message as unknown), died]) };
}
