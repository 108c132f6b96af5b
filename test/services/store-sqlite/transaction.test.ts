import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { transaction } from '../../../services/store-sqlite/src/transaction.ts';
import { folder } from './support/files.ts';

function twice(): [DatabaseSync, DatabaseSync] {
  const path = join(folder(), 'x.db');
  const [one, other] = [new DatabaseSync(path, { timeout: 0 }), new DatabaseSync(path, { timeout: 0 })];
  one.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER NOT NULL)');
  return [one, other];
}

const add = (database: DatabaseSync) => database.exec('INSERT INTO t VALUES (1)');
const count = (database: DatabaseSync) => database.prepare('SELECT count(*) AS rows FROM t').get()?.rows;

describe('transaction', () => {
  it('is seen when it is over, and returns what its work does', () => {
    const [one, other] = twice();
    const seen = transaction(one, () => {
      add(one);
      return count(other);
    });
    expect([seen, count(other)]).toEqual([0, 1]);
  });

  it('that throws leaves nothing, and the next one begins', () => {
    const [one, other] = twice();
    const failing = () => {
      add(one);
      throw new Error('in the middle');
    };
    expect(() => transaction(one, failing)).toThrow('in the middle');
    transaction(one, () => add(one));
    expect(count(other)).toBe(1);
  });

  it('tells why it failed also where SQLite itself took it back', () => {
    const [one] = twice();
    const failing = () => one.exec('INSERT OR ROLLBACK INTO t VALUES (NULL)');
    expect(() => transaction(one, failing)).toThrow('NOT NULL constraint failed');
  });

  it('waits for another writer as long as the connection would, and leaves it as it was', () => {
    const [one, other] = twice();
    one.exec('PRAGMA busy_timeout = 100');
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    expect(() => transaction(one, () => {})).toThrow('database is locked');
    expect(performance.now() - started).toBeGreaterThanOrEqual(100);
    other.exec('ROLLBACK');
    transaction(one, () => add(one));
    expect(one.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 100 });
  });

  it('is the one writer from its beginning on; one that only reads is beside it', () => {
    const [one, other] = twice();
    transaction(one, () => {
      expect(() => transaction(other, () => {})).toThrow('database is locked');
      expect(transaction(other, () => count(other), 'DEFERRED')).toBe(0);
    });
  });
});
