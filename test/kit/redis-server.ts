import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { isHere, programPath } from './programs.ts';

const program = programPath('redis-server', 'valkey-server');

/** Whether tests against Redis can run: `describe.skipIf(!redisIsHere)`. */
export const redisIsHere: boolean = isHere('Redis', program);

/** A Redis of a test's own, which keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  #process: ChildProcess | undefined = undefined;
  readonly #settings: readonly string[];

  constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#settings = settings;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...this.#settings];
    this.#process = spawn(program as string, settings, { stdio: 'ignore' });
    await untilOpen(this.port);
  }

  /** Stops answering, and keeps its connections. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const over = once(process, 'exit');
    process.kill('SIGKILL');
    await over;
  }
}

/** Started. Whoever asked for it kills it. */
export async function redisServer(...settings: readonly string[]): Promise<RedisServer> {
  const server = new RedisServer(await freePort(), settings);
  await server.start();
  return server;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Until somebody listens there, ten seconds at most. */
export async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await wait(20);
  }
  throw new Error(`Nobody listens on port ${port}.`);
}
