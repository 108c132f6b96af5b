import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AuditLog, auditBreak } from '@express-ai-gateway/core/plugin';
import { auditLogCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { folder, opened, opening } from './support/files.ts';

const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;

describe('sqliteAuditLog', () => {
  for (const { name, run } of auditLogCases(opening(AuditLog))) it(name, run);

  it('PRIV-14: the log refuses to be changed; who changes it behind its back is found', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const log = services.get(AuditLog);
    for (const at of [1, 2, 3]) await log.append({ ...event, at });
    const tampering = new DatabaseSync(path);
    for (const change of ["UPDATE audit SET entry = replace(entry, 'ann', 'bob')", 'DELETE FROM audit WHERE sequence = 2'])
      expect(() => tampering.exec(change)).toThrow('the audit log only grows');
    tampering.exec("DROP TRIGGER audit_only_grows; UPDATE audit SET entry = replace(entry, 'ann', 'bob') WHERE sequence = 2");
    expect(auditBreak(await log.read(0, 10))).toBe(2);
    tampering.exec('DROP TRIGGER audit_keeps_all; DELETE FROM audit WHERE sequence = 1');
    expect(auditBreak(await log.read(0, 10))).toBe(1);
    tampering.close();
    await services.close();
  });
});
