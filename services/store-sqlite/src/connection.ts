import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';
import type { ParsedSqliteStoreOptions } from './options.ts';
import { patiently } from './patience.ts';

/** What a commit waits for: `FULL`, until the disk has it; `NORMAL`, for no disk (sqlite.org/pragma.html, synchronous, in WAL mode). */
export type Durability = 'FULL' | 'NORMAL';

/** One database for several services: opened by the first that needs it, closed with the last. */
export class Connection {
  readonly #options: ParsedSqliteStoreOptions;
  readonly #durability: Durability;
  #database: DatabaseSync | undefined = undefined;
  #users = 0;

  constructor(options: ParsedSqliteStoreOptions, durability: Durability) {
    this.#options = options;
    this.#durability = durability;
  }

  /** Throws when the file cannot be used, with what to do. */
  use(): DatabaseSync {
    this.#database ??= opened(this.#options, this.#durability);
    this.#users += 1;
    return this.#database;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#database?.close();
    this.#database = undefined;
  }
}

function opened({ path, busyMs }: ParsedSqliteStoreOptions, durability: Durability): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    prepare(path);
    database = new DatabaseSync(path, { timeout: busyMs });
    writeAhead(database, busyMs);
    database.exec(`PRAGMA synchronous = ${durability}; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF`);
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The SQLite file ${JSON.stringify(path)} cannot be used: ${why}.`, { cause: error });
  }
}

/** SQLite itself does not wait here for another process that does the same at this moment (sqlite.org/wal.html, "sometimes queries return SQLITE_BUSY"). */
function writeAhead(database: DatabaseSync, busyMs: number): void {
  patiently(busyMs, () => database.exec('PRAGMA journal_mode = WAL'));
}

/** The file and its folder, for the process's own user alone: digests of keys are in it. SQLite's further files take its mode. */
function prepare(path: string): void {
  if (path === ':memory:') return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}
