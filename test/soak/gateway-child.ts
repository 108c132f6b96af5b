import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BookCounts } from './bookkeeping.ts';
import type { Plant } from './plugins.ts';

export interface GatewayProcessOptions {
  /** Base URL of the upstream, with `/v1`. */
  readonly upstream: string;
  readonly bodyBytes: number;
  readonly closeMs: number;
  readonly plant?: Plant | undefined;
}

export type Question = 'sample' | 'close' | 'census';

/** A question from the parent; the answer carries its id. */
export interface Asked {
  readonly id: number;
  readonly question: Question;
}

interface Answered {
  readonly id: number;
  readonly answer?: unknown;
  readonly failure?: string;
}

/** Bytes after a full collection. */
export interface MemorySample {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  readonly books: BookCounts;
}

export interface Closed {
  /** Exchanges that were open when `close()` was called. */
  readonly openBefore: number;
  /** Whether it came to its end, within reason. */
  readonly done: boolean;
  readonly ms: number;
  readonly books: BookCounts;
}

export interface Census {
  /** Names of `process.getActiveResourcesInfo()`, standard streams aside. */
  readonly resources: readonly string[];
  readonly timers: number;
  /** Warnings of the process, e.g. too many listeners. */
  readonly warnings: number;
  readonly books: BookCounts;
}

/** The gateway's process as its parent sees it. */
export class GatewayChild {
  port = 0;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #asked = 0;
  #ended: Error | undefined = undefined;

  private constructor(options: GatewayProcessOptions) {
    this.#child = fork(fileURLToPath(new URL('gateway-process.ts', import.meta.url)), [JSON.stringify(options)], {
      // V8 throws code away that was not used lately, megabytes at a moment of its own: growth could hide behind that.
      execArgv: ['--conditions=@express-ai-gateway/source', '--expose-gc', '--no-flush-bytecode'],
    });
    this.#child.on('message', (message) => this.#answered(message as Answered));
    this.#child.on('exit', (code, signal) => this.#over(new Error(`the gateway's process ended with ${signal ?? `code ${code}`}`)));
  }

  static async start(options: GatewayProcessOptions): Promise<GatewayChild> {
    const child = new GatewayChild(options);
    child.port = await child.#awaited<number>(0);
    return child;
  }

  /** Rejects when the process ends first. */
  ask(question: 'sample'): Promise<MemorySample>;
  ask(question: 'close'): Promise<Closed>;
  ask(question: 'census'): Promise<Census>;
  ask(question: Question): Promise<unknown> {
    this.#asked += 1;
    const answer = this.#awaited(this.#asked);
    if (this.#ended === undefined) this.#child.send({ id: this.#asked, question } satisfies Asked);
    return answer;
  }

  /** Ends the process, whatever it is doing. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #awaited<T>(id: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) reject(this.#ended);
      else this.#pending.set(id, { resolve, reject });
    });
  }

  #answered({ id, answer, failure }: Answered): void {
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (failure === undefined) waiting?.resolve(answer as never);
    else waiting?.reject(new Error(failure));
  }

  #over(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
