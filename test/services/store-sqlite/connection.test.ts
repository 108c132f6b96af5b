import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AuditLog, KeyStore } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { folder, opened } from './support/files.ts';

const key = { publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 };
const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;

describe('the connection', () => {
  it('makes the file and its folder for its own user alone', async () => {
    const path = join(folder(), 'deep', 'er', 'gateway.db');
    const services = opened(path);
    await services.get(KeyStore).add(key);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o077, file).toBe(0);
    expect(statSync(join(path, '..')).mode & 0o077).toBe(0);
    await services.close();
  });

  it('closes the file with the last service that uses it, and leaves no further files', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    services.get(KeyStore);
    await services.get(AuditLog).append(event);
    await services.close();
    expect(() => statSync(`${path}-wal`)).toThrow(/ENOENT/);
  });

  it('opens a new file however many do at the same moment', async () => {
    const [fellows, files] = [4, 100];
    const workerData = { folder: folder(), arrived: new Int32Array(new SharedArrayBuffer(4)), fellows, files };
    const execArgv = ['--conditions=@express-ai-gateway/source'];
    const workers = Array.from(
      { length: fellows },
      () => new Worker(new URL('support/opener.ts', import.meta.url), { workerData, execArgv }),
    );
    const problems = await Promise.all(workers.map(async (worker) => (await once(worker, 'message')) as [string[]]));
    expect(problems.flat(2)).toEqual([]);
  }, 60_000);

  describe('refuses, with what to do,', () => {
    const use = (path: string) => () => opened(path).get(KeyStore);

    it('a file that is something else', () => {
      const path = join(folder(), 'text.db');
      writeFileSync(path, 'Dear diary, '.repeat(200));
      expect(use(path)).toThrow(/^The SQLite file ".*text\.db" cannot be used: .*not a database\.$/);
    });

    it('a folder, and a place where it may not write', () => {
      expect(use(folder())).toThrow(/EISDIR/);
      const file = join(folder(), 'file');
      writeFileSync(file, '');
      expect(use(join(file, 'gateway.db'))).toThrow(/ENOTDIR|EEXIST/);
    });
  });
});
