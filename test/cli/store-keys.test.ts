import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog, auditBreak } from '@express-ai-gateway/core/plugin';
import { describe, expect, it, onTestFinished } from 'vitest';
import { storeKeys } from '../../cli/src/store-keys.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { postgresIsHere, postgresServer } from '../kit/postgres-server.ts';
import { freePort, redisIsHere, redisServer } from '../kit/redis-server.ts';
import { opened } from '../services/store-sqlite/support/files.ts';

leavesNothing();

const pepper = 'Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo';
const usual = { pepper, environment: undefined, actor: 'cli:ann', make: true };

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'gateway.db');
}

const places: [string, boolean, () => Promise<string>][] = [
  ['a file', true, async () => file()],
  [
    'Redis',
    redisIsHere,
    async () => {
      const server = await redisServer();
      onTestFinished(() => server.kill());
      return server.url;
    },
  ],
  [
    'PostgreSQL',
    postgresIsHere,
    async () => {
      const server = await postgresServer();
      onTestFinished(() => server.remove());
      return server.url;
    },
  ],
];

describe.each(places)('storeKeys in %s', (_name, isHere, place) => {
  it.skipIf(!isHere)('makes keys that another finds, and leaves no connection', async () => {
    const store = await place();
    const one = await storeKeys({ ...usual, store });
    const { record } = await one.keys.create({ label: 'ci' });
    await one.close();
    const other = await storeKeys({ ...usual, store, make: false });
    expect(await other.keys.get(record.id)).toMatchObject({ label: 'ci', state: 'active' });
    await other.close();
  });
});

describe('storeKeys', () => {
  it('writes into the audit log of the gateway', async () => {
    const store = file();
    const { keys, close } = await storeKeys({ ...usual, store });
    await keys.create({ label: 'ci' });
    await close();
    const services = opened(store);
    const entries = await services.get(AuditLog).read(0, 10);
    expect(entries).toMatchObject([{ actor: 'cli:ann', action: 'keys.create' }]);
    expect(auditBreak(entries)).toBeUndefined();
    await services.close();
  });

  it('makes keys of the environment that the gateway has', async () => {
    const { keys, close } = await storeKeys({ ...usual, store: file(), environment: 'test' });
    expect((await keys.create({ label: 'ci' })).key).toMatch(/^gw_test_/);
    await close();
  });

  it('makes no file where one is looked for', async () => {
    const store = file();
    await expect(storeKeys({ ...usual, store, make: false })).rejects.toThrow('Is this where the gateway keeps its keys?');
    expect(() => statSync(store)).toThrow('ENOENT');
  });

  it('refuses a weak pepper, and other stores, without repeating them', async () => {
    await expect(storeKeys({ ...usual, store: file(), pepper: 'changeme' })).rejects.toThrow('GATEWAY_PEPPER');
    await expect(storeKeys({ ...usual, store: 'mysql://root:hunter22@db/x' })).rejects.toThrow('postgres:// or redis://');
    await expect(storeKeys({ ...usual, store: 'mysql://root:hunter22@db/x' })).rejects.not.toThrow('hunter22');
  });

  it('says so when the server is away, and ends', async () => {
    const { keys, close } = await storeKeys({ ...usual, store: `postgres://u:hunter22@127.0.0.1:${await freePort()}/x` });
    await expect(keys.list({ limit: 1 })).rejects.toThrow('ECONNREFUSED');
    await close();
  });
});
