import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { Exchange } from '../../../core/src/exchange.ts';
import { CarriedBody } from '../../../core/src/handoff/carried-body.ts';
import { deliverCarried } from '../../../core/src/handoff/delivery.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Outbound } from '../../../core/src/inbound.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

interface Delivered {
  readonly source: PassThrough;
  readonly exchange: Exchange;
  readonly clock: ManualClock;
  readonly notes: string[];
  readonly over: Promise<void>;
  /** What `write` says: whether the client keeps up. */
  open: boolean;
  drain(): void;
}

function delivering(contentType = 'image/png', length: number | 'unknown' = 4): Delivered {
  const clock = manualClock();
  const exchange = new Exchange(
    { clock, logger: recordingLogger(), router: new Router([], {}) },
    new InProcessInbound('GET', '/raw', {}, Buffer.alloc(0)),
    openaiChat,
  );
  const source = new PassThrough();
  const body = new CarriedBody(source, contentType, length === 'unknown' ? undefined : length, { piece: () => {}, over: () => {} });
  const response: GatewayResponse = { status: 206, headers: { 'x-a': 'b', 'content-length': '999' }, source: 'upstream', body };
  const notes: string[] = [];
  let drained = (): void => {};
  let started = false;
  const delivered = { open: true };
  const outbound: Outbound = {
    get started() {
      return started;
    },
    queued: false,
    waiting: false,
    closed: Promise.resolve(true),
    send: () => void notes.push('send'),
    start(status, headers) {
      started = true;
      notes.push(`start ${status} ${headers.filter((_, at) => at % 2 === 0).join(' ')}`);
    },
    write(bytes) {
      notes.push(`write ${bytes}`);
      return delivered.open;
    },
    onDrain(listener) {
      drained = listener;
    },
    end: () => void notes.push('end'),
    cut: () => void notes.push('cut'),
  };
  const over = deliverCarried(exchange, outbound, response, body, 100);
  return Object.assign(delivered, { source, exchange, clock, notes, over, drain: () => drained() });
}

const soon = () => new Promise((go) => setTimeout(go, 5));

describe('delivery of what is carried', () => {
  it('sends the head with the first byte, and counts what it sends', async () => {
    const { source, notes, over, exchange } = delivering();
    await soon();
    expect(notes).toEqual([]);
    source.write('he');
    await soon();
    source.end('llo');
    await over;
    expect(notes).toEqual(['start 206 content-type x-request-id content-length x-a', 'write he', 'write llo', 'end']);
    expect([exchange.bytesOut, exchange.statusSent]).toEqual([5, 206]);
  });

  it('asks nobody to hold back events, and everybody else nothing', async () => {
    const events = delivering('text/event-stream; charset=utf-8', 'unknown');
    events.source.end('x');
    await events.over;
    expect(events.notes[0]).toBe('start 206 content-type x-request-id x-a cache-control x-accel-buffering');
    const binary = delivering('application/octet-stream', 'unknown');
    binary.source.end('x');
    await binary.over;
    expect(binary.notes[0]).toBe('start 206 content-type x-request-id x-a');
  });

  it('an empty answer has a head and an end', async () => {
    const { source, notes, over } = delivering();
    source.end();
    await over;
    expect(notes.map((note) => note.split(' ', 1)[0])).toEqual(['start', 'end']);
  });

  it('that breaks before its first byte can be answered otherwise', async () => {
    const { source, notes, over } = delivering();
    source.destroy();
    await expect(over).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
    expect(notes).toEqual([]);
  });

  it('that breaks later is cut', async () => {
    const { source, notes, over, exchange } = delivering();
    source.write('he');
    await soon();
    source.destroy(new Error('reset'));
    await over;
    expect(notes.at(-1)).toBe('cut');
    expect(exchange.error?.code).toBe('GW_UPSTREAM_TRUNCATED');
  });

  it('waits for a client that is behind, but not for ever', async () => {
    const one = delivering();
    one.open = false;
    one.source.write('a');
    await soon();
    one.source.write('b');
    await soon();
    expect(one.notes.slice(1)).toEqual(['write a']);
    one.open = true;
    one.drain();
    await soon();
    expect(one.notes.slice(1)).toEqual(['write a', 'write b']);
    one.open = false;
    one.source.write('c');
    await soon();
    one.clock.advance(100);
    expect(one.exchange.aborted?.code).toBe('GW_CLIENT_STALLED');
    expect(one.notes.at(-1)).toBe('cut');
    one.source.destroy();
    await one.over;
    expect(one.clock.armed).toBe(0);
  });

  it('stops with its client', async () => {
    const { source, notes, over, exchange } = delivering();
    source.write('he');
    await soon();
    exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    source.end('llo');
    await over;
    expect(notes.slice(1)).toEqual(['write he']);
  });
});
