import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventOutbound } from '../../../core/src/sockets/event-outbound.ts';
import { ScriptedSocket } from './scripted-socket.ts';

function made(maxEventBytes = 10_000) {
  const socket = new ScriptedSocket();
  const outbound = new EventOutbound({ socket, maxEventBytes, message: (json) => json, whole: (status, body) => `${status} ${body}` });
  return { socket, outbound };
}

describe('EventOutbound', () => {
  it('is whole only once its client has taken everything', async () => {
    const { socket, outbound } = made();
    outbound.start();
    outbound.write(Buffer.from('data: {}\n\n'));
    socket.waiting = true;
    outbound.end();
    let closed: boolean | undefined;
    void outbound.closed.then((complete) => {
      closed = complete;
    });
    outbound.drained(); // something else still waits
    await Promise.resolve();
    expect(closed).toBeUndefined();
    socket.waiting = false;
    outbound.drained();
    expect(await outbound.closed).toBe(true);
  });

  it('is not whole where its connection ends', async () => {
    const { socket, outbound } = made();
    outbound.start();
    socket.waiting = true;
    outbound.gone();
    expect(await outbound.closed).toBe(false);
    expect(outbound.waiting).toBe(false);
    outbound.write(Buffer.from('data: {}\n\n'));
    outbound.send(500, [], Buffer.from('{}'));
    outbound.cut(Buffer.alloc(0));
    expect(socket.sent).toEqual([]);
    expect(socket.terminated).toBe(false);
  });

  it('is cut by last words where there are some, and by the connection where there are none', async () => {
    const spoken = made();
    spoken.outbound.cut(Buffer.from('data: {"type":"error"}\n\n'));
    expect(spoken.socket.sent).toEqual(['{"type":"error"}']);
    expect(spoken.socket.terminated).toBe(false);
    const mute = made();
    mute.outbound.cut(Buffer.alloc(0));
    expect(mute.socket.terminated).toBe(true);
    expect(await Promise.all([spoken.outbound.closed, mute.outbound.closed])).toEqual([false, false]);
  });

  it('tells an error that comes instead of an answer', async () => {
    const { socket, outbound } = made();
    expect(outbound.started).toBe(false);
    outbound.send(400, [], Buffer.from('{}'));
    outbound.send(500, [], Buffer.from('{}'));
    expect(socket.sent).toEqual(['400 {}']);
    expect(await outbound.closed).toBe(true);
  });

  it('leaves out what is no event: comments, and the end of OpenAI’s streams', () => {
    const { socket, outbound } = made();
    outbound.write(Buffer.from(': heartbeat\n\ndata: {"a":1}\n\ndata: [DONE]\n\n'));
    expect(socket.sent).toEqual(['{"a":1}']);
  });

  it('says when its client is slower, and when it has caught up', () => {
    const { socket, outbound } = made();
    let drains = 0;
    outbound.onDrain(() => {
      drains += 1;
    });
    expect(outbound.write(Buffer.from('data: 1\n\n'))).toBe(true);
    socket.slow = true;
    expect(outbound.write(Buffer.from('data: 2\n\ndata: 3\n\n'))).toBe(false);
    outbound.drained();
    expect(drains).toBe(1);
  });

  it('makes each event one message, wherever the bytes are cut', () => {
    const events = fc.array(
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify({ text })),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 40 }), (texts, size) => {
        const { socket, outbound } = made();
        const bytes = Buffer.from(texts.map((text) => `data: ${text}\n\n`).join(''));
        for (let at = 0; at < bytes.length; at += size) outbound.write(bytes.subarray(at, at + size));
        expect(socket.sent).toEqual(texts);
      }),
    );
  });
});
