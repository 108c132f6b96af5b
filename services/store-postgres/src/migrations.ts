import type { ClientBase } from 'pg';

/** Each is applied once, in its order, and never changed: what is to be different comes as a further one. Ids sort as in JavaScript. */
const migrations: readonly string[] = [
  `
  CREATE TABLE keys (
    public_id text COLLATE "C" PRIMARY KEY,
    tenant text COLLATE "C",
    revision bigint NOT NULL,
    document text NOT NULL
  );
  CREATE INDEX keys_by_tenant ON keys (tenant, public_id) WHERE tenant IS NOT NULL;
  CREATE TABLE key_uses (
    public_id text COLLATE "C" PRIMARY KEY REFERENCES keys (public_id),
    at bigint NOT NULL
  );
  CREATE TABLE audit (
    sequence bigint PRIMARY KEY,
    hash text NOT NULL,
    entry text NOT NULL
  );
  CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$;
  CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
  `,
  // Unlogged: no commit waits for the disk, and every request makes one. What they hold are limits of a moment, not money: after a crash
  // of the server, or a failover, an allowance is granted once more. A restart keeps them.
  //
  // A statement that waits for a lock counts what was there before it waited. A function's next statement sees what is there after, where
  // transactions are "read committed"; where they are not, places would be given twice, so it refuses.
  `
  CREATE UNLOGGED TABLE counters (
    key bytea PRIMARY KEY,
    value bigint NOT NULL,
    began_at float8 NOT NULL,
    ends_at float8 NOT NULL
  );
  CREATE INDEX counters_by_end ON counters (ends_at);
  CREATE UNLOGGED TABLE leases (
    key bytea,
    id uuid,
    began_at float8 NOT NULL,
    ends_at float8 NOT NULL,
    PRIMARY KEY (key, id)
  );
  CREATE INDEX leases_by_end ON leases (ends_at);
  CREATE FUNCTION take_lease(of_key bytea, as_id uuid, places float8, ttl_ms float8, lock_class integer, lock_number integer)
  RETURNS boolean LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      ms float8;
    BEGIN
      IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'leases need transactions that are "read committed", not "%"', current_setting('transaction_isolation');
      END IF;
      PERFORM pg_advisory_xact_lock(lock_class, lock_number);
      ms := extract(epoch FROM clock_timestamp()) * 1000;
      IF (SELECT count(*) FROM leases WHERE key = of_key AND began_at <= ms AND ends_at > ms) >= places THEN
        RETURN false;
      END IF;
      INSERT INTO leases (key, id, began_at, ends_at) VALUES (of_key, as_id, ms, ms + ttl_ms);
      RETURN true;
    END $$;
  `,
];

/** Our name among those who take advisory locks in the same database: "aigw". */
export const lock = 0x61_69_67_77;

/** Brings a schema to this version, whoever else does the same at this moment. Rejects for a newer one, and changes nothing then. */
export async function migrate(client: ClientBase, schema: string): Promise<void> {
  if ((await versionOf(client, schema)) === migrations.length) return;
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${lock})`);
    await bringUp(client, schema);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // with the connection it is over anyway
    throw error;
  }
}

async function bringUp(client: ClientBase, schema: string): Promise<void> {
  const version = await versionOf(client, schema);
  if (version > migrations.length) throw new Error(newer(schema, version));
  if (!(await schemaIsThere(client, schema))) await client.query(`CREATE SCHEMA "${schema}"`);
  await client.query(`SET LOCAL search_path TO "${schema}"`);
  await client.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())');
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    await client.query(migration);
    await client.query('INSERT INTO migrations (version) VALUES ($1)', [index + 1]);
  }
}

async function schemaIsThere(client: ClientBase, schema: string): Promise<boolean> {
  return (await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).rowCount === 1;
}

/** Of the catalog itself: `to_regclass` may answer out of what this connection remembers from before it waited for the lock. */
async function tableIsThere(client: ClientBase, schema: string): Promise<boolean> {
  const table = "SELECT 1 FROM pg_class WHERE relname = 'migrations' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)";
  return (await client.query(table, [schema])).rowCount === 1;
}

async function versionOf(client: ClientBase, schema: string): Promise<number> {
  if (!(await tableIsThere(client, schema))) return 0;
  const { rows: versions } = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM "${schema}".migrations`,
  );
  return versions[0]?.version as number;
}

function newer(schema: string, version: number): string {
  return `The schema "${schema}" in PostgreSQL is version ${version} and this package knows ${migrations.length}; update @express-ai-gateway/store-postgres.`;
}
