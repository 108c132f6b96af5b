import { Connection } from './connection.ts';
import { type RequestSpec, requestBytes } from './request.ts';
import { Counter, type Tally } from './tally.ts';

export interface OpenLoopSpec extends RequestSpec {
  readonly perSecond: number;
  readonly ms: number;
}

export interface OpenLoopTally extends Tally {
  /** Milliseconds from the moment a request was due, not from when it was sent: waiting counts. */
  readonly latencies: readonly number[];
}

/** Connections that are open before the first request; more are opened when all are busy. */
const initialConnections = 16;

/** Sends at a fixed rate, whether answers come or not. */
export async function openLoop(spec: OpenLoopSpec): Promise<OpenLoopTally> {
  const bytes = requestBytes(spec);
  const idle = await Promise.all(Array.from({ length: initialConnections }, () => Connection.open(spec.port)));
  await Promise.all(idle.map((connection) => connection.request(bytes, spec.expected)));
  const counter = new Counter();
  const latencies: number[] = [];
  const ask = async (due: number): Promise<void> => {
    const connection = usable(idle) ?? (await Connection.open(spec.port));
    const outcome = await connection.request(bytes, spec.expected);
    counter.count(outcome);
    latencies.push(outcome.endedAt - due);
    idle.push(connection);
  };
  const asked: Promise<void>[] = [];
  await atRate(spec, (due) => void asked.push(ask(due)));
  await Promise.all(asked);
  for (const connection of idle) connection.close();
  return { ...counter.tally, latencies };
}

function usable(idle: Connection[]): Connection | undefined {
  for (;;) {
    const connection = idle.shift();
    if (connection === undefined || connection.usable) return connection;
  }
}

/** Calls at even distances; a late timer makes up for what it missed, each with the time at which it was due. */
function atRate({ perSecond, ms }: OpenLoopSpec, act: (due: number) => void): Promise<void> {
  const startedAt = performance.now();
  const total = Math.round((perSecond * ms) / 1_000);
  let sent = 0;
  const due = (): number => startedAt + (sent * 1_000) / perSecond;
  return new Promise((resolve) => {
    const tick = (): void => {
      while (sent < total && due() <= performance.now()) {
        act(due());
        sent += 1;
      }
      if (sent < total) setTimeout(tick, Math.max(1, due() - performance.now()));
      else resolve();
    };
    tick();
  });
}
