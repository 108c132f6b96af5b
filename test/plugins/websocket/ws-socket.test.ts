import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { WsSocket } from '../../../plugins/websocket/src/ws-socket.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

/** As much of a WebSocket of `ws` as is used. */
class Scripted extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly calls: string[] = [];
  readonly sent: (() => void)[] = [];
  send(text: string, sent: () => void): void {
    this.calls.push(`send ${text}`);
    this.sent.push(sent);
  }
  pause = (): void => void this.calls.push('pause');
  resume = (): void => void this.calls.push('resume');
  ping = (): void => void this.calls.push('ping');
  close = (code: number): void => void this.calls.push(`close ${code}`);
  terminate = (): void => void this.calls.push('terminate');
}

function made() {
  const clock = manualClock();
  const raw = new Scripted();
  const socket = new WsSocket(raw as unknown as WebSocket, { clock, pingMs: 100 });
  const heard: string[] = [];
  const listener = {
    text: (text: string) => void heard.push(`text ${text}`),
    binary: () => void heard.push('binary'),
    drained: () => void heard.push('drained'),
    closed: () => void heard.push('closed'),
  };
  return { clock, raw, socket, heard, listener };
}

describe('a peer that is gone', () => {
  it('is cut off where it did not answer the last ping until the next', () => {
    const { clock, raw } = made();
    clock.advance(99);
    expect(raw.calls).toEqual(['pause']);
    clock.advance(1);
    clock.advance(99);
    expect(raw.calls).toEqual(['pause', 'ping']);
    clock.advance(1);
    expect(raw.calls).toEqual(['pause', 'ping', 'terminate']);
  });

  it('is not one that answers', () => {
    const { clock, raw } = made();
    for (let n = 0; n < 3; n += 1) {
      clock.advance(100);
      raw.emit('pong');
    }
    expect(raw.calls).toEqual(['pause', 'ping', 'ping', 'ping']);
  });

  it('ends the pings', () => {
    const { clock, raw } = made();
    raw.emit('close');
    expect(clock.armed).toBe(0);
  });

  it('is sent nothing, and is not waited for', () => {
    const { raw, socket } = made();
    raw.readyState = 2;
    raw.bufferedAmount = 100_000;
    expect(socket.send('a')).toBe(true);
    expect(socket.waiting).toBe(false);
    expect(raw.sent).toEqual([]);
  });

  it('does not end the process by an error', () => {
    expect(() => made().raw.emit('error', new Error('reset'))).not.toThrow();
  });
});

describe('what came before somebody listened', () => {
  it('is handed over first, in its order', () => {
    const { raw, socket, heard, listener } = made();
    raw.emit('message', Buffer.from('é'), false);
    raw.emit('message', Buffer.from('b'), true);
    raw.emit('close');
    socket.listen(listener);
    expect(heard).toEqual(['text é', 'binary', 'closed']);
    expect(raw.calls).toEqual(['pause', 'resume']);
  });
});

describe('a slower peer', () => {
  it('is one for which 64 KiB wait; it has caught up once nothing does', () => {
    const { raw, socket, heard, listener } = made();
    socket.listen(listener);
    raw.bufferedAmount = 64 * 1024 - 1;
    expect(socket.send('a')).toBe(true);
    raw.bufferedAmount = 64 * 1024;
    expect(socket.send('b')).toBe(false);
    expect(socket.waiting).toBe(true);
    raw.sent[0]?.();
    expect(heard).toEqual([]);
    raw.bufferedAmount = 0;
    raw.sent[1]?.();
    expect(heard).toEqual(['drained']);
    expect(socket.waiting).toBe(false);
  });
});

it('reads on while it closes, or the answer of its peer would not come', () => {
  const { raw, socket } = made();
  socket.pause();
  socket.close(1000, '');
  expect(raw.calls.slice(-2)).toEqual(['resume', 'close 1000']);
});

it('takes texts in whatever form they come', () => {
  const { raw, socket, heard, listener } = made();
  socket.listen(listener);
  raw.emit('message', [Buffer.from([0xc3]), Buffer.from([0xa9])], false);
  raw.emit('message', new TextEncoder().encode('x').buffer, false);
  expect(heard).toEqual(['text é', 'text x']);
});
