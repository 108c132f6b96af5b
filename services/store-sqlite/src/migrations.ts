import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './transaction.ts';

/** Marks the file as ours: "aigw". */
const applicationId = 0x61_69_67_77;

/** Each is applied once, in its order, and never changed: what is to be different comes as a further one. */
const migrations: readonly string[] = [
  `
  CREATE TABLE keys (
    public_id TEXT PRIMARY KEY,
    tenant TEXT,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keys_by_tenant ON keys (tenant, public_id) WHERE tenant IS NOT NULL;
  CREATE TABLE key_uses (
    public_id TEXT PRIMARY KEY REFERENCES keys (public_id),
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_only_grows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
  CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
  `,
  `
  CREATE TABLE counters (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    began_at REAL NOT NULL,
    ends_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counters_by_end ON counters (ends_at);
  CREATE TABLE leases (
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    began_at REAL NOT NULL,
    ends_at REAL NOT NULL,
    PRIMARY KEY (key, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_end ON leases (ends_at);
  `,
  // Of an id one row, which says what it holds, or that it is settled: then its step is NULL.
  `
  CREATE TABLE budget_accounts (
    account TEXT PRIMARY KEY,
    spent INTEGER NOT NULL CHECK (spent >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    forgotten_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX budget_accounts_by_end ON budget_accounts (forgotten_at) WHERE forgotten_at IS NOT NULL;
  CREATE TABLE budget_holds (
    id TEXT PRIMARY KEY,
    step INTEGER,
    parts TEXT NOT NULL,
    forgotten_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX budget_holds_by_end ON budget_holds (forgotten_at);
  `,
];

/** Brings a file to this version's schema, whoever else does the same at this moment. Throws for a file that is not ours, or newer. */
export function migrate(database: DatabaseSync): void {
  // Most files are of this version: who opens one waits for no writer and for no disk.
  if (transaction(database, () => checkedVersion(database), 'DEFERRED') === migrations.length) return;
  transaction(database, () => {
    const version = checkedVersion(database);
    for (const [index, migration] of migrations.entries()) if (index >= version) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec(`PRAGMA application_id = ${applicationId}`);
  });
}

function checkedVersion(database: DatabaseSync): number {
  const id = numberOf(database, 'PRAGMA application_id');
  const tables = numberOf(database, 'SELECT count(*) FROM sqlite_schema');
  if (id !== applicationId && (id !== 0 || tables > 0)) throw new Error('it is a database of something else; name another file');
  const version = numberOf(database, 'PRAGMA user_version');
  if (version <= migrations.length) return version;
  throw new Error(`its schema is version ${version} and this package knows ${migrations.length}; update @express-ai-gateway/store-sqlite`);
}

function numberOf(database: DatabaseSync, query: string): number {
  return Object.values(database.prepare(query).get() ?? {})[0] as number;
}
