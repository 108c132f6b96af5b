import { describe, expect, it } from 'vitest';
import { type AuditLog, memoryAuditLog } from '../../../core/src/services/audit-log.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane, secrets } from './support/plane.ts';

leavesNothing();

describe('an operation', () => {
  it('gets what was asked, and by whom', async () => {
    const { ask, asked } = await plane();
    expect(await ask('GET /things/1?full=yes', { as: secrets.viewer })).toMatchObject({ status: 200, json: { id: '1', tenant: 'a' } });
    expect(asked).toEqual([
      { actor: { name: 'vera', role: 'viewer', tenant: undefined }, params: { id: '1' }, query: { full: 'yes' }, body: undefined },
    ]);
  });

  it('answers 204 where it has nothing to say, and HEAD without a body', async () => {
    const { ask } = await plane();
    expect(await ask('DELETE /things/1')).toMatchObject({ status: 204, text: '' });
    expect(await ask('HEAD /things/1')).toMatchObject({ status: 200, text: '' });
  });

  it('keeps what it failed of to the gateway’s log', async () => {
    const { ask, logger } = await plane();
    const answer = await ask('POST /things/1/break');
    expect(answer).toMatchObject({ status: 500, json: { error: { code: 'ADMIN_FAILED' } } });
    expect(answer.text).not.toContain('inner words');
    expect(logger.texts('error').join()).toContain('the inner words of a failure');
  });

  describe('ADM-3: takes a role', () => {
    const needed = { 'GET /things/1': 0, 'PATCH /things/1': 1, 'DELETE /things/1': 2, 'POST /things/1/break': 2 } as const;
    const has = { [secrets.viewer]: 0, [secrets.editor]: 1, [secrets.ofA]: 1, [secrets.root]: 2 } as const;
    const pairs = Object.entries(needed).flatMap(([what, least]) =>
      Object.entries(has).map(([as, rank]) => [what, as, rank >= least] as const),
    );

    it.each(pairs)('%s by %s: %s', async (what, as, allowed) => {
      const { ask } = await plane();
      const { status, json } = await ask(what, { as, ...(what.startsWith('PATCH') && { body: { label: 'x' } }) });
      if (allowed) expect([200, 204, 500]).toContain(status);
      else expect([status, json.error.code]).toEqual([403, 'ADMIN_ROLE']);
    });
  });

  describe('ADM-3: takes no field that it does not have', () => {
    const privileged = ['role', 'tenantId', 'tenant', 'spent', 'id', 'createdAt', 'allowedRoutes', '__proto__', 'constructor'];
    it.each(privileged)('%s', async (field) => {
      const { ask, asked } = await plane();
      const { status, json } = await ask('PATCH /things/1', { body: `{"label":"x","${field}":{"a":1}}` });
      expect([status, json.error.code]).toEqual([400, 'ADMIN_BAD_INPUT']);
      expect(json.error.message).toContain(JSON.stringify(field));
      expect(asked).toEqual([]);
      expect(({} as { a?: unknown }).a).toBeUndefined();
    });

    it('in its query either, none twice, and does not repeat a value', async () => {
      const { ask } = await plane();
      for (const query of ['?fulll=yes', '?full=maybe', '?full=yes&full=no', '?__proto__=x', '?tenant=b'])
        expect((await ask(`GET /things/1${query}`)).status, query).toBe(400);
      expect((await ask('DELETE /things/1?force=1')).status).toBe(400);
      expect((await ask('PATCH /things/1', { body: { label: 'sk-live-in-the-wrong-place' } })).text).not.toContain('sk-live');
    });
  });

  it('ADM-7: knows what is another tenant’s as little as what is not there: the same answer, byte for byte', async () => {
    const { ask } = await plane();
    expect((await ask('GET /things/1', { as: secrets.ofA })).status).toBe(200);
    const [foreign, unknown] = [await ask('GET /things/2', { as: secrets.ofA }), await ask('GET /things/9', { as: secrets.ofA })];
    expect(foreign.status).toBe(404);
    expect([foreign.text, foreign.headers['content-length']]).toEqual([unknown.text, unknown.headers['content-length']]);
  });

  describe('is audited', () => {
    it('done, refused or failed, with what it says of it, and no payload', async () => {
      const { ask, log } = await plane();
      await ask('GET /things/1');
      await ask('PATCH /things/1', { as: secrets.ofA, body: { label: 'x' } });
      await ask('PATCH /things/1', { as: secrets.viewer, body: { label: 'x' } });
      await ask('PATCH /things/1', { body: { label: 'far too long for a label' } });
      await ask('PATCH /things/2', { as: secrets.ofA, body: { label: 'x' } });
      await ask('POST /things/1/break');
      const entries = await log.read(0, 100);
      expect(entries.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`)).toEqual([
        'ann things.update done',
        'vera things.update refused',
        'admin things.update refused',
        'ann things.update refused',
        'admin things.break failed',
      ]);
      expect(entries[0]).toMatchObject({ subject: '1', tenant: 'a', details: { label: 'changed' } });
      expect(JSON.stringify(entries)).not.toContain('far too long');
    });

    it('and does nothing where that cannot be written', async () => {
      const away = () => Promise.reject(new Error('disk full'));
      const { ask, asked } = await plane(admins, { append: away, read: away, recent: away });
      expect(await ask('PATCH /things/1', { body: { label: 'x' } })).toMatchObject({
        status: 503,
        json: { error: { code: 'ADMIN_AUDIT_AWAY' } },
      });
      expect(asked).toEqual([]);
      expect((await ask('GET /things/1')).status).toBe(200);
    });

    it('and says so where it was done and could not be written after all', async () => {
      const memory = memoryAuditLog();
      const log: AuditLog = { ...memory, append: () => Promise.reject(new Error('disk full')) };
      const { ask, asked, logger } = await plane(admins, log);
      expect(await ask('PATCH /things/1', { body: { label: 'x' } })).toMatchObject({
        status: 500,
        json: { error: { code: 'ADMIN_AUDIT_LOST' } },
      });
      expect(asked).toHaveLength(1);
      expect(logger.texts('error').join()).toMatch(/things\.update.*disk full/);
    });
  });
});
