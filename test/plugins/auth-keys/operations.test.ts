import { describe, expect, it } from 'vitest';
import { type AdminActor, type AdminRoute, collectedAdminRoutes } from '../../../core/src/services/admin-routes.ts';
import { memoryKeyStore } from '../../../core/src/services/key-store.ts';
import { Digests } from '../../../plugins/auth-keys/src/digests.ts';
import { type KeyList, type KeyView, keyManager, type NewlyMade } from '../../../plugins/auth-keys/src/manager.ts';
import { addKeyOperations } from '../../../plugins/auth-keys/src/operations.ts';

const everybody: AdminActor = { name: 'root', role: 'admin', tenant: undefined };
const ofA: AdminActor = { name: 'ann', role: 'editor', tenant: 'a' };

function operations() {
  const routes = collectedAdminRoutes();
  const store = memoryKeyStore();
  const digests = new Digests('k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o');
  addKeyOperations(routes, keyManager({ store, digests, environment: 'live', now: () => 1_000 }));
  const audits: object[] = [];
  async function ask<T>(what: string, actor: AdminActor, input: { id?: string; query?: object; body?: object } = {}): Promise<T> {
    const route = routes.list().find(({ method, path }) => `${method} ${path}` === what) as AdminRoute;
    const parsed = {
      query: route.query?.parse(input.query ?? {}),
      body: route.body?.parse(input.body ?? {}),
    };
    const params = { id: input.id ?? '' };
    return (await route.handle({ actor, params, ...parsed, audit: (details) => void audits.push(details) })) as T;
  }
  return { routes, ask, audits, store };
}

describe('the operations on keys', () => {
  it('that change something need an editor, are audited by name, and take strict input', () => {
    for (const { method, path, role, action, body } of operations().routes.list()) {
      const changes = method !== 'GET';
      expect([role, action !== undefined], `${method} ${path}`).toEqual([changes ? 'editor' : 'viewer', changes]);
      expect(body?.safeParse({ label: 'x', role: 'admin' }).success ?? false, path).toBe(false);
    }
  });

  it('make, show, change, rotate and revoke a key', async () => {
    const { ask, audits } = operations();
    const made = await ask<NewlyMade>('POST /keys', everybody, { body: { label: 'laptop', tenant: 'a' } });
    const { id } = made.record;
    expect((await ask<KeyList>('GET /keys', everybody)).keys).toEqual([made.record]);
    expect(await ask('GET /keys/:id', everybody, { id })).toEqual(made.record);
    expect(await ask('PATCH /keys/:id', everybody, { id, body: { plan: 'pro' } })).toMatchObject({ plan: 'pro' });
    expect((await ask<NewlyMade>('POST /keys/:id/rotate', everybody, { id })).key).not.toBe(made.key);
    expect(await ask('POST /keys/:id/revoke', everybody, { id })).toMatchObject({ state: 'revoked' });
    expect(audits).toEqual([
      { subject: id, tenant: 'a', details: { label: 'laptop' } },
      { subject: id, details: { changed: 'plan' } },
      { subject: id, details: { graceSeconds: '3600' } },
      { subject: id },
    ]);
    expect(JSON.stringify(audits)).not.toContain(made.key.slice(25));
  });

  it('list in pages of 200 at most', async () => {
    const { ask } = operations();
    await expect(ask('GET /keys', everybody, { query: { limit: '201' } })).rejects.toThrow();
    for (const label of ['a', 'b']) await ask('POST /keys', everybody, { body: { label } });
    const first = await ask<KeyList>('GET /keys', everybody, { query: { limit: '1' } });
    expect((await ask<KeyList>('GET /keys', everybody, { query: { after: first.next } })).keys).toHaveLength(1);
  });

  describe('ADM-7: of an administrator of one tenant', () => {
    it('make keys of that one, and of no other', async () => {
      const { ask } = operations();
      expect((await ask<NewlyMade>('POST /keys', ofA, { body: { label: 'x' } })).record.tenant).toBe('a');
      await expect(ask('POST /keys', ofA, { body: { label: 'x', tenant: 'b' } })).rejects.toMatchObject({ status: 403 });
    });

    it('see and change nothing of another: a key that is there is as one that is not', async () => {
      const { ask, store } = operations();
      const { id } = (await ask<NewlyMade>('POST /keys', everybody, { body: { label: 'x', tenant: 'b' } })).record;
      const before = await store.find(id);
      for (const what of ['GET /keys/:id', 'PATCH /keys/:id', 'POST /keys/:id/rotate', 'POST /keys/:id/revoke'])
        for (const other of [id, 'qqqqqqqqqqqqqqqq'])
          await expect(ask<KeyView>(what, ofA, { id: other }), what).rejects.toMatchObject({ status: 404, code: 'KEY_UNKNOWN' });
      expect((await ask<KeyList>('GET /keys', ofA)).keys).toEqual([]);
      await expect(ask('GET /keys', ofA, { query: { tenant: 'b' } })).rejects.toMatchObject({ status: 403 });
      expect(await store.find(id)).toEqual(before);
    });
  });
});
