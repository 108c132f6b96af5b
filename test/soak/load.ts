import { Pool } from 'undici';
import { type Answer, ask, leave } from './client.ts';
import { type Kind, type Planned, planned } from './mix.ts';
import type { UpstreamWatch } from './upstream-watch.ts';

/** What clients sent and got. */
export class LoadCounts {
  sent = 0;
  /** Requests that must have become exchanges. */
  exchanges = 0;
  left = 0;
  readonly kinds: Record<Kind, number> = { chat: 0, stream: 0, embeddings: 0, models: 0, error: 0, fault: 0, abort: 0, control: 0 };
  wrong = 0;
  /** The first of what was wrong. */
  readonly problems: string[] = [];

  count({ kind, exchange, leaves }: Planned): void {
    this.sent += 1;
    this.kinds[kind] += 1;
    if (exchange) this.exchanges += 1;
    if (leaves !== undefined) this.left += 1;
  }

  problem(text: string): void {
    this.wrong += 1;
    if (this.problems.length < 10) this.problems.push(text);
  }
}

/** Clients that send the planned requests, so many at a time. */
export class Load {
  readonly counts = new LoadCounts();
  readonly #port: number;
  readonly #seed: number;
  readonly #clients: number;
  readonly #watch: UpstreamWatch;
  readonly #pool: Pool;

  constructor(port: number, seed: number, clients: number, watch: UpstreamWatch) {
    this.#port = port;
    this.#seed = seed;
    this.#clients = clients;
    this.#watch = watch;
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients, headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  /** Sends the requests from one index up to, but not including, another. Resolves when all are over. */
  async run(from: number, to: number): Promise<void> {
    let next = from;
    const client = async (): Promise<void> => {
      while (next < to) {
        const request = planned(this.#seed, next);
        next += 1;
        await this.#one(request);
      }
    };
    await Promise.all(Array.from({ length: this.#clients }, client));
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #one(request: Planned): Promise<void> {
    this.counts.count(request);
    const problem =
      request.leaves === undefined ? problemOf(request, await ask(this.#pool, request)) : await leave(this.#port, request, this.#watch);
    if (problem !== undefined) this.counts.problem(problem);
  }
}

/** What an answer is not that it should be. */
export function problemOf({ id, kind, body, expected }: Planned, { status, text, broken }: Answer): string | undefined {
  const { statuses, holds } = expected;
  const breaks = expected.breaks === true && status === 200;
  const wrong = (what: string): string => `${id} (${kind}, ${body.slice(0, 60)}): ${what}: ${status} ${text.slice(0, 300)}`;
  if (!statuses.includes(status)) return wrong(`expected status ${statuses.join(' or ')}`);
  if (status === 0) return undefined;
  if (holds !== undefined && !text.includes(holds)) return wrong(`expected ${holds} in the answer`);
  if (broken !== breaks) return wrong(breaks ? 'expected a broken answer' : 'the answer broke off');
  const looksComplete = text.includes('data: [DONE]');
  if (breaks && (looksComplete || !text.includes('"error"'))) return wrong('expected an error in the stream and no clean end');
  if (!breaks && kind === 'stream' && !looksComplete) return wrong('expected a whole stream');
  return undefined;
}
