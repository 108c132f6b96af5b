import type { DatabaseSync } from 'node:sqlite';
import type { KeyStore, StoredKey } from '@express-ai-gateway/core/plugin';

interface Row {
  readonly document: string;
}

export function sqliteKeyStore(database: DatabaseSync): KeyStore {
  const find = database.prepare('SELECT document FROM keys WHERE public_id = ?');
  const add = database.prepare('INSERT INTO keys (public_id, tenant, revision, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const replace = database.prepare('UPDATE keys SET tenant = ?, revision = ?, document = ? WHERE public_id = ? AND revision = ?');
  const listAll = database.prepare('SELECT document FROM keys WHERE public_id > ? ORDER BY public_id LIMIT ?');
  const listTenant = database.prepare('SELECT document FROM keys WHERE tenant = ? AND public_id > ? ORDER BY public_id LIMIT ?');
  const used = database.prepare(
    `INSERT INTO key_uses (public_id, at)
     SELECT use.key, use.value FROM json_each(?) AS use WHERE EXISTS (SELECT 1 FROM keys WHERE public_id = use.key)
     ON CONFLICT (public_id) DO UPDATE SET at = max(at, excluded.at)`,
  );
  const lastUsed = database.prepare('SELECT public_id, at FROM key_uses WHERE public_id IN (SELECT value FROM json_each(?))');

  return {
    async find(publicId) {
      const row = find.get(publicId) as Row | undefined;
      return row && keyOf(row);
    },
    async add(key) {
      return add.run(key.publicId, key.tenant ?? null, key.revision, JSON.stringify(key)).changes === 1;
    },
    async replace(key) {
      const { publicId, tenant = null, revision } = key;
      return replace.run(tenant, revision, JSON.stringify(key), publicId, revision - 1).changes === 1;
    },
    async list({ tenant, after = '', limit }) {
      const rows = (tenant === undefined ? listAll.all(after, limit + 1) : listTenant.all(tenant, after, limit + 1)) as unknown as Row[];
      const keys = rows.slice(0, limit).map(keyOf);
      return { keys, next: rows.length > limit ? keys.at(-1)?.publicId : undefined };
    },
    async used(uses) {
      used.run(JSON.stringify(Object.fromEntries(uses)));
    },
    async lastUsed(publicIds) {
      const rows = lastUsed.all(JSON.stringify(publicIds)) as unknown as { public_id: string; at: number }[];
      return new Map(rows.map(({ public_id, at }) => [public_id, at]));
    },
  };
}

function keyOf({ document }: Row): StoredKey {
  return JSON.parse(document) as StoredKey;
}
