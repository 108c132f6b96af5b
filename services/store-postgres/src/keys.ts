import type { KeyStore, StoredKey } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';

interface Row {
  readonly document: string;
}

export function postgresKeyStore(connection: Connection, schema: string): KeyStore {
  const keys = `"${schema}".keys`;
  const uses = `"${schema}".key_uses`;
  const add = `INSERT INTO ${keys} (public_id, tenant, revision, document) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;
  const replace = `UPDATE ${keys} SET tenant = $2, revision = $3, document = $4 WHERE public_id = $1 AND revision = $3 - 1`;
  const find = `SELECT document FROM ${keys} WHERE public_id = $1`;
  const listAll = `SELECT document FROM ${keys} WHERE public_id > $1 ORDER BY public_id LIMIT $2`;
  const listTenant = `SELECT document FROM ${keys} WHERE tenant = $3 AND public_id > $1 ORDER BY public_id LIMIT $2`;
  // In one order, so that two who write the same keys do not wait for each other.
  const used = `
    INSERT INTO ${uses} (public_id, at)
    SELECT id, used_at FROM unnest($1::text[], $2::bigint[]) AS use (id, used_at)
    WHERE EXISTS (SELECT 1 FROM ${keys} WHERE public_id = id) ORDER BY id
    ON CONFLICT (public_id) DO UPDATE SET at = greatest(key_uses.at, excluded.at)`;
  const lastUsed = `SELECT public_id, at FROM ${uses} WHERE public_id = ANY ($1)`;

  return {
    async find(publicId) {
      const [row] = await connection.rows<Row>(find, [publicId]);
      return row && keyOf(row);
    },
    async add(key) {
      return (await connection.changes(add, valuesOf(key))) === 1;
    },
    async replace(key) {
      return (await connection.changes(replace, valuesOf(key))) === 1;
    },
    async list({ tenant, after = '', limit }) {
      const page = [after, limit + 1];
      const rows = await (tenant === undefined ? connection.rows<Row>(listAll, page) : connection.rows<Row>(listTenant, [...page, tenant]));
      const found = rows.slice(0, limit).map(keyOf);
      return { keys: found, next: rows.length > limit ? found.at(-1)?.publicId : undefined };
    },
    async used(times) {
      if (times.size > 0) await connection.changes(used, [[...times.keys()], [...times.values()]]);
    },
    async lastUsed(publicIds) {
      const rows = await connection.rows<{ public_id: string; at: string }>(lastUsed, [publicIds]);
      return new Map(rows.map(({ public_id, at }) => [public_id, Number(at)]));
    },
  };
}

/** The document as text: PostgreSQL's own JSON refuses some of what JSON may hold. */
function valuesOf(key: StoredKey): unknown[] {
  return [key.publicId, key.tenant ?? null, key.revision, JSON.stringify(key)];
}

function keyOf({ document }: Row): StoredKey {
  return JSON.parse(document) as StoredKey;
}
