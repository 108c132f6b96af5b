import type { DatabaseSync } from 'node:sqlite';
import { type AuditEntry, type AuditLog, auditEntry } from '@express-ai-gateway/core/plugin';
import { transaction } from './transaction.ts';

interface Row {
  readonly entry: string;
}

export function sqliteAuditLog(database: DatabaseSync): AuditLog {
  const last = database.prepare('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1');
  const insert = database.prepare('INSERT INTO audit (sequence, hash, entry) VALUES (?, ?, ?)');
  const read = database.prepare('SELECT entry FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?');
  const recent = database.prepare('SELECT entry FROM audit ORDER BY sequence DESC LIMIT ?');

  return {
    /** One writer at a time, of all processes: between looking at the last entry and writing the next nobody else appends. */
    async append(event) {
      return transaction(database, () => {
        const entry = auditEntry(event, last.get() as Pick<AuditEntry, 'sequence' | 'hash'> | undefined);
        insert.run(entry.sequence, entry.hash, JSON.stringify(entry));
        return entry;
      });
    },
    async read(sequence, limit) {
      return entriesOf(read.all(sequence, limit) as unknown as Row[]);
    },
    async recent(limit) {
      return entriesOf(recent.all(Math.max(0, limit)) as unknown as Row[]);
    },
  };
}

function entriesOf(rows: readonly Row[]): AuditEntry[] {
  return rows.map(({ entry }) => JSON.parse(entry) as AuditEntry);
}
