import { describe, expect, it } from 'vitest';
import { memoryKeyStore } from '../../../core/src/services/key-store.ts';
import { Digests } from '../../../plugins/auth-keys/src/digests.ts';
import { keyManager } from '../../../plugins/auth-keys/src/manager.ts';

const digests = new Digests('k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o');

function managing() {
  const store = memoryKeyStore();
  const clock = { now: Date.parse('2026-11-25T00:00:00Z') };
  return { store, clock, manager: keyManager({ store, digests, environment: 'live', now: () => clock.now }) };
}

describe('keyManager', () => {
  it('makes a key: told once, stored as its digest', async () => {
    const { manager, store } = managing();
    const { key, record } = await manager.create({ label: 'laptop', tenant: 'acme', scopes: ['chat'], expiresAt: '2027-01-01T00:00:00Z' });
    expect(key).toMatch(/^gw_live_[a-z2-7]{16}_[a-z2-7]{52}$/);
    expect(record).toEqual({
      id: key.slice(8, 24),
      revision: 1,
      state: 'active',
      label: 'laptop',
      tenant: 'acme',
      scopes: ['chat'],
      createdAt: '2026-11-25T00:00:00.000Z',
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    const stored = await store.find(record.id);
    expect(stored?.digest).toBe(digests.of(key).toString('base64url'));
    expect(JSON.stringify(stored)).not.toContain(key.slice(25));
  });

  it('AUTH-10: shows no digest, whatever is done', async () => {
    const { manager, store } = managing();
    const { record } = await manager.create({ label: 'laptop' });
    const shown = [
      await manager.rotate(record.id, {}),
      await manager.get(record.id),
      await manager.list({ limit: 10 }),
      await manager.update(record.id, { label: 'x' }),
      await manager.revoke(record.id),
    ];
    const stored = await store.find(record.id);
    for (const digest of [stored?.digest, stored?.previous?.digest]) expect(JSON.stringify(shown)).not.toContain(digest as string);
  });

  it('rotates: a new secret of the same key, and the old one for a while', async () => {
    const { manager, store, clock } = managing();
    const { key, record } = await manager.create({ label: 'laptop' });
    const rotated = await manager.rotate(record.id, { graceSeconds: 60 });
    expect(rotated.key.slice(0, 25)).toBe(key.slice(0, 25));
    expect(rotated.key).not.toBe(key);
    expect(rotated.record).toMatchObject({ id: record.id, revision: 2, graceUntil: '2026-11-25T00:01:00.000Z' });
    expect(await store.find(record.id)).toMatchObject({
      digest: digests.of(rotated.key).toString('base64url'),
      previous: { digest: digests.of(key).toString('base64url'), until: clock.now + 60_000 },
    });
    clock.now += 60_000;
    expect(await manager.get(record.id)).not.toHaveProperty('graceUntil');
  });

  it('rotates without grace: the old one ends at once, and so does one that was still in grace', async () => {
    const { manager, store } = managing();
    const { record } = await manager.create({ label: 'laptop' });
    await manager.rotate(record.id, {});
    await manager.rotate(record.id, { graceSeconds: 0 });
    expect(await store.find(record.id)).not.toHaveProperty('previous');
  });

  it('revokes for good, once', async () => {
    const { manager, clock } = managing();
    const { record } = await manager.create({ label: 'laptop' });
    const revoked = await manager.revoke(record.id);
    expect(revoked).toMatchObject({ state: 'revoked', revokedAt: '2026-11-25T00:00:00.000Z', revision: 2 });
    clock.now += 1_000;
    expect(await manager.revoke(record.id)).toEqual(revoked);
    for (const change of [manager.update(record.id, { label: 'x' }), manager.rotate(record.id, {})])
      await expect(change).rejects.toMatchObject({ status: 409, code: 'KEY_REVOKED' });
  });

  it('changes what is named; null takes it away', async () => {
    const { manager } = managing();
    const { record } = await manager.create({ label: 'laptop', plan: 'free', scopes: ['a'], metadata: { team: 'x' } });
    const changed = await manager.update(record.id, {
      plan: 'pro',
      scopes: null,
      restrictions: { models: ['chat'] },
      expiresAt: '2027-01-01T00:00:00+01:00',
    });
    expect(changed).toMatchObject({
      label: 'laptop',
      plan: 'pro',
      metadata: { team: 'x' },
      restrictions: { models: ['chat'] },
      revision: 2,
    });
    expect(changed.expiresAt).toBe('2026-12-31T23:00:00.000Z');
    expect(changed).not.toHaveProperty('scopes');
    expect(await manager.update(record.id, { expiresAt: null })).not.toHaveProperty('expiresAt');
  });

  it('changes nothing where somebody else has since the revision that was seen', async () => {
    const { manager } = managing();
    const { record } = await manager.create({ label: 'laptop' });
    await manager.update(record.id, { label: 'first', revision: 1 });
    await expect(manager.update(record.id, { label: 'second', revision: 1 })).rejects.toMatchObject({ status: 409, code: 'KEY_CHANGED' });
    expect((await manager.get(record.id)).label).toBe('first');
  });

  it('loses no change of many at once', async () => {
    const { manager } = managing();
    const { record } = await manager.create({ label: 'laptop', metadata: {} });
    await Promise.all([
      manager.update(record.id, { plan: 'pro' }),
      manager.update(record.id, { label: 'x' }),
      manager.revoke(record.id).catch(() => {}),
    ]);
    expect(await manager.get(record.id)).toMatchObject({ state: 'revoked' });
  });

  it('knows another tenant’s key as little as one that is not there', async () => {
    const { manager } = managing();
    const { record } = await manager.create({ label: 'laptop', tenant: 'a' });
    const refusals = await Promise.all(
      [record.id, 'qqqqqqqqqqqqqqqq'].flatMap((id) =>
        [manager.get(id, 'b'), manager.update(id, { label: 'x' }, 'b'), manager.rotate(id, {}, 'b'), manager.revoke(id, 'b')].map((asked) =>
          asked.then(
            () => 'let through',
            (error: { status: number; code: string; message: string }) => `${error.status} ${error.code} ${error.message}`,
          ),
        ),
      ),
    );
    expect(new Set(refusals)).toEqual(new Set(['404 KEY_UNKNOWN There is no such API key. List the keys to see their ids.']));
    expect((await manager.list({ limit: 9, tenant: 'b' })).keys).toEqual([]);
  });

  it('lists in pages, with the last use', async () => {
    const { manager, store } = managing();
    const made = await Promise.all(['a', 'b', 'c'].map((label) => manager.create({ label })));
    await store.used(new Map([[made[0]?.record.id as string, Date.parse('2026-11-25T01:00:00Z')]]));
    const first = await manager.list({ limit: 2 });
    const second = await manager.list({ limit: 2, after: first.next });
    expect(new Set([...first.keys, ...second.keys].map(({ label }) => label))).toEqual(new Set(['a', 'b', 'c']));
    expect((await manager.get(made[0]?.record.id as string)).lastUsedAt).toBe('2026-11-25T01:00:00.000Z');
  });

  it.each([
    [{}, 'label'],
    [{ label: '' }, 'label'],
    [{ label: 'x', digest: 'AAAA' }, 'digest'],
    [{ label: 'x', id: 'mine' }, 'id'],
    [{ label: 'x', revokedAt: 1 }, 'revokedAt'],
    [{ label: 'x', expiresAt: 'tomorrow' }, 'expiresAt: a time such as'],
    [{ label: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt: expected a time to come'],
    [{ label: 'x', scopes: ['two words'] }, 'scopes'],
    [{ label: 'x', restrictions: { everything: true } }, 'everything'],
    [{ label: 'x', metadata: { 'a b': 'x' } }, 'metadata'],
    [JSON.parse('{"label":"x","__proto__":{"plan":"pro"}}'), '__proto__'],
  ])('refuses %o, naming what is wrong', async (input, words) => {
    const { manager, store } = managing();
    await expect(manager.create(input as never)).rejects.toMatchObject({ status: 400, code: 'KEY_BAD_INPUT' });
    await expect(manager.create(input as never)).rejects.toThrow(words);
    expect((await store.list({ limit: 9 })).keys).toEqual([]);
  });
});
