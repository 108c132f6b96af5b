import { AuditLog, auditBreak, KeyStore } from '@express-ai-gateway/core/plugin';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { directly, opened } from './support/postgres.ts';

leavesNothing();

const key = { publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 };
const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;

describe.skipIf(!postgresIsHere)('postgresStore', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(() => server.remove());

  it('keeps what it has over a restart of both sides', async () => {
    const before = opened(server.url);
    await before.services.get(KeyStore).add(key);
    await before.services.get(AuditLog).append(event);
    await before.services.close();
    await server.kill();
    await server.start();
    const after = opened(server.url);
    expect(await after.services.get(KeyStore).find('abc')).toEqual(key);
    expect(await after.services.get(AuditLog).append(event)).toMatchObject({ sequence: 2 });
    await after.services.close();
  });

  it('uses as many connections as it may, for all its services, and ends them with the gateway', async () => {
    const { services } = opened(server.url, { schema: 'few', maxConnections: 2 });
    const [keys, log] = [services.get(KeyStore), services.get(AuditLog)];
    await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? keys.find('abc') : log.append(event))));
    const others = `SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'`;
    expect(await directly(server.url, others)).toHaveLength(2);
    await services.close();
    await vi.waitFor(async () => expect(await directly(server.url, others)).toEqual([]), 5_000); // the server needs a moment
  });

  it('keeps gateways of different schemas apart', async () => {
    const [one, other] = [opened(server.url, { schema: 'one' }), opened(server.url, { schema: 'other' })];
    await one.services.get(KeyStore).add(key);
    expect(await other.services.get(KeyStore).find('abc')).toBeUndefined();
    await one.services.close();
    await other.services.close();
  });

  it('appends to one chain for many gateways', async () => {
    const gateways = Array.from({ length: 5 }, () => opened(server.url, { schema: 'chain' }));
    const logs = gateways.map(({ services }) => services.get(AuditLog));
    await Promise.all(Array.from({ length: 200 }, (_, at) => (logs[at % 5] as AuditLog).append({ ...event, at })));
    const entries = await (logs[0] as AuditLog).read(0, 1_000);
    expect(entries).toHaveLength(200);
    expect(auditBreak(entries)).toBeUndefined();
    for (const { services } of gateways) await services.close();
  });
});
