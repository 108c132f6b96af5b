import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, type Handlers } from './rpc.ts';

/** What a process has used so far. */
export interface Usage {
  /** Microseconds of user and system time, all threads. */
  readonly cpuUs: number;
  /** Bytes of resident memory. */
  readonly rss: number;
}

export interface ProbeApi extends Handlers {
  usage: () => Usage;
}

/** What a server says of itself at its start. */
export interface ServerReady {
  readonly port: number;
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, rss: process.memoryUsage.rss() };
}

/** An idle connection outlives every pause between two slices, in every contender alike. Milliseconds. */
const keepAliveMs = 120_000;

/** Listens on a free port of 127.0.0.1 and tells it to `run.ts`, which then reads the process's usage. */
export function serve(server: Server, handlers: Handlers = {}): void {
  server.keepAliveTimeout = keepAliveMs;
  server.listen(0, '127.0.0.1', () =>
    answer({ port: (server.address() as AddressInfo).port } satisfies ServerReady, { usage, ...handlers }),
  );
}

/** The upstream's origin, given to every gateway as its first argument. */
export function upstreamOrigin(): string {
  const origin = process.argv[2];
  if (origin === undefined) throw new Error('Started by bench/run.ts, with the upstream as its argument.');
  return origin;
}
