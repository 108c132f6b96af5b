import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { sweeper } from '../../../services/store-sqlite/src/sweep.ts';
import { folder } from './support/files.ts';

describe('sweeper', () => {
  function withRows(ends: readonly (number | null)[]) {
    const path = join(folder(), 'x.db');
    const database = new DatabaseSync(path, { timeout: 0 });
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, ends_at REAL)');
    for (const end of ends) database.prepare('INSERT INTO t (ends_at) VALUES (?)').run(end);
    const rows = () => database.prepare('SELECT count(*) AS rows FROM t').get()?.rows;
    return { path, rows, sweep: sweeper(database, [{ table: 't', key: 'id', end: 'ends_at' }]) };
  }

  it('throws away what is over, a hundred rows with every fiftieth call, and nothing else', () => {
    const { rows, sweep } = withRows([...Array.from({ length: 150 }, () => Date.now() - 1), Date.now() + 60_000, null]);
    sweep();
    expect(rows()).toBe(52);
    for (let calls = 0; calls < 49; calls += 1) sweep();
    expect(rows()).toBe(52);
    sweep();
    expect(rows()).toBe(2);
  });

  it('does not throw while another process writes', () => {
    const { path, rows, sweep } = withRows([1]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    sweep();
    other.exec('ROLLBACK');
    expect(rows()).toBe(1);
  });
});
