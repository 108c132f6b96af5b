import { AuditLog, auditBreak } from '@express-ai-gateway/core/plugin';
import { auditLogCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { directly, opened, opening } from './support/postgres.ts';

const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;

describe.skipIf(!postgresIsHere)('postgresAuditLog', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(() => server.remove());

  for (const { name, run } of auditLogCases(opening(AuditLog, () => server.url))) it(name, run);

  it('PRIV-14: the log refuses to be changed; who changes it behind its back is found', async () => {
    const { services } = opened(server.url);
    const log = services.get(AuditLog);
    for (const at of [1, 2, 3]) await log.append({ ...event, at });
    const audit = 'ai_gateway.audit';
    const renamed = `UPDATE ${audit} SET entry = replace(entry, 'ann', 'bob')`;
    for (const change of [renamed, `DELETE FROM ${audit} WHERE sequence = 2`, `TRUNCATE ${audit}`])
      await expect(directly(server.url, change)).rejects.toThrow('the audit log only grows');
    await directly(server.url, `DROP TRIGGER audit_only_grows ON ${audit}`);
    await directly(server.url, `${renamed} WHERE sequence = 2`);
    expect(auditBreak(await log.read(0, 10))).toBe(2);
    await directly(server.url, `DELETE FROM ${audit} WHERE sequence = 1`);
    expect(auditBreak(await log.read(0, 10))).toBe(1);
    await services.close();
  });

  it('goes on after an append that failed', async () => {
    const { services } = opened(server.url, { schema: 'failing' });
    const log = services.get(AuditLog);
    await log.append(event);
    await directly(server.url, 'ALTER TABLE failing.audit RENAME TO elsewhere');
    await expect(log.append(event)).rejects.toThrow('PostgreSQL refuses (42P01)');
    await directly(server.url, 'ALTER TABLE failing.elsewhere RENAME TO audit');
    expect(await log.append(event)).toMatchObject({ sequence: 2 });
    await services.close();
  });
});
