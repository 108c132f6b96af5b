import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KeyStore } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { folder, opened } from './support/files.ts';

describe('migrate', () => {
  const use = (path: string) => () => opened(path).get(KeyStore);

  it('refuses a database of something else', () => {
    const path = join(folder(), 'other.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE mine (x)');
    other.close();
    expect(use(path)).toThrow('it is a database of something else; name another file');
  });

  it('waits for no writer where nothing is to be done', async () => {
    const path = join(folder(), 'gateway.db');
    const first = opened(path);
    first.get(KeyStore);
    const writer = new DatabaseSync(path);
    writer.exec('BEGIN IMMEDIATE');
    const other = opened(path, { busyMs: 0 });
    expect(await other.get(KeyStore).find('abc')).toBeUndefined();
    writer.close();
    await other.close();
    await first.close();
  });

  it('F-46: refuses a database of a newer version, and leaves it as it is', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    services.get(KeyStore);
    await services.close();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(use(path)).toThrow('its schema is version 99 and this package knows 3; update @express-ai-gateway/store-sqlite');
  });
});
