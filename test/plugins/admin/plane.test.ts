import { describe, expect, it } from 'vitest';
import type { AuditLog } from '../../../core/src/services/audit-log.ts';
import { memoryAuditLog } from '../../../core/src/services/audit-log.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane, secrets } from './support/plane.ts';

leavesNothing();

describe('the gate of the admin plane', () => {
  it('lets in administrators alone, and asks nothing of a request before', async () => {
    const { ask, asked } = await plane();
    expect((await ask('GET /things/1')).status).toBe(200);
    const refused = { status: 401, headers: { 'www-authenticate': 'Bearer' }, json: { error: { code: 'ADMIN_UNAUTHENTICATED' } } };
    for (const as of [null, 'wrong', '']) expect(await ask('GET /things/1?full=maybe', { as }), String(as)).toMatchObject(refused);
    expect(await ask('PATCH /things/1', { as: 'wrong', body: '{' })).toMatchObject(refused);
    expect(asked).toHaveLength(1);
  });

  it('knows no difference, for who is not let in, between what is there and what is not', async () => {
    const { ask } = await plane();
    const answers = await Promise.all(['GET /things/1', 'GET /things/1/nothing', 'GET /keys/x/y'].map((what) => ask(what, { as: null })));
    const own = answers.filter(({ headers }) => headers['cache-control'] === 'no-store'); // the others are the host’s own 404;
    expect(new Set(own.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await ask('GET /things/1/nothing')).status).toBe(404);
  });

  it('answers with headers that a browser can do nothing bad with, and none of CORS', async () => {
    const { ask } = await plane();
    for (const what of ['GET /things/1', 'GET /things/1/nothing', 'GET /things/7']) {
      const { headers } = await ask(what, { as: what === 'GET /things/7' ? null : secrets.root });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'x-frame-options': 'SAMEORIGIN',
      });
    }
  });

  it('takes other methods for what they are: 405', async () => {
    const { ask } = await plane();
    expect(await ask('PUT /things/1')).toMatchObject({ status: 405, headers: { allow: expect.stringContaining('PATCH') as string } });
  });

  it('ADM-6: lets no page of another origin ask, whatever it shows', async () => {
    const { ask, asked } = await plane();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.example', host: 'evil.example' },
    ])
      expect(await ask('GET /things/1', { headers }), JSON.stringify(headers)).toMatchObject({
        status: 403,
        json: { error: { code: 'ADMIN_FORBIDDEN_ORIGIN' } },
      });
    expect(asked).toEqual([]);
  });

  it('ADM-6: asks whoever the host app signed in for the origin, too', async () => {
    const { ask } = await plane({
      authenticate: () => ({ name: 'ann', role: 'admin', tenant: undefined }),
      origins: ['https://console.my.app'],
    });
    expect((await ask('GET /things/1', { as: null })).status).toBe(200);
    expect((await ask('DELETE /things/1', { as: null, headers: { origin: 'https://console.my.app' } })).status).toBe(204);
    expect((await ask('DELETE /things/1', { as: null, headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });

  it('AUTH-4: lets nobody in where the host app’s own code fails', async () => {
    const { ask, logger } = await plane({ authenticate: () => Promise.reject(new Error('session store away')) });
    const answer = await ask('GET /things/1', { as: null });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('session store');
    expect(logger.texts('error').join()).toContain('session store away');
  });

  describe('wrong credentials', () => {
    it('ADM-6: are throttled from the sixth a minute on; a right one never is', async () => {
      const { ask, clock } = await plane();
      const wrong = async () => (await ask('GET /things/1', { as: 'wrong' })).status;
      expect([await wrong(), await wrong(), await wrong(), await wrong(), await wrong(), await wrong()]).toEqual([
        401, 401, 401, 401, 401, 429,
      ]);
      expect((await ask('GET /things/1', { as: 'wrong' })).headers['retry-after']).toBe('60');
      expect((await ask('GET /things/1')).status).toBe(200);
      clock.advance(60_000);
      expect(await wrong()).toBe(401);
    });

    it('are audited as long as they are not throttled, without what was shown', async () => {
      const { ask, log } = await plane();
      for (let count = 0; count < 9; count += 1) await ask('GET /things/1', { as: `wrong-${count}` });
      await ask('GET /things/1', { as: null });
      const entries = await log.read(0, 100);
      expect(entries).toHaveLength(5);
      expect(entries[0]).toMatchObject({ actor: 'unknown', action: 'login', outcome: 'refused', details: { address: '127.0.0.1' } });
      expect(JSON.stringify(entries)).not.toContain('wrong');
    });

    it('are refused also while the audit log is away', async () => {
      const log: AuditLog = { ...memoryAuditLog(), append: () => Promise.reject(new Error('disk full')) };
      const { ask, logger } = await plane(admins, log);
      expect((await ask('GET /things/1', { as: 'wrong' })).status).toBe(401);
      expect(logger.texts('warn').join()).toContain('disk full');
    });
  });
});
