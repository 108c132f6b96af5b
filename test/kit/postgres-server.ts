import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { isHere, programPath } from './programs.ts';
import { freePort } from './redis-server.ts';

const program = programPath('postgres');

/** Whether tests against PostgreSQL can run: `describe.skipIf(!postgresIsHere)`. */
export const postgresIsHere: boolean = isHere('PostgreSQL', program);

const password = 'hunter22';

/** PostgreSQL will not run as root: then it runs as nobody. */
const nobody = 65_534;
const user: Pick<SpawnOptions, 'uid' | 'gid'> = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** A PostgreSQL of a test's own, with an empty database, in a folder that goes with it. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined = undefined;

  constructor(port: number) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    if (user.uid !== undefined) chownSync(this.#folder, nobody, nobody);
    chmodSync(this.#folder, 0o700);
    this.#initialise();
  }

  get url(): string {
    return `postgres://gateway:${password}@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    const settings = { listen_addresses: '127.0.0.1', port: this.port, unix_socket_directories: '', fsync: 'off', max_connections: 50 };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#process = spawn(program as string, ['-D', join(this.#folder, 'data'), ...args], { stdio: 'ignore', cwd: this.#folder, ...user });
    await this.#untilReady();
  }

  /** Stops answering, and keeps its connections. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  /** As after a crash: whoever is connected is cut off, nothing is tidied up. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const over = once(process, 'exit');
    process.kill('SIGQUIT');
    await over;
  }

  /** Killed, and its data gone. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #initialise(): void {
    const passwordFile = join(this.#folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o644 });
    const initdb = programPath('initdb') as string;
    const args = ['-D', join(this.#folder, 'data'), '-U', 'gateway', '-A', 'scram-sha-256', '--pwfile', passwordFile];
    const { status, stderr } = spawnSync(initdb, [...args, '-E', 'UTF8', '--locale=C', '--no-sync'], { cwd: this.#folder, ...user });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    for (const one of [pid, ...children]) signalled(Number(one), signal);
  }

  async #untilReady(): Promise<void> {
    for (let tries = 0; tries < 500; tries += 1) {
      const client = new Client(this.url);
      client.on('error', () => {});
      const ready = await client.connect().then(
        () => true,
        () => false,
      );
      await client.end().catch(() => {});
      if (ready) return;
      await wait(20);
    }
    throw new Error(`PostgreSQL does not listen on port ${this.port}.`);
  }
}

function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended meanwhile
  }
}

/** Started. Whoever asked for it removes it. */
export async function postgresServer(): Promise<PostgresServer> {
  const server = new PostgresServer(await freePort());
  await server.start();
  return server;
}
