import type { DatabaseSync } from 'node:sqlite';

/** Every so many calls throw away so many rows of each table, at most, whose time is over: more than could have been added meanwhile. */
const sweepEvery = 50;
const sweptAtOnce = 100;

export interface SweptTable {
  readonly table: string;
  /** Its primary key. */
  readonly key: string;
  /** The column that says when a row is over, in milliseconds since 1970; NULL: never. It has an index. */
  readonly end: string;
}

/** What is called with every call, after it: it never throws. */
export function sweeper(database: DatabaseSync, tables: readonly SweptTable[]): () => void {
  const sweeps = tables.map(({ table, key, end }) =>
    database.prepare(
      `DELETE FROM ${table} WHERE (${key}) IN
       (SELECT ${key} FROM ${table} WHERE ${end} <= 1000.0 * unixepoch('subsec') ORDER BY ${end} LIMIT ${sweptAtOnce})`,
    ),
  );
  let calls = 0;
  return () => {
    calls += 1;
    if (calls % sweepEvery !== 1) return;
    try {
      for (const sweep of sweeps) sweep.run();
    } catch {
      // Another process writes for too long: the next sweep finds them.
    }
  };
}
