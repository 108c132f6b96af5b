import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { head, hostileUpstream, wholeAnswer } from './hostile-upstream.ts';

leavesNothing();

async function connected(port: number): Promise<Socket> {
  const socket = net.connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (data: Buffer) => chunks.push(data));
  socket.on('error', () => {});
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const question = 'POST /v1 HTTP/1.1\r\nHost: x\r\nX-Twice: a\r\nX-Twice: b\r\nContent-Length: 5\r\n\r\nhello';

describe('hostileUpstream', () => {
  it('remembers requests byte for byte, several on one connection, and answers them in turn', async () => {
    const upstream = await hostileUpstream((peer, { body }) => {
      peer.say(wholeAnswer(`"${body}"`));
      if (upstream.requests.length === 2) peer.finish();
    });
    const socket = await connected(upstream.port);
    socket.write(question + question.replaceAll('hello', 'again'));
    expect(await readAll(socket)).toBe(wholeAnswer('"hello"') + wholeAnswer('"again"'));
    expect(upstream.requests.map(({ bytes }) => bytes.toString())).toEqual([question, question.replaceAll('hello', 'again')]);
    expect(upstream.requests[0]?.headers).toEqual([
      ['host', 'x'],
      ['x-twice', 'a'],
      ['x-twice', 'b'],
      ['content-length', '5'],
    ]);
    expect(upstream.peers[0]?.received.toString()).toBe(question + question.replaceAll('hello', 'again'));
  });

  it.each([
    ['fin', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ] as const)('tells that the other side ended with a %s, and when', async (reason, leave) => {
    const upstream = await hostileUpstream(() => {});
    const socket = await connected(upstream.port);
    const peer = await upstream.peer(0);
    expect(upstream.open).toBe(1);
    const leftAt = performance.now();
    leave(socket);
    await peer.closed;
    expect(peer.closeReason).toBe(reason);
    expect(peer.closedAt).toBeGreaterThanOrEqual(leftAt);
    expect(upstream.open).toBe(0);
  });

  it('cuts what it says where it is told to', async () => {
    const upstream = await hostileUpstream((peer) => peer.sayCut(Buffer.from(head(200)), 1, 5));
    const socket = await connected(upstream.port);
    const reads: string[] = [];
    socket.on('data', (data: Buffer) => reads.push(data.toString()));
    socket.write(question);
    while (reads.join('').length < head(200).length) await once(socket, 'data');
    expect(reads).toEqual(['H', 'TTP/', '1.1 200 Whatever\r\n\r\n']);
  });

  it('sees how much is taken by a reader that stops, whether it waits for it or not', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const upstream = await hostileUpstream((peer) => (upstream.peers.length === 1 ? peer.pour(piece, 1_000) : peer.flood(piece, 1_000)));
    for (const index of [0, 1]) {
      (await connected(upstream.port)).pause().write(question);
      const peer = await upstream.peer(index);
      await upstream.request(index);
      const taken = await peer.stalled();
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(1_000 * piece.length);
      expect(peer.socket.writableLength >= 900 * piece.length - taken).toBe(index === 1);
    }
  });
});
