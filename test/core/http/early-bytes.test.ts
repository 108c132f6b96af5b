import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EarlyBytes } from '../../../core/src/http/early-bytes.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the bytes of a connection that nobody has taken yet', () => {
  it('are given over whole, what came with the handshake first, and nothing is read afterwards', async () => {
    const socket = new PassThrough();
    const early = new EarlyBytes(socket, Buffer.from('head '));
    socket.write('one ');
    socket.write('two');
    await settled();
    expect(early.take().toString()).toBe('head one two');
    socket.write('later');
    await settled();
    expect(socket.read()?.toString()).toBe('later');
    expect(socket.destroyed).toBe(false);
  });

  it('are a reason to go when they end, or are too many', async () => {
    const left = new PassThrough();
    new EarlyBytes(left, Buffer.alloc(0));
    left.end();
    await settled();
    expect(left.destroyed).toBe(true);

    const full = new PassThrough();
    new EarlyBytes(full, Buffer.alloc(0));
    full.write(Buffer.alloc(64 * 1024));
    await settled();
    expect(full.destroyed).toBe(false);
    full.write('x');
    await settled();
    expect(full.destroyed).toBe(true);
  });
});
