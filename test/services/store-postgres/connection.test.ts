import { AuditLog, auditBreak, KeyStore } from '@express-ai-gateway/core/plugin';
import { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { freePort } from '../../kit/redis-server.ts';
import { directly, opened } from './support/postgres.ts';

leavesNothing();

const key = { publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 };
const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;
const quick = { deadlineMs: 300 };

/** How long something took to fail, and of what. Milliseconds. */
async function failure(action: Promise<unknown>): Promise<{ ms: number; message: string }> {
  const started = performance.now();
  const message = await action.then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  return { ms: performance.now() - started, message };
}

describe.skipIf(!postgresIsHere)('the connection', () => {
  let server: PostgresServer;
  beforeEach(async () => {
    server = await postgresServer();
  });
  afterEach(async () => {
    server.resume();
    await server.remove();
  });

  it('F-40: of a gateway that starts while PostgreSQL is down hangs nobody, and is there when PostgreSQL is', async () => {
    const absent = new PostgresServer(await freePort());
    const { services, logger } = opened(absent.url, quick);
    const keys = services.get(KeyStore);
    const first = await failure(keys.find('abc'));
    expect(first.message).toContain('ECONNREFUSED');
    expect(first.ms).toBeLessThan(600);
    expect((await failure(keys.find('abc'))).message).toBe('The PostgreSQL store is away.');
    expect(logger.texts('error').join()).toContain('PostgreSQL is away');
    await absent.start();
    await vi.waitFor(async () => expect(await keys.add(key)).toBe(true), 10_000);
    expect(logger.texts('info').join()).toContain('PostgreSQL is back');
    await services.close();
    await absent.remove();
  });

  it('F-41: that breaks is told at once to whoever asks, and made anew', async () => {
    const { services, logger } = opened(server.url);
    const keys = services.get(KeyStore);
    await keys.add(key);
    await server.kill();
    const seen = await Promise.all(Array.from({ length: 20 }, () => failure(keys.find('abc'))));
    expect(seen.map(({ message }) => message)).not.toContain('nothing');
    expect((await failure(keys.find('abc'))).ms).toBeLessThan(100); // nobody waits for one that is gone
    await server.start();
    await vi.waitFor(async () => expect(await keys.find('abc')).toEqual(key), 10_000);
    expect(logger.texts('error')).toHaveLength(1);
    await services.close();
  });

  it('F-42: that stalls costs a deadline, once, and is used again when it goes on', async () => {
    const { services } = opened(server.url, quick);
    const keys = services.get(KeyStore);
    await vi.waitFor(async () => expect(await keys.add(key)).toBe(true), 10_000);
    server.pause();
    const stalled = await failure(keys.find('abc'));
    expect(stalled.message).toBe('The PostgreSQL store did not answer within 300 ms.');
    expect(stalled.ms).toBeGreaterThan(250);
    expect(stalled.ms).toBeLessThan(900);
    const crowd = await Promise.all(Array.from({ length: 50 }, () => failure(keys.find('abc'))));
    expect(crowd.filter(({ ms }) => ms > 100).length).toBeLessThanOrEqual(1); // one asks for all
    server.resume();
    await vi.waitFor(async () => expect(await keys.find('abc')).toEqual(key), 10_000);
    await services.close();
  });

  it('closes with its gateway also while the server stalls, and keeps nothing', async () => {
    const { services } = opened(server.url, quick);
    await vi.waitFor(async () => expect(await services.get(KeyStore).add(key)).toBe(true), 10_000);
    server.pause();
    const asked = failure(services.get(KeyStore).find('abc'));
    const started = performance.now();
    await services.close();
    expect(performance.now() - started).toBeLessThan(1_500);
    expect((await asked).message).not.toBe('nothing');
    expect((await failure(services.get(KeyStore).find('abc'))).message).toBe('The PostgreSQL store is closed.');
  });

  it('that an administrator ends is made anew, and the audit log stays one chain', async () => {
    const { services } = opened(server.url);
    const log = services.get(AuditLog);
    let kept = 0;
    for (let round = 0; round < 10; round += 1) {
      const appending = Promise.allSettled(Array.from({ length: 20 }, (_, at) => log.append({ ...event, at })));
      await directly(
        server.url,
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $$client backend$$',
      );
      kept += (await appending).filter(({ status }) => status === 'fulfilled').length;
    }
    await vi.waitFor(async () => void (await log.append(event)), 10_000);
    const entries = await log.read(0, 1_000);
    expect(auditBreak(entries)).toBeUndefined();
    expect(entries.length).toBeGreaterThanOrEqual(kept + 1); // what was cut off may have been written all the same
    await services.close();
  });

  it('says what is wrong with a login, and tells no password', async () => {
    const { services, logger } = opened(server.url.replace('hunter22', 'hunter33'), quick);
    const { message } = await failure(services.get(KeyStore).find('abc'));
    expect(message).toBe('The PostgreSQL store is away: password authentication failed for user "gateway".');
    expect(`${message} ${JSON.stringify(logger.lines)}`).not.toMatch(/hunter/);
    await services.close();
  });

  it('may be a pool of the team’s own making', async () => {
    const { services } = opened(undefined, { pool: () => new Pool({ connectionString: server.url, max: 1 }) });
    expect(await services.get(KeyStore).add(key)).toBe(true);
    expect(await services.get(AuditLog).append(event)).toMatchObject({ sequence: 1 });
    await services.close();
    const others = `SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'`;
    await vi.waitFor(async () => expect(await directly(server.url, others)).toEqual([]), 5_000); // the server needs a moment
  });
});
