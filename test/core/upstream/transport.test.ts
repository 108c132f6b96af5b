import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Transport, type TransportLimits, type UpstreamConnection, type UpstreamListener } from '../../../core/src/upstream/transport.ts';
import {
  encoded,
  type HostileUpstream,
  head,
  hostileUpstream,
  lastOfChunks,
  streamHead,
  turns,
  wholeAnswer,
} from '../../kit/hostile-upstream.ts';
import { gate } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

function transport(limits: Partial<TransportLimits> = {}): Transport {
  const made = new Transport({ connectMs: 5_000, connections: 64, ...limits });
  onTestFinished(() => made.close());
  return made;
}

/** Notes what it hears; `over` resolves at the end or the failure. */
class NotingListener implements UpstreamListener {
  readonly notes: string[] = [];
  text = '';
  error: { readonly code?: string; readonly message?: string } | undefined = undefined;
  readonly #over = gate();
  readonly #began = gate();

  get over(): Promise<void> {
    return this.#over.opened;
  }

  get began(): Promise<void> {
    return this.#began.opened;
  }

  /** How often it went out. */
  sentTimes = 0;

  sent(): void {
    this.sentTimes += 1;
  }

  head(status: number): void {
    this.notes.push(`head ${status}`);
    this.#began.open();
  }

  data(chunk: Buffer): void {
    this.text += chunk.toString();
  }

  end(): void {
    this.notes.push('end');
    this.#over.open();
  }

  fail(error: unknown): void {
    this.notes.push('fail');
    this.error = error as { code?: string };
    this.#over.open();
  }
}

interface Asked extends UpstreamConnection {
  readonly listener: NotingListener;
}

function ask(by: Transport, url: string, body: Buffer | string = '{"ask":1}', headers = ['x-one', '1']): Asked {
  const listener = new NotingListener();
  const connection = by.open({ origin: url, path: '/v1/chat?x=1', headers, body }, listener);
  return { listener, abort: () => connection.abort(), pause: () => connection.pause(), resume: () => connection.resume() };
}

/** Asks and waits for the end. */
async function asked(by: Transport, upstream: HostileUpstream): Promise<NotingListener> {
  const { listener } = ask(by, upstream.url);
  await listener.over;
  return listener;
}

