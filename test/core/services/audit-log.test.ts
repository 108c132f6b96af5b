import { describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  type AuditEvent,
  auditBreak,
  auditEntry,
  auditStart,
  memoryAuditLog,
} from '../../../core/src/services/audit-log.ts';

const event: AuditEvent = {
  at: 1,
  actor: 'ann',
  action: 'keys.create',
  subject: 'abc',
  outcome: 'done',
  details: { label: 'laptop', b: '2' },
};

async function filled(count: number): Promise<AuditEntry[]> {
  const log = memoryAuditLog();
  for (let at = 1; at <= count; at += 1) await log.append({ ...event, at });
  return [...(await log.read(0, count))];
}

describe('auditEntry', () => {
  it('begins a chain, and goes on with one', () => {
    const first = auditEntry(event, undefined);
    expect(first).toMatchObject({ ...event, sequence: 1, previous: auditStart });
    expect(first.hash).toMatch(/^[\da-f]{64}$/);
    expect(auditEntry(event, first)).toMatchObject({ sequence: 2, previous: first.hash });
  });

  it('hashes what is said, not how it is written down', () => {
    const { details: _details, ...rest } = event;
    const other = { details: { b: '2', label: 'laptop' }, ...rest };
    expect(auditEntry(other, undefined).hash).toBe(auditEntry(event, undefined).hash);
    expect(auditBreak([JSON.parse(JSON.stringify(auditEntry(event, undefined))) as AuditEntry])).toBeUndefined();
  });

  it('keeps no field that an event does not have', () => {
    expect(Object.keys(auditEntry({ ...event, password: 'x' } as AuditEvent, undefined))).not.toContain('password');
  });
});

describe('auditBreak', () => {
  it('finds nothing in a whole chain, nor in the rest of one', async () => {
    const entries = await filled(5);
    expect(auditBreak(entries)).toBeUndefined();
    expect(auditBreak(entries.slice(2), entries[1])).toBeUndefined();
  });

  const changes: Partial<AuditEntry>[] = [
    { at: 9 },
    { actor: 'bob' },
    { action: 'keys.revoke' },
    { subject: 'abd' },
    { tenant: 'a' },
    { outcome: 'failed' },
    { details: { label: 'laptop' } },
    { previous: auditStart },
    { hash: 'f'.repeat(64) },
    { sequence: 4 },
  ];
  it.each(changes)('PRIV-14: finds the entry that is changed: %o', async (change) => {
    const entries = await filled(5);
    entries[2] = { ...(entries[2] as AuditEntry), ...change };
    expect(auditBreak(entries)).toBe(3);
  });

  it('PRIV-14: finds an entry that is missing, doubled, out of place or made up', async () => {
    const [one, two, three] = (await filled(3)) as [AuditEntry, AuditEntry, AuditEntry];
    expect(auditBreak([one, three])).toBe(2);
    expect(auditBreak([one, one, two])).toBe(2);
    expect(auditBreak([one, three, two])).toBe(2);
    expect(auditBreak([two, three])).toBe(1);
    expect(auditBreak([one, auditEntry(event, undefined), three])).toBe(2);
  });
});

describe('memoryAuditLog', () => {
  it('reads on from a place, and the newest first', async () => {
    const log = memoryAuditLog();
    for (let at = 1; at <= 4; at += 1) await log.append({ ...event, at });
    expect((await log.read(2, 10)).map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect((await log.read(0, 2)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await log.read(4, 10)).toEqual([]);
    expect((await log.recent(2)).map(({ sequence }) => sequence)).toEqual([4, 3]);
    expect(await log.recent(0)).toEqual([]);
  });

  it('is bounded: the oldest go, and the chain goes on', async () => {
    const log = memoryAuditLog(2);
    for (let at = 1; at <= 4; at += 1) await log.append({ ...event, at });
    const kept = await log.read(0, 10);
    expect(kept.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(auditBreak(kept, { sequence: 2, hash: kept[0]?.previous as string })).toBeUndefined();
  });

  it('gives entries that nobody can change', async () => {
    const entry = await memoryAuditLog().append(event);
    expect(() => Object.assign(entry, { actor: 'bob' })).toThrow(TypeError);
    expect(() => Object.assign(entry.details as object, { label: 'x' })).toThrow(TypeError);
  });
});
