import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { type AuditEntry, type AuditEvent, type AuditLog, auditBreak } from '@express-ai-gateway/core/plugin';
import { type StoreCase, type StoreOpening, storeCases } from './store-case.ts';

const event: AuditEvent = {
  at: 1_764_000_000_000,
  actor: `O'Neil "the admin"`,
  action: 'keys.create',
  subject: 'abc',
  tenant: 'acme',
  outcome: 'done',
  details: { label: 'line\nfeed \u0000 \ud83d\ude00', 'b.c': '' },
};

/** What every `AuditLog` that persists holds. */
export function auditLogCases(opening: StoreOpening<AuditLog>): readonly StoreCase[] {
  return storeCases(opening, {
    async 'an entry comes back as it was appended, whatever is in it'(log, other) {
      const entry = await log.append(event);
      deepStrictEqual({ ...(await other.read(0, 10))[0] }, { ...entry });
      const { at, action, outcome, actor } = event;
      await other.append({ at, action, outcome, actor });
      strictEqual(auditBreak(await log.read(0, 10)), undefined);
    },
    async 'PRIV-14: entries are a chain, whoever appends'(log, other) {
      for (let at = 0; at < 10; at += 1) await (at % 2 ? log : other).append({ ...event, at });
      const entries = await log.read(0, 100);
      deepStrictEqual(
        entries.map(({ at }) => at),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
      strictEqual(auditBreak(entries), undefined);
    },
    async 'PRIV-14: they are one chain also when many append at once: no gap and no fork'(log, other) {
      const appended = await Promise.all(Array.from({ length: 60 }, (_, at) => (at % 2 ? log : other).append({ ...event, at })));
      const entries = await log.read(0, 100);
      strictEqual(entries.length, 60);
      strictEqual(auditBreak(entries), undefined);
      deepStrictEqual(appended.map(bySequence).toSorted(), entries.map(bySequence).toSorted());
    },
    async 'they are read in pages, and the newest first'(log) {
      for (let at = 1; at <= 5; at += 1) await log.append({ ...event, at });
      deepStrictEqual(
        (await log.read(2, 2)).map(({ sequence }) => sequence),
        [3, 4],
      );
      deepStrictEqual(await log.read(5, 10), []);
      deepStrictEqual(
        (await log.recent(2)).map(({ sequence }) => sequence),
        [5, 4],
      );
      deepStrictEqual(await log.recent(0), []);
    },
    async 'an empty one is empty'(log) {
      deepStrictEqual(await log.read(0, 10), []);
      deepStrictEqual(await log.recent(10), []);
    },
  });
}

function bySequence({ sequence, hash }: AuditEntry): string {
  return `${String(sequence).padStart(6, '0')} ${hash}`;
}
