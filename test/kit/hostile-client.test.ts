import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { chatRequest, chunked, errorOf, exchanged, headerOf, hostileClient, readAnswers } from './hostile-client.ts';

leavesNothing();

/** A server that hands its sockets to the test. */
async function server(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const listening = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(async () => {
    const over = new Promise((resolve) => listening.close(resolve));
    for (const socket of sockets) socket.destroy();
    await over;
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

describe('reading answers', () => {
  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nhi';
  const stream = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked('one ').toString()}${chunked('tw😀').toString()}`;

  it('reads status, headers with their duplicates, and a body by its length', () => {
    const [answer] = readAnswers(Buffer.from(whole));
    expect(answer).toMatchObject({ status: 200, body: 'hi', complete: true });
    expect(answer && headerOf(answer, 'x-a')).toBe('1, 2');
    expect(answer && headerOf(answer, 'x-b')).toBeUndefined();
  });

  it('decodes chunks; a stream without the last one is not complete', () => {
    expect(readAnswers(Buffer.from(stream))).toMatchObject([{ body: 'one tw😀', complete: false }]);
    expect(readAnswers(Buffer.from(`${stream}0\r\n\r\n`))).toMatchObject([{ body: 'one tw😀', complete: true }]);
    expect(readAnswers(Buffer.from(stream).subarray(0, -5))).toMatchObject([{ complete: false }]);
  });

  it('tells answers on one connection apart, informational ones included', () => {
    const bytes = Buffer.from(`HTTP/1.1 100 Continue\r\n\r\n${whole}${stream}0\r\n\r\n${whole.slice(0, -1)}`);
    expect(readAnswers(bytes).map(({ status, complete }) => [status, complete])).toEqual([
      [100, true],
      [200, true],
      [200, true],
      [200, false],
    ]);
  });

  it('takes a body without length as whole once the connection is over', () => {
    const bytes = Buffer.from('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nno');
    expect(readAnswers(bytes)).toMatchObject([{ complete: false }]);
    expect(readAnswers(bytes, true)).toMatchObject([{ body: 'no', complete: true }]);
  });

  it('finds the error of an answer, and none in others', () => {
    const body = '{"error":{"code":"GW_X"}}';
    const [answer] = readAnswers(Buffer.from(`HTTP/1.1 400 No\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
    expect(errorOf(answer)).toMatchObject({ code: 'GW_X' });
    expect(errorOf(readAnswers(Buffer.from(whole))[0])).toBeUndefined();
    expect(errorOf(undefined)).toBeUndefined();
  });
});

describe('a hostile client', () => {
  it('sends a request with its right length', async () => {
    let heard = '';
    const url = await server((socket) =>
      socket.on('data', (data) => {
        heard += data.toString();
        if (heard.endsWith('}')) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const client = await exchanged(url, chatRequest({ a: 'é' }, ['x-b: c']));
    expect(client.answers).toMatchObject([{ status: 200, complete: true }]);
    expect(heard).toMatch(/^POST .*\r\ncontent-type: application\/json\r\ncontent-length: 10\r\nx-b: c\r\n\r\n{"a":"é"}$/s);
  });

  it('sends in pieces that arrive as pieces, and byte by byte', async () => {
    const reads: string[] = [];
    const url = await server((socket) => socket.on('data', (data) => reads.push(data.toString())));
    const client = await hostileClient(url);
    await client.sayCut('abcdef', 2, 4);
    expect(await client.drip('xyz', 5)).toBe(3);
    client.halfClose();
    expect(reads.join('|')).toBe('ab|cd|ef|x|y|z');
  });

  it.each([
    ['fin', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ] as const)('says how the server ended the connection: %s', async (how, end) => {
    const client = await hostileClient(await server((socket) => socket.once('data', () => end(socket))));
    client.say('now');
    await client.ended;
    expect(client.end).toBe(how);
    await expect(client.hears('never')).rejects.toThrow(how);
  });

  it('leaves with a reset, and goes on reading after a FIN of its own', async () => {
    const ends: string[] = [];
    const url = await server((socket) => {
      socket.on('error', ({ code }: NodeJS.ErrnoException) => ends.push(String(code)));
      socket.on('end', () => socket.end('after your end'));
      socket.resume();
    });
    const patient = await hostileClient(url);
    patient.halfClose();
    await patient.hears('after your end');
    const rude = await hostileClient(url);
    rude.say('x');
    await new Promise((resolve) => setImmediate(resolve));
    rude.reset();
    await expect.poll(() => ends).toEqual(['ECONNRESET']);
  });

  it('that stops reading fills the way until the server cannot write', async () => {
    let full = false;
    const url = await server((socket) => {
      full = !socket.write(Buffer.alloc(16 * 1024 * 1024));
    });
    const client = await hostileClient(url);
    client.stopReading();
    await expect.poll(() => full).toBe(true);
    expect(client.receivedLength).toBeLessThan(1024 * 1024);
    client.readOn();
    await client.hearsBytes(16 * 1024 * 1024);
  });
});
