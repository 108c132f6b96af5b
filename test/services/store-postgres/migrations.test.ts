import { CounterStore, KeyStore } from '@express-ai-gateway/core/plugin';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../services/store-postgres/src/migrations.ts';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { directly, opened } from './support/postgres.ts';

describe.skipIf(!postgresIsHere)('migrate', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(() => server.remove());

  async function migrating(schema: string, url = server.url): Promise<void> {
    const client = new Client(url);
    await client.connect();
    try {
      await migrate(client, schema);
    } finally {
      await client.end();
    }
  }

  const all = [{ version: 1 }, { version: 2 }, { version: 3 }];
  const versions = (schema: string) => directly(server.url, `SELECT version FROM ${schema}.migrations ORDER BY version`);

  it('makes a schema, and changes nothing the second time', async () => {
    await migrating('one');
    await migrating('one');
    expect(await versions('one')).toEqual(all);
  });

  it('does so once, however many start at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => migrating(`many_${round}`)));
      expect(await versions(`many_${round}`)).toEqual(all);
    }
  });

  it('F-46: refuses a schema of a newer version, and leaves it as it is', async () => {
    await migrating('newer');
    await directly(server.url, 'INSERT INTO newer.migrations (version) VALUES (99)');
    await expect(migrating('newer')).rejects.toThrow(
      /The schema "newer" in PostgreSQL is version 99 and this package knows \d+; update @express-ai/,
    );
    expect(await versions('newer')).toEqual([...all, { version: 99 }]);
  });

  it('does nothing by halves: what is in its way leaves the schema as it was', async () => {
    await directly(server.url, 'CREATE SCHEMA taken; CREATE TABLE taken.audit (x int)');
    await expect(migrating('taken')).rejects.toThrow('"audit" already exists');
    const tables = await directly(server.url, `SELECT tablename FROM pg_tables WHERE schemaname = 'taken'`);
    expect(tables).toEqual([{ tablename: 'audit' }]);
  });

  it('needs no right to change schemas once they are made', async () => {
    await migrating('granted');
    await directly(server.url, `CREATE ROLE app LOGIN PASSWORD 'app'; GRANT USAGE ON SCHEMA granted TO app`);
    await directly(server.url, 'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA granted TO app');
    await directly(server.url, 'GRANT DELETE ON granted.counters, granted.leases, granted.budget_accounts, granted.budget_holds TO app');
    const { services } = opened(server.url.replace(/\/\/[^@]*@/, '//app:app@'), { schema: 'granted' });
    const counters = services.get(CounterStore);
    for (let calls = 1; calls <= 120; calls += 1) expect((await counters.add('k', 1, 60_000)).value).toBe(calls);
    await (await counters.lease('k', 1, 60_000))?.release();
    expect(await counters.lease('k', 1, 60_000)).toBeDefined();
    expect(await services.get(KeyStore).find('abc')).toBeUndefined();
    await services.close();
  });
});