describe('Transport', () => {
  it.each([
    ['text', '{"ask":"é"}'],
    ['bytes', Buffer.from('{"ask":"é"}')],
  ])(
    'sends a body of %s with its length and the headers it is given, and no others of its own but host and connection',
    async (_kind, body) => {
      const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
      await ask(transport(), upstream.url, body, ['x-one', '1', 'authorization', 'Bearer key']).listener.over;
      const request = await upstream.request(0);
      expect(request.bytes.toString()).toBe(
        `POST /v1/chat?x=1 HTTP/1.1\r\nhost: 127.0.0.1:${upstream.port}\r\nconnection: keep-alive\r\nx-one: 1\r\nauthorization: Bearer key\r\ncontent-length: 12\r\n\r\n{"ask":"é"}`,
      );
      expect(upstream.peers[0]?.received).toEqual(request.bytes);
    },
  );

  it('tells head, bytes and end', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(streamHead + encoded('one ') + encoded('two') + lastOfChunks));
    const listener = await asked(transport(), upstream);
    expect(listener.notes).toEqual(['head 200', 'end']);
    expect(listener.sentTimes).toBe(1);
    expect(listener.text).toBe('one two');
  });

  it('uses a socket again after a whole answer, and one socket for each request under way', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const own = transport();
    for (let time = 0; time < 5; time += 1) {
      await asked(own, upstream);
      await turns(2); // a socket rests for a turn of the loop, lest it be closing
    }
    expect(upstream.peers).toHaveLength(1);
    await Promise.all([asked(own, upstream), asked(own, upstream), asked(own, upstream)]);
    expect(upstream.peers).toHaveLength(3);
  });

  it('opens no more sockets than it may; the others wait their turn', async () => {
    const answering = gate();
    const upstream = await hostileUpstream(async (peer) => {
      await answering.opened;
      peer.say(wholeAnswer('{}'));
    });
    const own = transport({ connections: 2 });
    const all = Array.from({ length: 6 }, () => ask(own, upstream.url));
    await upstream.request(1);
    await turns(20);
    expect(upstream.peers).toHaveLength(2);
    answering.open();
    for (const { listener } of all) await listener.over;
    expect(upstream.requests).toHaveLength(6);
    expect(upstream.peers).toHaveLength(2);
  });

  it('follows no redirect', async () => {
    const elsewhere = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    for (const status of [301, 302, 303, 307, 308]) {
      const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('', { location: `${elsewhere.url}/v1` }, status)));
      expect((await asked(transport(), upstream)).notes).toEqual([`head ${status}`, 'end']);
    }
    expect(elsewhere.peers).toHaveLength(0);
  });

  it('decodes nothing', async () => {
    const upstream = await hostileUpstream(
      (peer) => void peer.say(wholeAnswer('\x1f\x8b not really gzip', { 'content-encoding': 'gzip' })),
    );
    expect((await asked(transport(), upstream)).text).toBe('\x1f\x8b not really gzip');
  });

  it('takes informational heads for no answer', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(head(103, { link: '<x>' }) + head(102) + wholeAnswer('{}')));
    expect((await asked(transport(), upstream)).notes).toEqual(['head 200', 'end']);
  });

  it('fails when nobody listens', async () => {
    const { listener } = ask(transport(), 'http://127.0.0.1:1');
    await listener.over;
    expect(listener.notes).toEqual(['fail']);
    expect(listener.sentTimes).toBe(0);
    expect(listener.error?.code).toBe('ECONNREFUSED');
  });

  it.each<[string, string | undefined, readonly string[]]>([
    ['an end before the head', undefined, ['fail']],
    ['an end in the head', 'HTTP/1.1 200 OK\r\ncontent-', ['fail']],
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', ['fail']],
    ['a head without end', `HTTP/1.1 200 OK\r\nx-endless: ${'x'.repeat(100_000)}`, ['fail']],
    ['ten thousand headers', head(200, { 'x-many': Array.from({ length: 10_000 }, () => 'y') }), ['fail']],
    ['an upgrade that nobody asked for', head(101, { upgrade: 'websocket', connection: 'upgrade' }), ['fail']],
    ['an invitation to go on that nobody waits for', head(100) + wholeAnswer('{}'), ['fail']],
    ['two lengths', head(200, { 'content-length': ['2', '3'] }), ['fail']],
    ['a length and chunks', head(200, { 'content-length': '2', 'transfer-encoding': 'chunked' }), ['fail']],
    ['a line break in a header', 'HTTP/1.1 200 OK\r\nx-a: b\rset-cookie: c\r\n\r\n', ['fail']],
    ['an end before its length', `${head(200, { 'content-length': '10' })}short`, ['head 200', 'fail']],
    ['a chunk without a size', `${streamHead}zz\r\nabc\r\n`, ['head 200', 'fail']],
    ['a chunk larger than it says', `${streamHead}1\r\nabc\r\n`, ['head 200', 'fail']],
    ['an end before the last chunk', streamHead + encoded('one').toString(), ['head 200', 'fail']],
  ])('fails once with %s, and does not use the socket again', async (_what, answer, notes) => {
    const upstream = await hostileUpstream((peer) => {
      if (upstream.requests.length > 1) peer.say(wholeAnswer('{}'));
      else {
        if (answer !== undefined) peer.say(answer);
        peer.finish();
      }
    });
    const own = transport();
    expect((await asked(own, upstream)).notes).toEqual(notes);
    await (await upstream.peer(0)).closed;
    expect((await asked(own, upstream)).notes).toEqual(['head 200', 'end']);
    expect(upstream.peers).toHaveLength(2);
  });

  it('fails when the upstream resets, before its head and after it', async () => {
    const upstream = await hostileUpstream(async (peer) => {
      if (upstream.requests.length === 2) await peer.sayCut(Buffer.concat([Buffer.from(streamHead), encoded('one')]));
      peer.reset();
    });
    const own = transport();
    expect((await asked(own, upstream)).notes).toEqual(['fail']);
    expect((await asked(own, upstream)).notes).toEqual(['head 200', 'fail']);
  });
});

