import { type AuditEntry, type AuditEvent, type AuditLog, auditEntry } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';

interface Row {
  readonly entry: string;
}

export function postgresAuditLog(connection: Connection, schema: string): AuditLog {
  const audit = `"${schema}".audit`;
  const last = `SELECT sequence, hash FROM ${audit} ORDER BY sequence DESC LIMIT 1`;
  const insert = `INSERT INTO ${audit} (sequence, hash, entry) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;
  const read = `SELECT entry FROM ${audit} WHERE sequence > $1 ORDER BY sequence LIMIT $2`;
  const recent = `SELECT entry FROM ${audit} ORDER BY sequence DESC LIMIT $1`;
  let queue: Promise<unknown> = Promise.resolve();

  /**
   * Whoever else appended first has the place: then it is the next one's. Two can never follow on the same entry, and no lock is held
   * by a process that may stop.
   */
  async function appendNow(event: AuditEvent, until: number): Promise<AuditEntry> {
    for (;;) {
      const [row] = await connection.rows<{ sequence: string; hash: string }>(last, [], until);
      const entry = auditEntry(event, row && { sequence: Number(row.sequence), hash: row.hash });
      if ((await connection.changes(insert, [entry.sequence, entry.hash, JSON.stringify(entry)], until)) === 1) return entry;
    }
  }

  return {
    /** One after the other in this process, so that only other processes are competed with. */
    append(event) {
      const until = connection.deadline();
      const appended = queue.then(() => appendNow(event, until));
      queue = appended.catch(() => {});
      return appended;
    },
    async read(sequence, limit) {
      return entriesOf(await connection.rows<Row>(read, [sequence, limit]));
    },
    async recent(limit) {
      return entriesOf(await connection.rows<Row>(recent, [Math.max(0, limit)]));
    },
  };
}

function entriesOf(rows: readonly Row[]): AuditEntry[] {
  return rows.map(({ entry }) => JSON.parse(entry) as AuditEntry);
}
