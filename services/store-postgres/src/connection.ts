import { type Logger, within } from '@express-ai-gateway/core/plugin';
import pg, { type Client, type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { migrate } from './migrations.ts';
import type { ParsedPostgresStoreOptions } from './options.ts';

/** Bringing the schema up to date may take longer than who waits for it does. Milliseconds. */
const migrationMs = 30_000;

/** Between two tries while PostgreSQL is away, at most; and what it gets to answer what is under way, and then to say goodbye. Milliseconds. */
const maxPauseMs = 2_000;
const goodbyeMs = 300;

/**
 * The connections to PostgreSQL of several services, made when they are needed and made anew when they break. What is asked is sent once
 * or not at all, and nobody waits longer than a deadline. While it is away one asks at a time, the others hear at once that it is.
 */
export class Connection {
  readonly #options: ParsedPostgresStoreOptions;
  readonly #logger: Logger;
  readonly #clients = new Set<PoolClient>();
  readonly #underWay = new Set<Promise<unknown>>();
  #pool: Pool | undefined = undefined;
  #users = 0;
  #migrated: Promise<void> | undefined = undefined;
  #failures = 0;
  #failedAt = 0;
  /** On the monotonic clock: nobody asks before. */
  #notBefore = 0;

  constructor(options: ParsedPostgresStoreOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  use(): this {
    this.#users += 1;
    this.#pool ??= this.#opened();
    return this;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const pool = this.#pool;
    this.#pool = undefined;
    // A pool that is ended forgets who waits for one of its connections, and does not tell them.
    await within(goodbyeMs, Promise.allSettled(this.#underWay)).catch(() => {});
    await within(goodbyeMs, pool?.end()).catch(() => {});
    for (const client of this.#clients) destroy(client);
  }

  /** Until when what is asked now must be answered, on the monotonic clock. */
  deadline(): number {
    return performance.now() + this.#options.deadlineMs;
  }

  /** Rejects when PostgreSQL is away, refuses or does not answer in time. */
  async rows<Row extends object>(text: string, values: readonly unknown[], until?: number): Promise<readonly Row[]> {
    return (await this.#ask<Row & QueryResultRow>(text, values, until)).rows;
  }

  /** How many rows were written. What timed out may have been all the same. */
  async changes(text: string, values: readonly unknown[], until?: number): Promise<number | null> {
    return (await this.#ask(text, values, until)).rowCount;
  }

  async #ask<Row extends QueryResultRow>(text: string, values: readonly unknown[], until = this.deadline()): Promise<QueryResult<Row>> {
    const startedAt = performance.now();
    const leftMs = Math.ceil(until - startedAt);
    if (this.#pool === undefined) throw new Error('The PostgreSQL store is closed.');
    if (startedAt < this.#notBefore) throw new Error('The PostgreSQL store is away.');
    if (this.#failures > 0) this.#notBefore = until;
    try {
      const late = `The PostgreSQL store did not answer within ${this.#options.deadlineMs} ms.`;
      const result = await within(leftMs, this.#noted(this.#sent<Row>(this.#pool, text, values, leftMs)), late);
      this.#answered();
      return result;
    } catch (error) {
      throw this.#explained(error, startedAt);
    }
  }

  async #sent<Row extends QueryResultRow>(pool: Pool, text: string, values: readonly unknown[], leftMs: number): Promise<QueryResult<Row>> {
    await this.#upToDate(pool);
    const query = { text, values: [...values], query_timeout: leftMs }; // a connection that timed out is not used again
    return pool.query<Row>(query);
  }

  /** Known to be under way until it is settled. */
  #noted<T>(work: Promise<T>): Promise<T> {
    const over = (): void => void this.#underWay.delete(work);
    this.#underWay.add(work);
    work.then(over, over);
    return work;
  }

  #upToDate(pool: Pool): Promise<void> {
    this.#migrated ??= migrated(pool, this.#options.schema).catch((error: unknown) => {
      this.#migrated = undefined;
      throw error;
    });
    return this.#migrated;
  }

  #answered(): void {
    if (this.#failures > 0) this.#logger.log('info', 'PostgreSQL is back.');
    this.#failures = 0;
    this.#notBefore = 0;
  }

  /** What PostgreSQL says of a statement is no sign that it is away. */
  #explained(error: unknown, startedAt: number): Error {
    const { message, code } = error as Error & { code?: string };
    if (error instanceof pg.DatabaseError && !isAway(code)) {
      this.#answered();
      return new Error(`PostgreSQL refuses (${code}): ${message}`);
    }
    if (startedAt >= this.#failedAt) this.#away(message);
    return error instanceof pg.DatabaseError ? new Error(`The PostgreSQL store is away: ${message}.`) : (error as Error);
  }

  #away(message: string): void {
    if (this.#failures === 0) this.#logger.log('error', 'PostgreSQL is away; it is tried again until it is back.', { error: message });
    this.#failures += 1;
    this.#failedAt = performance.now();
    // Many processes that lost the same server do not come back in step.
    const pauseMs = Math.min(maxPauseMs, 25 * 2 ** Math.min(this.#failures, 10)) * (0.5 + Math.random() / 2);
    this.#notBefore = this.#failedAt + pauseMs;
  }

  #opened(): Pool {
    const { url, pool: make, deadlineMs, maxConnections } = this.#options;
    const settings = {
      connectionString: url as string,
      max: maxConnections,
      connectionTimeoutMillis: deadlineMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    };
    const pool = make?.() ?? new pg.Pool(settings);
    pool.on('error', () => {}); // an idle connection broke: the next that is needed is made
    pool.on('connect', (client) => {
      this.#clients.add(client);
      client.on('error', () => {}); // one in use: whoever waits for an answer hears of it
    });
    pool.on('remove', (client) => this.#clients.delete(client));
    return pool;
  }
}

/** A server that stalls says no goodbye, and its connection would keep the process. */
function destroy(client: PoolClient): void {
  (client as unknown as Pick<Client, 'connection'>).connection?.stream.destroy();
}

async function migrated(pool: Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  try {
    await within(migrationMs, migrate(client, schema), `The schema "${schema}" in PostgreSQL is not up to date after ${migrationMs} ms.`);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** No connection, not enough of them, no login, going down or coming up: by class of SQLSTATE (PostgreSQL's appendix A). */
function isAway(code: string | undefined): boolean {
  return code === undefined || /^(08|28|3D|53|57P)/.test(code);
}
