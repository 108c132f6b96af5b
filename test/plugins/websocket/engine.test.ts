import http from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../../core/src/services/clock.ts';
import type { MessageSocket } from '../../../core/src/sockets/message-socket.ts';
import { WsEngine } from '../../../plugins/websocket/src/engine.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { until } from '../../core/sockets/bridged.ts';

leavesNothing();

const engine = new WsEngine({ clock: systemClock(), pingMs: 60_000 });
const never = new AbortController().signal;

/** A server that takes WebSockets with the engine. */
async function taking(maxBytes = 100) {
  const server = await listening((_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/', 'x-a': 'b' }).end('elsewhere'));
  const taken: MessageSocket[] = [];
  const refused: Duplex[] = [];
  const heard: string[] = [];
  const names: string[] = [];
  server.on('upgrade', (req, socket, head) => {
    names.push(String(req.headers['x-own']));
    const accepted = engine.accept({ req, socket, head }, { maxBytes, headers: { 'x-gateway': 'y' }, protocol: 'realtime' });
    if (accepted === undefined) {
      refused.push(socket);
      return;
    }
    accepted.listen({ text: (text) => heard.push(text), binary() {}, drained() {}, closed: () => heard.push('closed') });
    taken.push(accepted);
  });
  onTestFinished(() => {
    for (const socket of taken) socket.terminate();
  });
  return { url: server.url, taken, refused, heard, names };
}

const dial = (origin: string, signal = never, path = '/') =>
  engine.dial({ origin, path, headers: [['x-own', 'mine']], maxBytes: 100, connectMs: 1_000, signal });

describe('dial', () => {
  it('rejects where nothing listens', async () => {
    await expect(dial('http://127.0.0.1:9')).rejects.toThrow();
  });

  it('is what the upstream answers instead; redirects are not followed', async () => {
    const server = await listening(() => {});
    server.on('upgrade', (_req, socket) =>
      socket.end('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 4\r\n\r\nelse'),
    );
    const refused = await dial(server.url);
    expect(refused).toMatchObject({ status: 302, body: Buffer.from('else') });
  });

  it.each(['before', 'while it is dialled'])('rejects where it is given up: %s', async (when) => {
    const server = await listening(() => {});
    server.on('upgrade', () => {}); // never answers
    const leaving = new AbortController();
    if (when === 'before') leaving.abort();
    const dialled = dial(server.url, leaving.signal);
    leaving.abort();
    await expect(dialled).rejects.toThrow();
    server.closeAllConnections();
  });

  it('opens one, with its own headers, in both directions', async () => {
    const { url, heard, names } = await taking();
    const socket = (await dial(url)) as MessageSocket;
    socket.listen({ text() {}, binary() {}, drained() {}, closed() {} });
    socket.send('héllo');
    await until(() => heard.length === 1);
    socket.close(1000, '');
    await until(() => heard.length === 2);
    expect([heard, names]).toEqual([['héllo', 'closed'], ['mine']]);
  });
});

describe('accept', () => {
  it('answers what is no proper request for one', async () => {
    const { url, refused } = await taking();
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'bad' };
    const status = await new Promise((resolve, reject) => {
      http.get(url, { agent: false, headers }, (res) => resolve(res.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(400);
    expect(refused).toHaveLength(1);
  });

  it('agrees on the protocol and adds the headers', async () => {
    const { url } = await taking();
    const client = new WebSocket(url.replace('http', 'ws'), ['other', 'realtime']);
    const upgraded = new Promise<Record<string, unknown>>((resolve) => client.on('upgrade', ({ headers }) => resolve(headers)));
    const opened = new Promise((resolve) => client.once('open', resolve));
    const headers = await upgraded;
    await opened;
    expect(headers).toMatchObject({ 'x-gateway': 'y', 'sec-websocket-protocol': 'realtime' });
    expect(headers).not.toHaveProperty('sec-websocket-extensions');
    client.terminate();
  });

  it('takes a message of as many bytes as may be, and not of one more', async () => {
    const { url, heard } = await taking(10);
    const client = new WebSocket(url.replace('http', 'ws'));
    const closed = new Promise((resolve) => client.on('close', resolve));
    await new Promise((resolve) => client.once('open', resolve));
    client.send('x'.repeat(10));
    client.send('x'.repeat(11));
    expect(await closed).toBe(1009);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['x'.repeat(10), 'closed']);
  });
});