describe('Transport and aborts', () => {
  it.each([
    ['before the head', undefined],
    ['after the head', streamHead],
    ['in the body', streamHead + encoded('one').toString()],
  ])('closes the socket %s; its listener hears nothing more', async (_when, answer) => {
    const upstream = await hostileUpstream((peer) => void peer.say(answer ?? ''));
    const { listener, abort } = ask(transport(), upstream.url);
    await upstream.request(0);
    if (answer !== undefined) await listener.began;
    const before = [...listener.notes];
    abort();
    abort();
    const peer = await upstream.peer(0);
    await peer.closed;
    expect(peer.closeReason).not.toBe('by the script');
    await turns(5);
    expect(listener.notes).toEqual(before);
  });

  it('closes a socket that is still being opened (a TLS handshake that nobody answers)', async () => {
    const upstream = await hostileUpstream(() => {});
    const { listener, abort } = ask(transport(), upstream.url.replace('http', 'https'));
    const peer = await upstream.peer(0);
    await once(peer.socket, 'data'); // the handshake began
    const leftAt = performance.now();
    abort();
    await peer.closed;
    expect(peer.closedAt! - leftAt).toBeLessThan(1_000);
    await turns(5);
    expect(listener.notes).toEqual([]);
  });

  it('sends nothing for a request that is aborted before it has a socket', async () => {
    const answering = gate();
    const upstream = await hostileUpstream(async (peer) => {
      await answering.opened;
      peer.say(wholeAnswer('{}'));
    });
    const own = transport({ connections: 1 });
    const first = ask(own, upstream.url, '"first"');
    await upstream.request(0);
    const second = ask(own, upstream.url, '"second"');
    const third = ask(own, upstream.url, '"third"');
    second.abort();
    answering.open();
    await first.listener.over;
    await third.listener.over;
    expect(upstream.requests.map(({ body }) => body)).toEqual(['"first"', '"third"']);
    expect(second.listener.notes).toEqual([]);
  });

  it('takes the abort of one request for no other, though their sockets are opened together', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const own = transport();
    const all = Array.from({ length: 10 }, () => ask(own, upstream.url));
    for (const [index, { abort }] of all.entries()) if (index % 2 === 0) abort();
    for (const [index, { listener }] of all.entries()) if (index % 2 === 1) await listener.over;
    expect(all.map(({ listener }) => listener.notes.length)).toEqual([0, 2, 0, 2, 0, 2, 0, 2, 0, 2]);
    expect(upstream.requests).toHaveLength(5);
  });

  it('takes an abort after the end for nothing: the socket serves the next request', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const own = transport();
    const first = ask(own, upstream.url);
    await first.listener.over;
    await turns(2);
    const second = ask(own, upstream.url);
    first.abort();
    await second.listener.over;
    expect(second.listener.notes).toEqual(['head 200', 'end']);
    expect(upstream.peers).toHaveLength(1);
  });
});

describe('Transport and slow readers', () => {
  it('stops reading while it is paused: the upstream can send no more', async () => {
    const piece = encoded('x'.repeat(64 * 1024));
    const pieces = 800; // 50 MiB
    const upstream = await hostileUpstream(async (peer) => {
      peer.say(streamHead);
      await peer.pour(piece, pieces);
      peer.say(lastOfChunks);
    });
    const { listener, pause, resume } = ask(transport(), upstream.url);
    await listener.began;
    pause();
    const peer = await upstream.peer(0);
    const taken = await peer.stalled();
    expect(taken).toBeLessThan((pieces * piece.length) / 2);
    expect(listener.text.length).toBeLessThan(1024 * 1024);
    resume();
    await listener.over;
    expect(listener.text.length).toBe(pieces * 64 * 1024);
  });

  it('can be paused before there is a socket', async () => {
    const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const { listener, pause, resume } = ask(transport(), upstream.url);
    pause();
    resume();
    await listener.over;
    expect(listener.notes).toEqual(['head 200', 'end']);
  });
});

describe('Transport and its end', () => {
  it('closes idle sockets at once, others when their answer is whole', async () => {
    const answering = gate();
    const upstream = await hostileUpstream(async (peer) => {
      if (upstream.requests.length === 2) await answering.opened;
      peer.say(wholeAnswer('{}'));
    });
    const own = new Transport({ connectMs: 5_000, connections: 64 });
    const [idle, busy] = [ask(own, upstream.url), ask(own, upstream.url)];
    await upstream.request(1);
    await idle.listener.over;
    const closing = own.close();
    await Promise.race([upstream.peers[0]?.closed, upstream.peers[1]?.closed]);
    expect(upstream.open).toBe(1);
    answering.open();
    await closing;
    await busy.listener.over;
    expect(busy.listener.notes).toEqual(['head 200', 'end']);
    await Promise.all(upstream.peers.map(({ closed }) => closed));
  });

  it('gives up a connection that does not come about, at its limit', async () => {
    const upstream = await hostileUpstream(() => {});
    const { listener } = ask(transport({ connectMs: 100 }), upstream.url.replace('http', 'https'));
    await listener.over;
    expect(listener.notes).toEqual(['fail']);
    expect(listener.error?.code).toBe('UND_ERR_CONNECT_TIMEOUT');
    await (await upstream.peer(0)).closed;
  });
});

describe('Transport and more requests than sockets', () => {
  it('sends the next when one is over; a request that is given up leaves the line at once and is never sent', async () => {
    const up = await hostileUpstream((peer, { head: line }) => void (line.startsWith('POST /last ') && peer.say(wholeAnswer('{}'))));
    const one = transport({ connections: 1 });
    const open = (name: string) => {
      const listener = new NotingListener();
      const connection = one.open({ origin: up.url, path: `/${name}`, headers: [], body: name }, listener);
      return { listener, connection };
    };
    const first = open('first');
    const givenUp = open('given-up');
    const last = open('last');
    expect((await up.request(0)).head).toContain('POST /first ');
    givenUp.connection.abort();
    first.connection.abort();
    await last.listener.over;
    expect(last.listener.notes).toEqual(['head 200', 'end']);
    expect((await up.request(1)).head).toContain('POST /last ');
    expect([first.listener.notes, givenUp.listener.notes]).toEqual([[], []]);
  });
});
