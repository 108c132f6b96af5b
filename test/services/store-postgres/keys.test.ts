import { KeyStore } from '@express-ai-gateway/core/plugin';
import { keyStoreCases } from '@express-ai-gateway/plugin-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresIsHere, postgresServer } from '../../kit/postgres-server.ts';
import { directly, opened, opening } from './support/postgres.ts';

describe.skipIf(!postgresIsHere)('postgresKeyStore', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });
  afterAll(() => server.remove());

  for (const { name, run } of keyStoreCases(opening(KeyStore, () => server.url))) it(name, run);

  it('rejects what it cannot read, and never takes it for nothing (F-44)', async () => {
    const { services } = opened(server.url, { schema: 'broken' });
    const keys = services.get(KeyStore);
    await keys.add({ publicId: 'bad', revision: 1, digest: 'AA', label: 'x', createdAt: 1 });
    await directly(server.url, `UPDATE broken.keys SET document = '{"publicId":'`);
    await expect(keys.find('bad')).rejects.toThrow(SyntaxError);
    await expect(keys.find('nul\u0000')).rejects.toThrow('PostgreSQL refuses (22021)');
    await services.close();
  });
});
