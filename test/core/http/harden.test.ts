import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HardenOptions, harden } from '../../../core/src/http/harden.ts';
import { hostileClient, requestHead } from '../../kit/hostile-client.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

async function hardened(options: HardenOptions, handler: http.RequestListener = (_req, res) => res.end('served')) {
  const server = harden(http.createServer(handler), options).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const over = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await over;
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('harden', () => {
  it('gives back the server, with bounds for everything that Node leaves open or sets wide', () => {
    const server = http.createServer();
    expect(harden(server)).toBe(server);
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      maxHeadersCount: 100,
      maxConnections: 10_000,
    });
  });

  it('takes bounds of one’s own, each by itself', () => {
    const server = harden(http.createServer(), { keepAliveMs: 5, maxConnections: 7 });
    expect(server).toMatchObject({ headersTimeout: 10_000, keepAliveTimeout: 5, maxConnections: 7 });
  });

  it('keeps what the host has set besides', () => {
    const server = http.createServer();
    server.timeout = 1_234;
    server.maxRequestsPerSocket = 5;
    expect(harden(server)).toMatchObject({ timeout: 1_234, maxRequestsPerSocket: 5 });
  });

  it('a head that does not come, and a body that does not end, are 408 soon after their limit', async () => {
    const { url } = await hardened({ headersMs: 300, requestMs: 600 }, (req) => void req.resume());
    const started = performance.now();
    const [slowHead, slowBody] = [await hostileClient(url), await hostileClient(url)];
    slowHead.say('GET / HTTP/1.1\r\nhost:');
    slowBody.say(requestHead('POST', '/', ['content-length: 100']));
    await Promise.all([slowHead.ended, slowBody.ended]);
    expect([slowHead, slowBody].map(({ answers }) => answers[0]?.status)).toEqual([408, 408]);
    // Node looks every second here; by itself it would look every thirty.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('a connection that stays idle after an answer is closed', async () => {
    const { url } = await hardened({ keepAliveMs: 100 });
    const client = await hostileClient(url);
    client.say(requestHead('GET', '/'));
    expect((await client.answer()).status).toBe(200);
    await client.ended;
  });

  it('a connection beyond the limit is not served, and those within it are', async () => {
    const { url, server } = await hardened({ maxConnections: 2 });
    const dropped = once(server, 'drop');
    const clients = [await hostileClient(url), await hostileClient(url), await hostileClient(url)];
    await dropped;
    for (const client of clients) client.say(requestHead('GET', '/'));
    expect((await clients[0]?.answer())?.status).toBe(200);
    expect((await clients[1]?.answer())?.status).toBe(200);
    await clients[2]?.ended;
    expect(clients[2]?.answers).toEqual([]);
  });

  it('more headers than the limit never reach the app', async () => {
    const seen: number[] = [];
    const { url } = await hardened({ maxHeaders: 5 }, (req, res) => {
      seen.push(req.rawHeaders.length / 2);
      res.end();
    });
    for (const count of [4, 50]) {
      const client = await hostileClient(url);
      client.say(
        requestHead(
          'GET',
          '/',
          Array.from({ length: count }, (_, index) => `x-${index}: 1`),
        ),
      );
      // Newer releases of Node refuse them, others leave out what is too much.
      expect(count === 4 ? [200] : [200, 431]).toContain((await client.answer()).status);
    }
    expect(Math.max(...seen)).toBe(5);
  });
});
