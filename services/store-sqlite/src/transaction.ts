import type { DatabaseSync } from 'node:sqlite';
import { patiently } from './patience.ts';

/**
 * What is done in one step, all of it or nothing, and what it returns. The one writer of all processes from its beginning on, so that nobody writes
 * between what it sees and what it writes; `DEFERRED`, for what only reads: of one moment, and beside a writer.
 */
export function transaction<T>(database: DatabaseSync, work: () => T, kind: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE'): T {
  if (kind === 'IMMEDIATE') beginWriting(database);
  else database.exec('BEGIN');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK'); // SQLite itself has done so where the disk is full
    throw error;
  }
}

/** Waits for another writer as long as SQLite itself would, but looks more often: what waits here is a process and all its requests. */
function beginWriting(database: DatabaseSync): void {
  const { timeout: busyMs } = database.prepare('PRAGMA busy_timeout').get() as { timeout: number };
  database.exec('PRAGMA busy_timeout = 0');
  try {
    patiently(busyMs, () => database.exec('BEGIN IMMEDIATE'));
  } finally {
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }
}
