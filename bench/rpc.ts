import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

// Calls between `run.ts` and its processes, over Node's IPC channel.

/** What a process does when asked: a name, one argument, a result or a promise of one. Everything is sent as JSON. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The id of the message with which a process says that it is ready. */
const readyId = 0;

/** Milliseconds for a process to be ready. */
const startMs = 30_000;

/** In a process of ours: says that it is ready, then answers. Ends when whoever started it is gone. */
export function answer(ready: unknown, handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => void reply(handlers, question));
  process.send?.({ id: readyId, value: ready } satisfies Reply);
}

async function reply(handlers: Handlers, { id, name, argument }: Question): Promise<void> {
  try {
    process.send?.({ id, value: await handlers[name]?.(argument as never) } satisfies Reply);
  } catch (error) {
    process.send?.({ id, error: String(error) } satisfies Reply);
  }
}

export interface StartOptions {
  /** The one CPU to run on; any when undefined. */
  readonly cpu: number | undefined;
  readonly args?: readonly string[];
}

/** A process that answers; `Ready` is what it says of itself at its start. */
export class Remote<Api extends Handlers, Ready> {
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #lastId = readyId;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
    child.on('message', (message: Reply) => this.#replied(message));
    child.on('exit', () => this.#gone());
  }

  /** Starts a TypeScript file as a process of its own, with the Node that runs us. */
  static async start<Api extends Handlers, Ready>(file: string, { cpu, args = [] }: StartOptions): Promise<Remote<Api, Ready>> {
    const command = [process.execPath, '--conditions=@express-ai-gateway/source', file, ...args];
    const [program, ...rest] = cpu === undefined ? command : ['taskset', '-c', String(cpu), ...command];
    const child = spawn(program as string, rest, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    return new Remote<Api, Ready>(child, await readyValue<Ready>(child, file));
  }

  call<Name extends keyof Api & string>(name: Name, argument?: Parameters<Api[Name]>[0]): Promise<Awaited<ReturnType<Api[Name]>>> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      if (this.#child.connected) this.#child.send({ id, name, argument } satisfies Question);
      else this.#gone();
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #replied({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  #gone(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('the process ended'));
    this.#waiting.clear();
  }
}

/** Waits for the first message. Rejects with what the process said last when it ends or takes too long instead. */
function readyValue<Ready>(child: ChildProcess, file: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${file} ${what}\n${said}`.trim()));
    };
    const timer = setTimeout(() => fail('was not ready in time'), startMs);
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4_000);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with code ${code}`));
    child.once('message', ({ value }: Reply) => {
      clearTimeout(timer);
      child.removeAllListeners('exit').removeAllListeners('error');
      child.stderr?.removeAllListeners('data').resume();
      resolve(value as Ready);
    });
  });
}
