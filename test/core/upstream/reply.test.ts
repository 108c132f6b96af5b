import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../core/src/errors.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import type { TimeLimits } from '../../../core/src/upstream/deadline.ts';
import { type ByteSink, Reply } from '../../../core/src/upstream/reply.ts';
import type { Transport, UpstreamConnection, UpstreamListener, UpstreamRequest } from '../../../core/src/upstream/transport.ts';
import { manualClock } from '../harness/manual-clock.ts';

/** A transport whose one connection the test speaks through. Resumed, it hands over at once what it held, as undici does. */
class ManualTransport implements UpstreamConnection {
  listener: UpstreamListener | undefined = undefined;
  aborted = 0;
  paused = false;
  held: string[] = [];

  open(_request: UpstreamRequest, listener: UpstreamListener): UpstreamConnection {
    this.listener = listener;
    return this;
  }

  say(...pieces: readonly string[]): void {
    this.held.push(...pieces);
    this.#flush();
  }

  abort(): void {
    this.aborted += 1;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#flush();
  }

  #flush(): void {
    while (!this.paused && this.held.length > 0) this.listener?.data(Buffer.from(this.held.shift() as string));
  }
}

const limits: TimeLimits = { firstByteMs: 100, idleMs: 50, totalMs: 1_000 };

function reply(streaming = true) {
  const transport = new ManualTransport();
  const clock = manualClock();
  let overs = 0;
  const request = { origin: 'http://127.0.0.1:9', path: '/', headers: [], body: '' };
  const made = new Reply(transport as unknown as Transport, request, limits, streaming, clock, () => {
    overs += 1;
  });
  const listener = transport.listener as UpstreamListener;
  return { reply: made, transport, clock, listener, overs: () => overs };
}

/** Notes what it is handed. */
class NotingSink implements ByteSink {
  readonly notes: string[] = [];

  data(chunk: Buffer): void {
    this.notes.push(chunk.toString());
  }

  end(): void {
    this.notes.push('end');
  }

  fail(error: GatewayError): void {
    this.notes.push(error.code);
  }
}

describe('Reply', () => {
  it('resolves with its head', async () => {
    const one = reply();
    one.listener.head(200, { 'content-type': 'text/plain' });
    const received = await one.reply.received;
    expect(received).toBe(one.reply);
    expect(received).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' }, over: false });
  });

  it('keeps what comes before anybody listens, and hands it over in order', () => {
    const one = reply();
    one.listener.head(200, {});
    one.transport.say('a', 'b');
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.transport.say('c');
    one.listener.end();
    expect(sink.notes).toEqual(['a', 'b', 'c', 'end']);
    expect(one.reply.over).toBe(true);
  });

  it('hands over an answer that was over before anybody listened', () => {
    const one = reply();
    one.listener.head(200, {});
    one.transport.say('a');
    one.listener.end();
    const sink = new NotingSink();
    one.reply.attach(sink);
    expect(sink.notes).toEqual(['a', 'end']);
  });

  it('keeps no more than 64 KiB that nobody takes: then the upstream waits, and nothing is lost or out of order', () => {
    const one = reply();
    one.listener.head(200, {});
    const pieces = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(8 * 1024, '.'));
    one.transport.say(...pieces);
    expect(one.transport.paused).toBe(true);
    expect(one.transport.held.length).toBeGreaterThan(pieces.length - 10);
    const sink = new NotingSink();
    one.reply.attach(sink);
    expect(sink.notes).toEqual(pieces);
    expect(one.transport.paused).toBe(false);
  });

  it('stays paused when who takes it over is behind at once', () => {
    const one = reply();
    one.listener.head(200, {});
    one.transport.say(...Array.from({ length: 20 }, () => '.'.repeat(8 * 1024)));
    const sink = new NotingSink();
    sink.data = (chunk) => {
      sink.notes.push(chunk.toString());
      one.reply.pause();
    };
    one.reply.attach(sink);
    const taken = sink.notes.length;
    expect(one.transport.paused).toBe(true);
    one.reply.resume();
    expect(sink.notes.length).toBe(taken + 1);
  });

  it.each([
    ['HPE_INVALID_CONSTANT', 'GW_UPSTREAM_BAD_RESPONSE'],
    ['UND_ERR_HEADERS_OVERFLOW', 'GW_UPSTREAM_BAD_RESPONSE'],
    ['ECONNREFUSED', 'GW_UPSTREAM_UNREACHABLE'],
    ['ECONNRESET', 'GW_UPSTREAM_UNREACHABLE'],
    ['UND_ERR_CONNECT_TIMEOUT', 'GW_UPSTREAM_UNREACHABLE'],
    ['UND_ERR_SOCKET', 'GW_UPSTREAM_UNREACHABLE'],
    ['CERT_HAS_EXPIRED', 'GW_UPSTREAM_UNREACHABLE'],
    [undefined, 'GW_UPSTREAM_UNREACHABLE'],
  ])('calls a failure with %s before the head %s', async (code, told) => {
    const one = reply();
    const cause = Object.assign(new Error('broken'), { code });
    one.listener.fail(cause);
    await expect(one.reply.received).rejects.toMatchObject({ code: told, cause });
    expect(one.overs()).toBe(1);
    expect(one.clock.armed).toBe(0);
  });

  it('calls every failure after the head a truncated answer', () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.listener.head(200, {});
    one.transport.say('half');
    one.listener.fail(Object.assign(new Error('broken'), { code: 'HPE_INVALID_CHUNK_SIZE' }));
    expect(sink.notes).toEqual(['half', 'GW_UPSTREAM_TRUNCATED']);
  });

  it('tells who listens later that it failed', () => {
    const one = reply();
    one.listener.head(200, {});
    one.transport.say('half');
    one.listener.fail(new Error('broken'));
    const sink = new NotingSink();
    one.reply.attach(sink);
    expect(sink.notes).toEqual(['half', 'GW_UPSTREAM_TRUNCATED']);
  });

  it('closes its socket, its timer and everybody who waits when it is aborted, once', async () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    const gone = gatewayError('GW_CLIENT_CLOSED');
    one.reply.abort(gone);
    one.reply.abort(gatewayError('GW_UPSTREAM_TIMEOUT'));
    await expect(one.reply.received).rejects.toBe(gone);
    expect(sink.notes).toEqual(['GW_CLIENT_CLOSED']);
    expect(one.transport.aborted).toBe(1);
    expect(one.overs()).toBe(1);
    expect(one.clock.armed).toBe(0);
  });

  it('takes an abort after its end for nothing: the socket may serve another request by then', () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.listener.head(200, {});
    one.listener.end();
    one.reply.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(one.transport.aborted).toBe(0);
    expect(sink.notes).toEqual(['end']);
    expect(one.overs()).toBe(1);
    expect(one.clock.armed).toBe(0);
  });
});

