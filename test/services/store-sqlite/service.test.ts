import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AuditLog, auditBreak, KeyStore } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { folder, opened } from './support/files.ts';

let count = 0;

const key = { publicId: 'abc', revision: 1, digest: 'AA', label: 'x', createdAt: 1 };
const event = { at: 1, actor: 'ann', action: 'keys.create', outcome: 'done' } as const;

describe('sqliteStore', () => {
  it('keeps what it has over a restart', async () => {
    const path = join(folder(), 'gateway.db');
    const before = opened(path);
    await before.get(KeyStore).add(key);
    await before.get(AuditLog).append(event);
    await before.close();
    const after = opened(path);
    expect(await after.get(KeyStore).find('abc')).toEqual(key);
    expect(await after.get(AuditLog).append(event)).toMatchObject({ sequence: 2 });
    await after.close();
  });
});

/** Another process with the same file: what it prints, line by line, and a way to tell it something. */
function otherProcess(code: string, path: string) {
  const script = `
    import { ServiceContainer } from ${JSON.stringify(join(import.meta.dirname, '../../../core/src/services/container.ts'))};
    import { AuditLog, KeyStore } from '@express-ai-gateway/core/plugin';
    import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../../services/store-sqlite/src/service.ts'))};
    const services = new ServiceContainer([...sqliteStore({ path: ${JSON.stringify(path)} })]);
    const keys = services.get(KeyStore), log = services.get(AuditLog);
    ${code}`;
  const file = join(import.meta.dirname, `.child-${process.pid}-${count++}.ts`);
  writeFileSync(file, script);
  const child = spawn(process.execPath, ['--conditions=@express-ai-gateway/source', file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async () => (await lines.next()).value as string,
    async over() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(file, { force: true });
    },
  };
}

describe('several processes with one file', () => {
  it('see at once what another wrote, and append to one chain', async () => {
    const path = join(folder(), 'gateway.db');
    const services = opened(path);
    const keys = services.get(KeyStore);
    await keys.add(key);
    const other = otherProcess(
      `
      await keys.replace({ ...await keys.find('abc'), revision: 2, revokedAt: 7 });
      console.log('revoked');
      for (let at = 0; at < 200; at += 1) await log.append({ at, actor: 'child', action: 'x', outcome: 'done' });
      console.log('appended');`,
      path,
    );
    expect(await other.next()).toBe('revoked');
    expect((await keys.find('abc'))?.revokedAt).toBe(7);
    const log = services.get(AuditLog);
    for (let at = 0; at < 200; at += 1) {
      await log.append({ ...event, at });
      if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await other.next()).toBe('appended');
    await other.over();
    const entries = await log.read(0, 1_000);
    expect(entries).toHaveLength(400);
    expect(auditBreak(entries)).toBeUndefined();
    await services.close();
  });

  it('start at the same moment on a file that is not there yet', async () => {
    const path = join(folder(), 'gateway.db');
    const others = [1, 2, 3].map(() =>
      otherProcess("await log.append({ at: 1, actor: 'x', action: 'y', outcome: 'done' }); console.log('ok');", path),
    );
    expect(await Promise.all(others.map((other) => other.next()))).toEqual(['ok', 'ok', 'ok']);
    await Promise.all(others.map((other) => other.over()));
  });

  it('lose nothing that was told when one is killed', async () => {
    const path = join(folder(), 'gateway.db');
    const other = otherProcess(
      `
      for (let at = 1; ; at += 1) {
        await keys.add({ publicId: 'k' + at, revision: 1, digest: 'AA', label: 'x', createdAt: at });
        await log.append({ at, actor: 'x', action: 'y', outcome: 'done' });
        console.log(at);
        await new Promise((resolve) => setImmediate(resolve));
      }`,
      path,
    );
    let told = 0;
    while (told < 30) told = Number(await other.next());
    other.child.kill('SIGKILL');
    await other.over();
    const services = opened(path);
    for (let at = 1; at <= told; at += 1) expect(await services.get(KeyStore).find(`k${at}`), `k${at}`).toBeDefined();
    const entries = await services.get(AuditLog).read(0, 10_000);
    expect(entries.length).toBeGreaterThanOrEqual(told);
    expect(auditBreak(entries)).toBeUndefined();
    await services.close();
  });
});
