import { Connection } from './connection.ts';
import { type RequestSpec, requestBytes } from './request.ts';
import { Counter, type Tally } from './tally.ts';

export interface ClosedLoopSpec extends RequestSpec {
  readonly connections: number;
}

/** So many connections, each of which sends its next request as soon as it has the last answer. */
export class ClosedLoop {
  readonly #spec: ClosedLoopSpec;
  readonly #bytes: Buffer;
  readonly #connections: Connection[];

  private constructor(spec: ClosedLoopSpec, connections: Connection[]) {
    this.#spec = spec;
    this.#bytes = requestBytes(spec);
    this.#connections = connections;
  }

  /** Connects, and asks once on each connection: what that costs is nobody's steady state. */
  static async open(spec: ClosedLoopSpec): Promise<ClosedLoop> {
    const connections = await Promise.all(Array.from({ length: spec.connections }, () => Connection.open(spec.port)));
    const loop = new ClosedLoop(spec, connections);
    await Promise.all(connections.map((connection) => connection.request(loop.#bytes, spec.expected)));
    return loop;
  }

  /** Sends for so many milliseconds, then waits for the answers under way: every request counted is over. */
  async run(ms: number): Promise<Tally> {
    const counter = new Counter();
    const until = performance.now() + ms;
    await Promise.all(this.#connections.map((_, index) => this.#keepAsking(index, until, counter)));
    return counter.tally;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #keepAsking(index: number, until: number, counter: Counter): Promise<void> {
    const { expected, port } = this.#spec;
    while (performance.now() < until) {
      let connection = this.#connections[index] as Connection;
      if (!connection.usable) {
        connection = await Connection.open(port);
        this.#connections[index] = connection;
      }
      counter.count(await connection.request(this.#bytes, expected));
    }
  }
}
