import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import { collectGarbage, ResourceWatch } from '../../contract/src/rig/resources.ts';

describe('ResourceWatch', () => {
  it('counts timers that are running, also those that keep no process alive', async () => {
    const watch = new ResourceWatch();
    await watch.run(async () => {
      const timer = setInterval(() => {}, 60_000).unref();
      expect(watch.describe()).toBe('1 × Timeout');
      clearInterval(timer);
      expect(await watch.fallTo(0, 1_000)).toBe(true);
      expect(watch.describe()).toBe('nothing');
    });
  });

  it('counts servers until they are closed', async () => {
    const watch = new ResourceWatch();
    await watch.run(async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      expect(watch.describe()).toContain('1 × TCPSERVERWRAP');
      await new Promise((resolve) => server.close(resolve));
      expect(await watch.fallTo(0, 1_000)).toBe(true);
    });
  });

  it('does not count the timers that HTTP and undici share in the whole process', async () => {
    const watch = new ResourceWatch();
    await watch.run(async () => {
      const server = createHttpServer((_req, res) => void res.end('Yes.'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await (await client.request({ method: 'GET', path: '/' })).body.text();
      await client.close();
      await new Promise((resolve) => server.close(resolve));
      // They would stay for up to a second.
      expect([await watch.fallTo(0, 250), watch.describe()]).toEqual([true, 'nothing']);
    });
  });

  it('counts timers that repeat, whatever their functions are called', async () => {
    const watch = new ResourceWatch();
    await watch.run(async () => {
      const timer = setInterval(function onTick() {}, 60_000).unref();
      expect(watch.count).toBe(1);
      clearInterval(timer);
      expect(await watch.fallTo(0, 1_000)).toBe(true);
    });
  });

  it('does not count what others open meanwhile', async () => {
    const watch = new ResourceWatch();
    let open = (): void => {};
    const asked = new Promise<void>((resolve) => {
      open = resolve;
    });
    const timers: NodeJS.Timeout[] = [];
    const other = asked.then(() => void timers.push(setInterval(() => {}, 60_000)));
    await watch.run(async () => {
      open();
      await other;
      expect(timers.length).toBe(1);
      expect(watch.count).toBe(0);
    });
    clearInterval(timers[0]);
  });
});

describe('collectGarbage', () => {
  it('frees what nobody holds, in a process without --expose-gc', async () => {
    const free = new WeakRef({ name: 'free' });
    const held = { name: 'held' };
    const kept = new WeakRef(held);
    await collectGarbage();
    expect(free.deref()).toBeUndefined();
    expect(kept.deref()).toBe(held);
  });

  it('goes on no longer than it must', async () => {
    const one = new WeakRef({ name: 'one' });
    let asked = 0;
    await collectGarbage(() => {
      asked += 1;
      return one.deref() === undefined;
    });
    expect(one.deref()).toBeUndefined();
    expect(asked).toBe(2);
  });
});
