import { createHash } from 'node:crypto';
import { token } from './token.ts';

/** Something that an administrator did, or was refused. Never a secret, never a payload. */
export interface AuditEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who: a name out of the admin plane's own config. */
  readonly actor: string;
  /** What, as `keys.revoke`. */
  readonly action: string;
  /** To what: a public id, a name. */
  readonly subject?: string;
  readonly tenant?: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** What changed, in few words per field. */
  readonly details?: Readonly<Record<string, string>>;
}

/** An event in its place: each entry holds the hash of the one before, so that none can be changed, left out or put in between. */
export interface AuditEntry extends AuditEvent {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Hash of the entry before, 64 hex digits; zeros for the first. */
  readonly previous: string;
  /** SHA-256 over `previous`, `sequence` and the event, 64 hex digits. */
  readonly hash: string;
}

/** A record that only grows. */
export interface AuditLog {
  /** Resolves when the entry is kept; in the order of the log, whichever process appends. */
  append(event: AuditEvent): Promise<AuditEntry>;
  /** Entries in their order, beginning after `sequence` (0: with the first). */
  read(sequence: number, limit: number): Promise<readonly AuditEntry[]>;
  /** The newest first. */
  recent(limit: number): Promise<readonly AuditEntry[]>;
}

export const AuditLog = token<AuditLog>()('AuditLog', 'auditLog', ['append', 'read', 'recent']);

/** `previous` of the first entry. */
export const auditStart = '0'.repeat(64);

/** The entry that follows on `last`. For stores, which must let no other append come between reading the last and writing this. */
export function auditEntry(event: AuditEvent, last: Pick<AuditEntry, 'sequence' | 'hash'> | undefined): AuditEntry {
  const entry = { ...plainEvent(event), sequence: (last?.sequence ?? 0) + 1, previous: last?.hash ?? auditStart };
  return Object.freeze({ ...entry, hash: auditHash(entry) });
}

/** Where a chain of entries breaks: the `sequence` of the first that is changed, missing or out of place; `undefined` when none is. */
export function auditBreak(entries: Iterable<AuditEntry>, before?: Pick<AuditEntry, 'sequence' | 'hash'>): number | undefined {
  let last = before;
  for (const entry of entries) {
    const expected = (last?.sequence ?? 0) + 1;
    if (entry.sequence !== expected || entry.previous !== (last?.hash ?? auditStart) || entry.hash !== auditHash(entry)) return expected;
    last = entry;
  }
  return undefined;
}

/** The fields in one order: a store may give them back in another. */
function auditHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, previous, at, actor, action, subject = null, tenant = null, outcome, details = {} } = entry;
  const sorted = Object.entries(details).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([previous, sequence, at, actor, action, subject, tenant, outcome, sorted]))
    .digest('hex');
}

function plainEvent({ at, actor, action, subject, tenant, outcome, details }: AuditEvent): AuditEvent {
  return {
    at,
    actor,
    action,
    ...(subject !== undefined && { subject }),
    ...(tenant !== undefined && { tenant }),
    outcome,
    ...(details !== undefined && { details: Object.freeze({ ...details }) }),
  };
}

/** Of this process only, and at most `capacity` entries: the oldest go. A store that persists keeps them all. */
export function memoryAuditLog(capacity: number = 10_000): AuditLog {
  const entries: AuditEntry[] = [];
  return {
    async append(event) {
      const entry = auditEntry(event, entries.at(-1));
      entries.push(entry);
      if (entries.length > capacity) entries.shift();
      return entry;
    },
    async read(sequence, limit) {
      const from = entries.findIndex((entry) => entry.sequence > sequence);
      return from === -1 ? [] : entries.slice(from, from + limit);
    },
    async recent(limit) {
      return limit <= 0 ? [] : entries.slice(-limit).reverse();
    },
  };
}
