import http2 from 'node:http2';
import { createServer, type Server } from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { answerWhole, running, upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { selfSigned } from '../../kit/self-signed.ts';

// What goes wrong before the first byte of HTTP: names, certificates, protocols. Alone it is a clear 502 in time that tells
// nothing of the operator's; with another target that one answers. Never is anything sent in the clear, or to somebody else.

leavesNothing();

const day = 24 * 60 * 60 * 1000;

/** Listens on 127.0.0.1 until the test ends; `bytes`: what came in the clear. */
async function served(server: net.Server | Server, tracked: net.Socket[] = []): Promise<number> {
  server.on('connection', (socket: net.Socket) => {
    socket.on('error', () => {});
    tracked.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of tracked) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Asks a target at `origin`, alone and with another behind it. */
async function asked(origin: string): Promise<void> {
  const well = await upstream(answerWhole('well'));
  const providers = [
    openaiCompatible({ name: 'ill', baseUrl: `${origin}/v1`, apiKey: 'sk-operators-own' }),
    openaiCompatible({ name: 'well', baseUrl: `${well.url}/v1` }),
  ];
  const config = { providers, models: { lone: 'ill/m', chat: ['ill/m', 'well/m'] }, timeouts: { connectMs: 500, totalMs: 5_000 } };
  const { chat, logger } = await running(well.url, config);
  const startedAt = performance.now();
  const alone = await chat({ model: 'lone' });
  expect([alone.status, alone.json.error?.code]).toEqual([502, 'GW_UPSTREAM_UNREACHABLE']);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(alone.text).not.toMatch(/127\.0\.0\.1|invalid|certificate|ENOTFOUND|sk-operators/i);
  const other = await chat({ model: 'chat' });
  expect([other.status, other.headers['x-gateway-target'], other.headers['x-gateway-attempts']]).toEqual([200, 'well/m', '2']);
  expect(logger.lines.some(({ message }) => /An exchange failed/.test(message))).toBe(true);
}

describe('F-26: TLS of a provider', () => {
  it.each([
    ['signed by nobody who is trusted', selfSigned()],
    ['over since yesterday', selfSigned({ until: Date.now() - day })],
    ['for another host', selfSigned({ name: 'other.example' })],
  ])('F-26: a certificate %s is refused, and no request is sent', async (_what, certificate) => {
    const requests: unknown[] = [];
    const port = await served(createServer(certificate, ({ url }) => void requests.push(url)));
    await asked(`https://127.0.0.1:${port}`);
    expect(requests).toEqual([]);
  });

  it('F-26: a protocol from before 1.2 is refused', async () => {
    const certificate = selfSigned();
    const port = await served(
      createTlsServer({ ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    );
    await asked(`https://127.0.0.1:${port}`);
    await expect(
      new Promise((_resolve, reject) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', reject)),
    ).rejects.toThrow();
  });

  it('F-26: a handshake that hangs, or is cut off, ends in time', async () => {
    const silent = await served(net.createServer());
    await asked(`https://127.0.0.1:${silent}`);
    const cutting = await served(net.createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())));
    await asked(`https://127.0.0.1:${cutting}`);
  });

  it('F-26: a server without TLS gets nothing in the clear', async () => {
    const heard: Buffer[] = [];
    const port = await served(
      net.createServer((socket) => void socket.on('data', (piece) => void heard.push(piece)).on('error', () => {})),
    );
    await asked(`https://127.0.0.1:${port}`);
    expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/sk-operators|POST|messages/);
  });
});

describe('F-25: HTTP/2', () => {
  it('F-25: is not spoken: a server that speaks nothing else is unreachable, however it ends', async () => {
    const sockets: net.Socket[] = [];
    const server = http2.createServer();
    server.on('session', (session) => session.goaway());
    const port = await served(server as unknown as net.Server, sockets);
    const well = await upstream(answerWhole('well'));
    const providers = [
      openaiCompatible({ name: 'ill', baseUrl: `http://127.0.0.1:${port}/v1` }),
      openaiCompatible({ name: 'well', baseUrl: `${well.url}/v1` }),
    ];
    const { chat } = await running(well.url, { providers, models: { chat: ['ill/m', 'well/m'] }, timeouts: { totalMs: 5_000 } });
    expect(await chat({ model: 'chat' })).toMatchObject({ status: 200, headers: { 'x-gateway-target': 'well/m' } });
  });
});

describe('F-27: the name of a provider', () => {
  it('F-27: that does not exist is unreachable, and told as that', async () => {
    await asked('http://no-such-host.invalid');
    await asked('https://no-such-host.invalid');
  });
});
