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
  // Logged: this is money. Of an id one row, which says what it holds, or that it is settled: then its step is NULL.
  //
  // What is done with an id waits for what is being done with it, then its accounts are locked in the order of their names, whatever order
  // they are given in: so nobody waits for another in a circle. An insert that conflicts locks the row also where it changes nothing, which
  // makes accounts and locks them in one go. Each statement of a function sees what is there after the one before it waited, where
  // transactions are "read committed"; where they are not, it refuses.
  `
  CREATE TABLE budget_accounts (
    account bytea PRIMARY KEY,
    spent bigint NOT NULL CHECK (spent >= 0),
    held bigint NOT NULL CHECK (held >= 0),
    forgotten_at float8
  );
  CREATE INDEX budget_accounts_by_end ON budget_accounts (forgotten_at) WHERE forgotten_at IS NOT NULL;
  CREATE TABLE budget_holds (
    id bytea PRIMARY KEY,
    step bigint,
    accounts bytea[] NOT NULL,
    amounts bigint[] NOT NULL,
    forgotten_at float8 NOT NULL
  );
  CREATE INDEX budget_holds_by_end ON budget_holds (forgotten_at);

  CREATE FUNCTION budget_states(of_accounts bytea[], OUT all_spent bigint[], OUT all_held bigint[])
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      SELECT array_agg(coalesce(found.spent, 0) ORDER BY part.place), array_agg(coalesce(found.held, 0) ORDER BY part.place)
        INTO all_spent, all_held
        FROM unnest(of_accounts) WITH ORDINALITY AS part (account, place) LEFT JOIN budget_accounts AS found USING (account);
    END $$;

  -- The first that has no room, from 0; NULL where all have.
  CREATE FUNCTION budget_refusal(of_accounts bytea[], of_amounts bigint[], limits bigint[])
  RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      RETURN (
        SELECT min(part.place) - 1
          FROM unnest(of_accounts, of_amounts, limits) WITH ORDINALITY AS part (account, amount, most, place)
            LEFT JOIN budget_accounts AS found USING (account)
          WHERE coalesce(found.spent, 0) + coalesce(found.held, 0) + part.amount > part.most);
    END $$;

  -- With an id at a time, until the end of the transaction.
  CREATE FUNCTION lock_budget_id(lock_class integer, lock_number integer) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'budgets need transactions that are "read committed", not "%"', current_setting('transaction_isolation');
      END IF;
      PERFORM pg_advisory_xact_lock(lock_class, lock_number);
    END $$;

  -- A hold where at_step is 0, else an extension of one. Windows may differ from now by skew_ms.
  CREATE FUNCTION take_budget(
    of_id bytea, at_step bigint, of_accounts bytea[], of_amounts bigint[], limits bigint[], starts float8[], ends float8[], forgotten float8[],
    skew_ms float8, known_ms float8, lock_class integer, lock_number integer,
    OUT outcome text, OUT refused_at integer, OUT all_spent bigint[], OUT all_held bigint[])
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      known budget_holds;
      is_known boolean;
      ms float8;
    BEGIN
      PERFORM lock_budget_id(lock_class, lock_number);
      SELECT * INTO known FROM budget_holds AS hold WHERE hold.id = of_id FOR UPDATE;
      is_known := FOUND;
      ms := extract(epoch FROM clock_timestamp()) * 1000;
      IF is_known AND known.step IS NULL OR NOT is_known AND at_step > 0 THEN
        outcome := 'over';
        RETURN;
      ELSIF is_known AND at_step <= known.step THEN
        outcome := 'held';
      ELSIF EXISTS (SELECT FROM unnest(starts, ends) AS part (begin_at, end_at) WHERE ms < begin_at - skew_ms OR ms > end_at + skew_ms) THEN
        RAISE EXCEPTION 'the clock of this process and that of PostgreSQL differ by more than a minute';
      ELSE
        -- Most that are refused are so before anything is locked or written.
        refused_at := budget_refusal(of_accounts, of_amounts, limits);
        IF refused_at IS NULL THEN
          INSERT INTO budget_accounts AS present (account, spent, held, forgotten_at)
            SELECT part.account, 0, 0, part.forgotten_at FROM unnest(of_accounts, forgotten) AS part (account, forgotten_at) ORDER BY part.account
            ON CONFLICT (account) DO UPDATE SET held = present.held WHERE false;
          refused_at := budget_refusal(of_accounts, of_amounts, limits);
        END IF;
        outcome := CASE WHEN refused_at IS NULL THEN 'held' ELSE 'refused' END;
        IF refused_at IS NULL THEN
          UPDATE budget_accounts AS present
            SET held = present.held + part.amount, forgotten_at = coalesce(part.forgotten_at, present.forgotten_at)
            FROM unnest(of_accounts, of_amounts, forgotten) AS part (account, amount, forgotten_at)
            WHERE present.account = part.account;
          INSERT INTO budget_holds AS hold (id, step, accounts, amounts, forgotten_at)
            SELECT of_id, at_step, array_agg(total.account), array_agg(total.amount), ms + known_ms
              FROM (
                SELECT part.account, sum(part.amount)::bigint AS amount
                  FROM (SELECT * FROM unnest(known.accounts, known.amounts) UNION ALL SELECT * FROM unnest(of_accounts, of_amounts))
                    AS part (account, amount)
                  GROUP BY part.account) AS total
            ON CONFLICT (id) DO UPDATE SET step = excluded.step, accounts = excluded.accounts, amounts = excluded.amounts,
              forgotten_at = excluded.forgotten_at;
        END IF;
      END IF;
      SELECT * INTO all_spent, all_held FROM budget_states(of_accounts);
    END $$;

  -- Sums are at most the largest integer that JavaScript holds exactly. An account that was forgotten meanwhile holds nothing any more.
  CREATE FUNCTION settle_budget(
    of_id bytea, of_accounts bytea[], of_amounts bigint[], forgotten float8[], known_ms float8, most bigint, lock_class integer, lock_number integer,
    OUT repeated boolean, OUT all_spent bigint[], OUT all_held bigint[])
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      known budget_holds;
      ms float8;
    BEGIN
      PERFORM lock_budget_id(lock_class, lock_number);
      SELECT * INTO known FROM budget_holds AS hold WHERE hold.id = of_id FOR UPDATE;
      repeated := FOUND AND known.step IS NULL;
      IF NOT repeated THEN
        ms := extract(epoch FROM clock_timestamp()) * 1000;
        INSERT INTO budget_accounts AS present (account, spent, held, forgotten_at)
          SELECT part.account, 0, 0, CASE WHEN part.account = ANY (of_accounts) THEN max(part.forgotten_at) ELSE ms END
            FROM (
              SELECT * FROM unnest(of_accounts, forgotten) AS spending (account, forgotten_at)
              UNION ALL SELECT held.account, NULL FROM unnest(known.accounts) AS held (account)) AS part
            GROUP BY part.account ORDER BY part.account
          ON CONFLICT (account) DO UPDATE SET held = present.held WHERE false;
        IF EXISTS (
          SELECT FROM unnest(of_accounts, of_amounts) AS part (account, amount) JOIN budget_accounts AS present USING (account)
            WHERE present.spent + part.amount > most) THEN
          RAISE EXCEPTION 'the sum is more than an integer can hold exactly';
        END IF;
        UPDATE budget_accounts AS present
          SET held = greatest(0, present.held - change.held), spent = present.spent + change.spent,
            forgotten_at = coalesce(change.forgotten_at, present.forgotten_at)
          FROM (
            SELECT part.account, sum(part.held)::bigint AS held, sum(part.spent)::bigint AS spent, max(part.forgotten_at) AS forgotten_at
              FROM (
                SELECT spending.account, 0, spending.spent, spending.forgotten_at
                  FROM unnest(of_accounts, of_amounts, forgotten) AS spending (account, spent, forgotten_at)
                UNION ALL
                SELECT holding.account, holding.held, 0, NULL FROM unnest(known.accounts, known.amounts) AS holding (account, held)
              ) AS part (account, held, spent, forgotten_at)
              GROUP BY part.account) AS change
          WHERE present.account = change.account;
        INSERT INTO budget_holds AS hold (id, step, accounts, amounts, forgotten_at) VALUES (of_id, NULL, '{}', '{}', ms + known_ms)
          ON CONFLICT (id) DO UPDATE SET step = excluded.step, accounts = excluded.accounts, amounts = excluded.amounts,
            forgotten_at = excluded.forgotten_at;
      END IF;
      SELECT * INTO all_spent, all_held FROM budget_states(of_accounts);
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
