import { describe, expect, it } from 'vitest';
import { type AuditEntry, memoryAuditLog } from '../../../core/src/services/audit-log.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane, secrets } from './support/plane.ts';

leavesNothing();

describe('the admin plane itself', () => {
  it('lists what there is: of the gateway, of plugins below it, and its own', async () => {
    const { ask } = await plane();
    const { json } = await ask('GET ', { as: secrets.viewer });
    const listed = (json.operations as { method: string; path: string }[]).map(({ method, path }) => `${method} ${path}`);
    for (const one of [
      'GET /admin',
      'GET /admin/routes',
      'GET /admin/targets',
      'GET /admin/config',
      'GET /admin/audit',
      'PATCH /admin/things/:id',
    ])
      expect(listed).toContain(one);
    expect((await ask('GET /config')).json.plugins).toEqual([
      { name: 'admin', onFailure: 'closed' },
      { name: 'things', onFailure: 'closed' },
    ]);
  });

  it('shows what administrators did, to those of the role admin who are bound to no tenant', async () => {
    const { ask } = await plane();
    for (let count = 0; count < 3; count += 1) await ask('PATCH /things/1', { body: { label: 'x' } });
    expect((await ask('GET /audit?limit=2')).json.entries.map(({ sequence }: AuditEntry) => sequence)).toEqual([3, 2]);
    expect((await ask('GET /audit?after=1')).json.entries.map(({ sequence }: AuditEntry) => sequence)).toEqual([2, 3]);
    for (const as of [secrets.viewer, secrets.editor, secrets.ofA])
      for (const what of ['GET /audit', 'GET /audit/verify']) expect((await ask(what, { as })).status).toBe(403);
    expect((await ask('GET /audit?limit=501')).status).toBe(400);
  });

  it('PRIV-14: verifies the whole audit log, and names where it breaks', async () => {
    const memory = memoryAuditLog(5_000);
    for (let at = 1; at <= 2_500; at += 1) await memory.append({ at, actor: 'x', action: 'y', outcome: 'done' });
    let tamper = (entries: readonly AuditEntry[]): readonly AuditEntry[] => entries;
    const { ask } = await plane(admins, { ...memory, read: async (after, limit) => tamper(await memory.read(after, limit)) });
    expect((await ask('GET /audit/verify')).json).toEqual({ entries: 2_500, intact: true });
    tamper = (entries) => entries.map((entry) => (entry.sequence === 1_700 ? { ...entry, actor: 'z' } : entry));
    expect((await ask('GET /audit/verify')).json).toMatchObject({ intact: false, brokenAt: 1_700 });
    tamper = (entries) => entries.filter(({ sequence }) => sequence !== 2_001);
    expect((await ask('GET /audit/verify')).json).toMatchObject({ intact: false, brokenAt: 2_001 });
  });

  it('verifies what is left of a log of memory', async () => {
    const memory = memoryAuditLog(10);
    for (let at = 1; at <= 25; at += 1) await memory.append({ at, actor: 'x', action: 'y', outcome: 'done' });
    const { ask } = await plane(admins, memory);
    expect((await ask('GET /audit/verify')).json).toEqual({ entries: 10, intact: true });
  });

  it('of one tenant sees nothing of the gateway as a whole', async () => {
    const { ask } = await plane({ admins: [{ name: 'ann', secret: secrets.ofA, role: 'admin', tenant: 'a' }] });
    for (const what of ['GET /audit', 'GET /audit/verify', 'GET /routes', 'GET /targets', 'GET /config'])
      expect(await ask(what, { as: secrets.ofA }), what).toMatchObject({ status: 403, json: { error: { code: 'ADMIN_TENANT_BOUND' } } });
  });
});
