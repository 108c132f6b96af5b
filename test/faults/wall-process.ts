import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WallHandle } from './runner.ts';
import type { ProviderView } from './wall/case-log.ts';

/** The wall as its parent sees it: a process that shares nothing with the gateway under test. */
export class WallProcess implements WallHandle {
  /** Base URL, with `/v1`. */
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(factor: number): Promise<WallProcess> {
    const child = fork(fileURLToPath(new URL('wall/server.ts', import.meta.url)), ['--factor', String(factor)], { execArgv: [] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the wall ended with code ${code}`);
    });
    ended.catch(() => {}); // of no interest once it has started
    const [url] = (await Promise.race([once(child, 'message'), ended])) as [string];
    return new WallProcess(child, url);
  }

  view(name: string): Promise<ProviderView> {
    return viewOf(this.url, name);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

/** The wall's log of a case, as it gives it to everybody. */
export async function viewOf(url: string, name: string): Promise<ProviderView> {
  const response = await fetch(new URL(`/log?case=${encodeURIComponent(name)}`, url));
  return (await response.json()) as ProviderView;
}