describe('Reply and time', () => {
  it('gives up a stream that does not begin', async () => {
    const one = reply();
    one.clock.advance(100);
    await expect(one.reply.received).rejects.toMatchObject({
      code: 'GW_UPSTREAM_TIMEOUT',
      message: expect.stringContaining('did not begin its answer within 100 ms'),
    });
    expect(one.transport.aborted).toBe(1);
  });

  it('gives up an answer that stops, with what came so far handed over', () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.listener.head(200, {});
    one.clock.advance(99);
    one.transport.say('a');
    one.clock.advance(49);
    one.transport.say('b');
    one.clock.advance(50);
    expect(sink.notes).toEqual(['a', 'b', 'GW_UPSTREAM_TIMEOUT']);
    expect(one.transport.aborted).toBe(1);
  });

  it('gives up an answer that never ends', () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.listener.head(200, {});
    for (let said = 0; said < 40; said += 1) {
      one.clock.advance(30);
      if (one.transport.aborted === 0) one.transport.say('.');
    }
    expect(sink.notes.at(-1)).toBe('GW_UPSTREAM_TIMEOUT');
    expect(sink.notes).toHaveLength(34); // 33 bytes in 990 ms
  });

  it('waits for a reader that is behind: the silence is not the upstream’s', () => {
    const one = reply();
    const sink = new NotingSink();
    one.reply.attach(sink);
    one.listener.head(200, {});
    one.transport.say('a');
    one.reply.pause();
    one.clock.advance(500);
    expect(one.transport.aborted).toBe(0);
    one.reply.resume();
    one.clock.advance(50);
    expect(sink.notes).toEqual(['a', 'GW_UPSTREAM_TIMEOUT']);
  });
});

describe('Reply.collect', () => {
  it.each([[[]], [['whole']], [['in ', 'three ', 'parts']]])('joins the body of %j', async (pieces) => {
    const one = reply(false);
    one.listener.head(200, {});
    const collected = one.reply.collect(100);
    one.transport.say(...pieces);
    one.listener.end();
    expect((await collected).toString()).toBe(pieces.join(''));
  });

  it('takes a body of just the limit', async () => {
    const one = reply(false);
    one.listener.head(200, {});
    const collected = one.reply.collect(10);
    one.transport.say('0123456789');
    one.listener.end();
    expect((await collected).toString()).toBe('0123456789');
  });

  it('closes the socket at the first byte beyond the limit', async () => {
    const one = reply(false);
    one.listener.head(200, {});
    const collected = one.reply.collect(10);
    one.transport.say('0123456789', 'x');
    await expect(collected).rejects.toMatchObject({
      code: 'GW_UPSTREAM_TOO_LARGE',
      message: expect.stringContaining('larger than 10 bytes'),
    });
    expect(one.transport.aborted).toBe(1);
  });

  it('knows a body that came whole before it was asked for to be too large', async () => {
    const one = reply(false);
    one.listener.head(200, {});
    one.transport.say('0123456789', 'x');
    one.listener.end();
    await expect(one.reply.collect(10)).rejects.toMatchObject({ code: 'GW_UPSTREAM_TOO_LARGE' });
  });

  it('fails with an answer that breaks off: half an answer is none', async () => {
    const one = reply(false);
    one.listener.head(200, {});
    const collected = one.reply.collect(100);
    one.transport.say('{"half":');
    one.listener.fail(new Error('other side closed'));
    await expect(collected).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });
});
