import { Connection } from './connection.ts';
import { type RequestSpec, requestBytes } from './request.ts';
import { Counter, type Tally } from './tally.ts';

export interface StreamsSpec extends RequestSpec {
  readonly streams: number;
  /** The streams begin one after the other within so many milliseconds. */
  readonly rampMs: number;
}

export interface StreamsTally extends Tally {
  /** Milliseconds from each request to its first event. */
  readonly firstEventMs: readonly number[];
}

/** Many streams that are open at the same time. */
export class Streams {
  readonly #connections: Connection[];
  readonly #counter = new Counter();
  readonly #firstEventMs: number[] = [];
  #events = 0;
  #begun = 0;
  #allBegun: (() => void) | undefined = undefined;
  #over: Promise<unknown> = Promise.resolve();

  private constructor(connections: Connection[]) {
    this.#connections = connections;
  }

  /** Resolves when each stream got its first event, or `limitMs` after the last one was asked for. */
  static async begin(spec: StreamsSpec, limitMs: number): Promise<Streams> {
    const streams = new Streams(await Promise.all(Array.from({ length: spec.streams }, () => Connection.open(spec.port))));
    const allBegun = new Promise<void>((resolve) => {
      streams.#allBegun = resolve;
    });
    const bytes = requestBytes(spec);
    streams.#over = Promise.all(
      streams.#connections.map(async (connection, index) => {
        await pause((index * spec.rampMs) / spec.streams);
        await streams.#ask(connection, bytes, spec);
      }),
    );
    await within(spec.rampMs + limitMs, Promise.race([allBegun, streams.#over]));
    return streams;
  }

  /** Events that arrived so far, of all streams. */
  get events(): number {
    return this.#events;
  }

  /** Waits for the end of every stream. */
  async finish(): Promise<StreamsTally> {
    await this.#over;
    this.#close();
    return { ...this.#counter.tally, firstEventMs: this.#firstEventMs };
  }

  /** Leaves all streams at once; returns when that was, in milliseconds since 1970. */
  abandon(): number {
    const at = performance.timeOrigin + performance.now();
    this.#close();
    return at;
  }

  async #ask(connection: Connection, bytes: Buffer, { expected }: StreamsSpec): Promise<void> {
    const askedAt = performance.now();
    let first = true;
    const outcome = await connection.request(bytes, expected, (count, at) => {
      this.#events += count;
      if (!first) return;
      first = false;
      this.#firstEventMs.push(at - askedAt);
      this.#begun += 1;
      if (this.#begun === this.#connections.length) this.#allBegun?.();
    });
    this.#counter.count(outcome);
  }

  #close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** Waits for what happens, but not longer than this. */
function within(ms: number, happening: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void happening.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
