import type { DatabaseSync } from 'node:sqlite';

/**
 * What is done in one step, all of it or nothing, and what it returns. The one writer of all processes from its beginning on, so that nobody writes
 * between what it sees and what it writes; `DEFERRED`, for what only reads: of one moment, and beside a writer.
 */
export function transaction<T>(database: DatabaseSync, work: () => T, kind: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE'): T {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK'); // SQLite itself has done so where the disk is full
    throw error;
  }
}
