import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import { FrameSplitter } from '../../core/src/dialects/sse.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import { maskDigits } from '../contract/src/samples/mask-digits.ts';
import { chunk, doneFrame, lastChunk, type Running, running } from '../core/harness/loopback.ts';
import { manualClock } from '../core/harness/manual-clock.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { growth } from '../core/json/growth.ts';
import { chatRequest, errorOf, type HostileClient, hostileClient, question } from '../kit/hostile-client.ts';
import {
  encoded,
  type HostileUpstream,
  head,
  hostileUpstream,
  lastOfChunks,
  type Peer,
  type RawRequest,
  type Script,
  streamHead,
  turns,
  wholeAnswer,
} from '../kit/hostile-upstream.ts';

leavesNothing();

const mebibyte = 1024 * 1024;

const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** Bytes that buffers hold once what nobody holds is thrown away. */
async function heldByBuffers(): Promise<number> {
  for (let time = 0; time < 3; time += 1) {
    collectGarbage();
    await turns(2); // what was found is freed beside
  }
  return process.memoryUsage().arrayBuffers;
}

/** Reads the events and writes each anew: the least that gives up raw pass-through. */
const wrapping = definePlugin({
  name: 'wrapping',
  create: () => ({
    afterResponse({ response }) {
      if (response.body.kind !== 'stream') return undefined;
      const { events } = response.body;
      const wrapped = (async function* () {
        for await (const event of events) yield event;
      })();
      return { ...response, body: { kind: 'stream', events: wrapped } };
    },
  }),
});

interface Streaming extends Running {
  readonly upstream: HostileUpstream;
  readonly settlements: readonly Settlement[];
  /** Resolves when so many exchanges are settled. */
  settled(count: number): Promise<readonly Settlement[]>;
  /** A client that asked for a stream, reading or not. */
  client(options?: { readonly reads?: boolean; readonly body?: object }): Promise<HostileClient>;
}

/** A gateway in front of an upstream that does as the script says; every settlement is noted. */
async function streaming(script: Script, config: Partial<GatewayConfig> = {}): Promise<Streaming> {
  const upstream = await hostileUpstream(script);
  const settlements: Settlement[] = [];
  const waiting = new Set<() => void>();
  const noting = definePlugin({
    name: 'noting',
    create: () => ({
      onRequest: (context) =>
        context.onSettled((settlement) => {
          settlements.push(settlement);
          for (const wake of waiting) wake();
        }),
    }),
  });
  const one = await running(upstream.url, { ...config, plugins: [noting(), ...(config.plugins ?? [])] });
  return {
    ...one,
    upstream,
    settlements,
    async settled(count) {
      while (settlements.length < count)
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      return settlements;
    },
    async client({ reads = true, body = {} } = {}) {
      const client = await hostileClient(one.url);
      if (!reads) client.stopReading();
      client.say(chatRequest(question({ stream: true, ...body })));
      return client;
    },
  };
}

/** A stream as large as one likes: events of 16 KiB. */
const largeEvent = chunk('x'.repeat(16 * 1024));
const largePiece = encoded(largeEvent);

/** Offers a stream of about so many bytes, as fast as it is taken. */
function offering(bytes: number): Script {
  return async (peer) => {
    peer.say(streamHead);
    await peer.pour(largePiece, Math.ceil(bytes / largePiece.length));
    peer.say(encoded(lastChunk + doneFrame));
    peer.say(lastOfChunks);
  };
}

const ways: readonly (readonly [way: string, plugins: GatewayPlugin[]])[] = [
  ['raw', []],
  ['wrapped', [wrapping()]],
  ['edited by a plugin', [maskDigits()]],
];

describe('STREAM-1: a client that does not read', () => {
  const offered = 200 * mebibyte;
  const clients = 8;

  it.each(ways)('STREAM-1: holds its upstream back, costs little memory, and is dropped at the stall limit (%s)', async (_way, plugins) => {
    const clock = manualClock();
    const one = await streaming(offering(offered), { plugins, services: [provide(Clock, clock)], timeouts: { heartbeatMs: 600_000 } });
    const first = await one.client(); // so that everything is loaded
    await first.hearsBytes(mebibyte);
    first.destroy();
    await one.settled(1);
    const before = await heldByBuffers();
    const residentBefore = process.memoryUsage().rss;
    for (let index = 0; index < clients; index += 1) await one.client({ reads: false });
    await one.upstream.request(clients);
    const peers = one.upstream.peers.slice(1);
    const taken = await Promise.all(peers.map((peer) => peer.stalled(400)));
    // What the kernels hold between three sockets is not the gateway's; all else is counted here.
    for (const bytes of taken) expect(bytes).toBeLessThan(offered / 4);
    expect((await heldByBuffers()) - before).toBeLessThan(clients * 2 * mebibyte);
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(offered); // of eight times as much

    clock.advance(29_999);
    await turns(5);
    expect(one.upstream.open).toBe(clients);
    clock.advance(1);
    await Promise.all(peers.map(({ closed }) => closed));
    const settlements = (await one.settled(clients + 1)).slice(1);
    for (const settlement of settlements) expect(settlement).toMatchObject({ outcome: 'aborted', error: 'GW_CLIENT_STALLED', status: 200 });
    for (const { attempts } of settlements) expect(attempts).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('STREAM-1: does not slow down a client that reads', async () => {
    const one = await streaming(async (peer, request) => {
      if (request.body.includes('"user":"reader"'))
        peer.say(streamHead + encoded(chunk('a') + lastChunk + doneFrame).toString() + lastOfChunks);
      else await offering(offered)(peer, request);
    });
    for (let index = 0; index < clients; index += 1) await one.client({ reads: false });
    await one.upstream.request(clients - 1);
    await Promise.all(one.upstream.peers.map((peer) => peer.stalled()));
    for (let time = 0; time < 20; time += 1)
      expect((await one.chat({ stream: true, user: 'reader' })).text).toBe(chunk('a') + lastChunk + doneFrame);
  });

  it.each(ways)('STREAM-1: is kept as long as it reads now and then (%s)', async (_way, plugins) => {
    const clock = manualClock();
    const one = await streaming(offering(offered), {
      plugins,
      services: [provide(Clock, clock)],
      timeouts: { heartbeatMs: 3_600_000, totalMs: 3_600_000 },
    });
    const client = await one.client({ reads: false });
    const peer = await one.upstream.peer(0);
    await one.upstream.request(0);
    let taken = await peer.stalled();
    for (let time = 0; time < 3; time += 1) {
      clock.advance(25_000);
      client.readOn();
      await client.hearsBytes(client.receivedLength + 8 * mebibyte);
      client.stopReading();
      const now = await peer.stalled();
      expect(now).toBeGreaterThan(taken);
      taken = now;
    }
    expect(one.upstream.open).toBe(1);
    clock.advance(30_000);
    await peer.closed;
  });

  it.each([
    ['a whole answer', false],
    ['the end of a stream', true],
  ])('STREAM-1: is dropped too when all that is left is for it to take (%s)', async (_what, stream) => {
    const size = 20 * mebibyte;
    const clock = manualClock();
    const one = await streaming(
      async (peer, request) =>
        stream ? offering(size)(peer, request) : void peer.say(wholeAnswer(JSON.stringify({ id: 'x'.repeat(size) }))),
      { services: [provide(Clock, clock)], timeouts: { heartbeatMs: 600_000 } },
    );
    const client = await one.client({ reads: false, body: { stream } });
    const peer = await one.upstream.peer(0);
    await one.upstream.request(0);
    await peer.stalled(400);
    clock.advance(29_000);
    await turns(5);
    expect(client.end).toBeUndefined();
    expect(one.settlements).toEqual([]);
    clock.advance(31_000);
    expect(await one.settled(1)).toMatchObject([{ outcome: 'aborted', error: 'GW_CLIENT_STALLED' }]);
  });

  it.each(ways)('STREAM-1: that reads slowly gets everything, in order (%s)', async (_way, plugins) => {
    const pieces = 400;
    const events = Array.from({ length: pieces }, (_, index) => chunk(`${String.fromCharCode(97 + (index % 26))}`.repeat(20_000)));
    const one = await streaming(
      async (peer) => {
        peer.say(streamHead);
        for (const event of events) if (!peer.say(encoded(event))) await peer.drained();
        peer.say(encoded(lastChunk + doneFrame).toString() + lastOfChunks);
      },
      { plugins },
    );
    const client = await one.client();
    for (let time = 0; time < 60; time += 1) {
      client.stopReading();
      await turns(20);
      client.readOn();
      await turns(1 + (time % 3));
    }
    const answer = await client.answer();
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(answer.complete).toBe(true);
    expect(digest(answer.body)).toBe(digest(events.join('') + lastChunk + doneFrame));
  });
});

describe('STREAM-2: a client that leaves while the gateway waits for it', () => {
  // The table asks for ten thousand; each costs some megabytes of kernel buffers here, so some hundreds.
  const rounds = 2;
  const atOnce = 30;

  it.each(ways)('STREAM-2: is noticed, and nothing stays behind (%s)', async (_way, plugins) => {
    const one = await streaming(offering(100 * mebibyte), { plugins });
    const unwound: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const clients = await Promise.all(Array.from({ length: atOnce }, () => one.client({ reads: false })));
      await one.upstream.request(round * atOnce - 1);
      const peers = one.upstream.peers.slice(-atOnce);
      await Promise.all(peers.map((peer) => peer.stalled()));
      const leftAt = performance.now();
      for (const [index, client] of clients.entries()) {
        if (index % 2 === 0) client.destroy();
        else client.reset();
      }
      await Promise.all(peers.map(({ closed }) => closed));
      unwound.push(...peers.map(({ closedAt }) => (closedAt as number) - leftAt));
      await one.settled(round * atOnce);
    }
    expect(one.settlements).toHaveLength(rounds * atOnce);
    for (const settlement of one.settlements) expect(settlement).toMatchObject({ outcome: 'aborted', error: 'GW_CLIENT_CLOSED' });
    // Thirty at once share the machine with other tests; alone it is a few milliseconds.
    expect(Math.max(...unwound)).toBeLessThan(1_000);
    expect(one.upstream.open).toBe(0);
    const closing = performance.now();
    await one.gateway.close(); // waits for every exchange under way: there is none
    expect(performance.now() - closing).toBeLessThan(1_000);
  });
});

describe('STREAM-3: an upstream whose event does not end', () => {
  const limit = 4 * mebibyte;

  const endless: readonly (readonly [what: string, piece: Buffer])[] = [
    ['no line end', Buffer.alloc(64 * 1024, 'x')],
    ['no blank line', Buffer.from('data: line\n'.repeat(5_000))],
    ['comments only, without blank line', Buffer.from(':\n'.repeat(20_000))],
    ['line ends of all kinds, none of them blank', Buffer.from('data: a\r\ndata: b\rdata: c\n'.repeat(2_000))],
  ];

  it.each(endless)('STREAM-3: is given up at the limit of an event: %s', async (_what, piece) => {
    const one = await streaming(async (peer) => {
      peer.say(streamHead);
      await peer.pour(encoded(piece), (256 * mebibyte) / piece.length);
    });
    const before = await heldByBuffers();
    const answer = await one.chat({ stream: true });
    expect(answer).toMatchObject({ status: 502, json: { error: { code: 'GW_UPSTREAM_TOO_LARGE' } } });
    const peer = await one.upstream.peer(0);
    await peer.closed;
    expect(peer.accepted).toBeLessThan(8 * limit); // kernel buffers included
    expect((await heldByBuffers()) - before).toBeLessThan(2 * limit);
    expect(await one.settled(1)).toMatchObject([{ outcome: 'failed', attempts: [{ outcome: 'failed', error: 'GW_UPSTREAM_TOO_LARGE' }] }]);
  });

  it.each(ways)('STREAM-3: after content, the client is told inside its stream and sees no clean end (%s)', async (_way, plugins) => {
    const one = await streaming(
      async (peer) => {
        await peer.sayCut(Buffer.from(streamHead + encoded(chunk('a')).toString()));
        await peer.pour(encoded(Buffer.alloc(64 * 1024, 'x')), 4_000);
      },
      { plugins },
    );
    const answer = await one.chat({ stream: true });
    expect(answer.text.startsWith(chunk('a'))).toBe(true);
    const told = answer.text.slice(chunk('a').length);
    expect(JSON.parse(told.replace(/^data: /, ''))).toMatchObject({ error: { code: 'GW_UPSTREAM_TOO_LARGE' } });
    expect(answer.text).not.toMatch(/\[DONE\]|finish_reason":"/);
    expect(answer.broken).toBe(true);
  });

  it('STREAM-3: an event just within the limit passes, one beyond it does not', async () => {
    const frame = (bytes: number): string => `${chunk('x').slice(0, -2)}${' '.repeat(bytes - chunk('x').length)}\n\n`;
    for (const [bytes, status] of [
      [limit, 200],
      [limit + 128 * 1024, 502],
    ] as const) {
      const one = await streaming(
        (peer) => void peer.say(streamHead + encoded(frame(bytes) + lastChunk + doneFrame).toString() + lastOfChunks),
      );
      const answer = await one.chat({ stream: true });
      expect(answer.status).toBe(status);
      if (status === 200) expect(answer.text).toBe(frame(bytes) + lastChunk + doneFrame);
    }
  });

  const splitters: readonly (readonly [what: string, bytes: (size: number) => Buffer])[] = [
    ['nothing but letters', (size) => Buffer.alloc(size, 'x')],
    ['short lines', (size) => Buffer.from('x\n'.repeat(size / 2))],
    ['lines that end with CR', (size) => Buffer.from('x\r'.repeat(size / 2))],
    ['lines that end with CRLF', (size) => Buffer.from('xxxx\r\n'.repeat(size / 6))],
  ];

  it.each(splitters)('STREAM-3: costs time in proportion to its size, byte by byte and in small pieces: %s', (_what, make) => {
    for (const pieceSize of [1, 100]) {
      const ratio = growth((size) => {
        const bytes = make(size);
        return () => {
          const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
          for (let at = 0; at < bytes.length; at += pieceSize) splitter.push(bytes.subarray(at, at + pieceSize));
        };
      }, 60_000);
      // Linear is 2, quadratic 4; the machine is shared.
      expect(ratio).toBeLessThan(3.2);
    }
  });

  it('STREAM-3: costs memory in proportion to its size, though every byte comes alone', async () => {
    const splitter = new FrameSplitter(limit);
    const used = async (): Promise<number> => {
      await heldByBuffers();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = await used();
    const count = 500_000;
    for (let byte = 0; byte < count; byte += 1) splitter.push(Buffer.alloc(1, 'x')); // a read of a socket of its own
    expect((await used()) - before).toBeLessThan(20 * count);
    expect(splitter.rest()).toHaveLength(count);
  });

  it('STREAM-3: an end without any line end, or with half an event, ends the exchange and nothing else', async () => {
    const ends = [
      '',
      '\n',
      '\r',
      'x',
      'data: x',
      'data: {"choices":[]}\n',
      'data: {"choices":[]}\r',
      'event: x\ndata: {}\n',
      ':\n',
      'data: {"error":{"message":"no"}}\n',
    ];
    for (const before of ['', chunk('a'), `: c\n\n${chunk('abc')}`])
      for (const end of ends) {
        const one = await streaming(
          (peer) => void peer.say(streamHead + (before + end === '' ? '' : encoded(before + end).toString()) + lastOfChunks),
        );
        const answer = await one.chat({ stream: true });
        expect([200, 502], JSON.stringify(before + end)).toContain(answer.status);
        expect(answer.text).toContain(`"code":"GW_UPSTREAM_${end.includes('error') ? 'STREAM_ERROR' : 'TRUNCATED'}"`);
        expect(answer.text).not.toContain('[DONE]');
      }
  });
});

/** A stream by its construction: what the upstream says, and what is left of it for who did not ask for usage. */
interface Fixture {
  readonly said: Buffer;
  readonly withoutUsage: Buffer;
  /** The text of the answer. */
  readonly text: string;
}

/** Real SSE in all its spellings, with these line ends. `|` marks what only the gateway asked for. */
function fixture(end: string): Fixture {
  const event = (content: string, more = ''): string => `{"choices":[{"index":0,"delta":{"content":"${content}"}${more}}]|,"usage":null|}`;
  const frames = [
    `\uFEFF: é, a comment${end}${end}`,
    `event: chunk${end}id: 7${end}retry: 3000${end}data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]|,"usage":null|}${end}${end}`,
    `data: ${event('1é😀')}${end}${end}`,
    `: ping${end}${end}`,
    `data:${event('中2\\"\\u00e9')}${end}${end}`,
    `data: {"choices":[{"index":0,${end}data:  "delta":{"content":"34"}}]}${end}id${end}${end}`,
    `data: ${event('', ',"finish_reason":"stop"')}${end}${end}`,
    `|data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}${end}${end}|`,
    `data: [DONE]${end}${end}`,
  ].join('');
  const said = Buffer.from(frames.replaceAll('|', ''));
  return { said, withoutUsage: Buffer.from(frames.replace(/\|[^|]*\|/g, '')), text: '1é😀中2"é34' };
}

/** The texts of a stream's events, read by the rules of SSE and nothing of ours. */
function contentOf(stream: string): string {
  let text = '';
  for (const frame of stream.replace(/^\uFEFF/, '').split(/\r\n\r\n|\n\n|\r\r/)) {
    const data = frame
      .split(/\r\n|\n|\r/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n');
    if (data === '' || data === '[DONE]') continue;
    text += (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '';
  }
  return text;
}

const lineEnds: readonly (readonly [name: string, end: string])[] = [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
];

describe('STREAM-4: a stream split anywhere', () => {
  /** Where the request asks its answer to be cut. */
  const cutsOf = (request: RawRequest): number[] => (JSON.parse(request.body) as { cuts: number[] }).cuts;

  /** A gateway whose upstream says the fixture as one chunk, cut at the bytes of the message that the request names. */
  async function splitting({ said }: Fixture, plugins: GatewayPlugin[] = []): Promise<{ one: Streaming; message: Buffer }> {
    const message = Buffer.concat([Buffer.from(streamHead), encoded(said), Buffer.from(lastOfChunks)]);
    const one = await streaming((peer, request) => peer.sayCut(message, ...cutsOf(request)), { plugins });
    return { one, message };
  }

  /** Asks with each of these cuts, some at once; hands over what came back. */
  async function asking(
    one: Streaming,
    cuts: readonly number[][],
    body: object,
    check: (answer: Buffer, cut: number[]) => void,
  ): Promise<void> {
    let next = 0;
    const client = async (): Promise<void> => {
      for (let cut = cuts[next++]; cut !== undefined; cut = cuts[next++]) {
        const { status, text } = await one.chat({ stream: true, cuts: cut, ...body });
        expect(status).toBe(200);
        check(Buffer.from(text), cut);
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
  }

  /** A cut before each byte of the message; then every byte alone; then cuts in threes, spread evenly. */
  function everyCut(length: number): number[][] {
    const single = Array.from({ length: length - 1 }, (_, index) => [index + 1]);
    const all = single.map(([cut]) => cut as number);
    const threes = Array.from({ length: 50 }, (_, index) =>
      [7, 31, 101].map((step) => ((index * step) % (length - 1)) + 1).sort((a, b) => a - b),
    );
    return [...single, all, ...threes];
  }

  it.each(lineEnds)('STREAM-4: reaches a client that asked for usage byte for byte (%s)', async (_name, end) => {
    const made = fixture(end);
    expect(contentOf(made.said.toString())).toBe(made.text);
    const { one, message } = await splitting(made);
    await asking(one, everyCut(message.length), { stream_options: { include_usage: true } }, (answer, cut) => {
      expect(answer.equals(made.said), `cut at ${cut}`).toBe(true);
    });
  });

  it.each(lineEnds)('STREAM-4: reaches another without what the gateway asked for, else byte for byte (%s)', async (_name, end) => {
    const made = fixture(end);
    const { one, message } = await splitting(made);
    await asking(one, everyCut(message.length), {}, (answer, cut) => {
      expect(answer.toString(), `cut at ${cut}`).toBe(made.withoutUsage.toString());
    });
    for (const { usage, finishReason } of one.settlements) {
      expect(usage).toMatchObject({ input: 1, output: 2 });
      expect(finishReason).toBe('stop');
    }
  });

  it.each(lineEnds)('STREAM-4: is the same when a plugin reads it event by event (%s)', async (_name, end) => {
    const made = fixture(end);
    const { one, message } = await splitting(made, [wrapping()]);
    await asking(one, everyCut(message.length), {}, (answer, cut) => {
      expect(answer.toString(), `cut at ${cut}`).toBe(made.withoutUsage.toString());
    });
  });

  it.each(lineEnds)('STREAM-4: is edited the same by a plugin that masks digits (%s)', async (_name, end) => {
    const made = fixture(end);
    const { one, message } = await splitting(made, [maskDigits()]);
    const unsplit = await one.chat({ stream: true, cuts: [] });
    expect(contentOf(unsplit.text)).toBe(made.text.replace(/\d/g, '#'));
    await asking(one, everyCut(message.length), {}, (answer, cut) => {
      expect(answer.toString(), `cut at ${cut}`).toBe(unsplit.text);
    });
  });

  it.each(lineEnds)('STREAM-4: each event is passed on with its last byte, however that came (%s)', async (_name, end) => {
    const one = await streaming((peer) => void peer.say(streamHead));
    const client = await one.client();
    const peer = await one.upstream.peer(0);
    await one.upstream.request(0);
    for (let number = 0; number < 12; number += 1) {
      const event = chunk(`number ${number}`).replaceAll('\n', end);
      const bytes = encoded(event);
      await peer.sayCut(bytes, bytes.length - '\r\n'.length - 1 - (number % 6));
      await client.hears(event); // nothing follows it that could push it on
    }
  });

  it('STREAM-4: a comment that is no UTF-8 is left out, and what follows it passes as it is', async () => {
    const rest = Buffer.from(`${chunk('a')}${lastChunk}${doneFrame}`);
    const noText = Buffer.from([0x3a, 0x20, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x0a, 0x0a]);
    const said = Buffer.concat([noText, noText, noText, noText, rest]);
    const one = await streaming(
      (peer) => void peer.say(Buffer.concat([Buffer.from(streamHead), encoded(said), Buffer.from(lastOfChunks)])),
    );
    const client = await one.client();
    await client.answer();
    expect(client.received.includes(rest)).toBe(true);
    expect(client.received.includes(0xff)).toBe(false);
  });
});

describe('STREAM-6: an error inside a 200', () => {
  const errorFrame = 'data: {"error":{"message":"Rate limit reached for org-secret","type":"tokens","code":"rate_limit_exceeded"}}\n\n';
  const otherFrame = 'data: {"error":{"message":"upstream words","type":"server_error"}}\n\n';
  const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';

  /** Ways in which the first thing an upstream says of substance is an error. */
  const first: readonly (readonly [what: string, say: (peer: Peer, error: string) => unknown])[] = [
    ['in the packet of the head', (peer, error) => peer.say(streamHead + encoded(error).toString() + lastOfChunks)],
    ['after the head', (peer, error) => peer.sayCut(Buffer.from(streamHead + encoded(error).toString()), streamHead.length)],
    [
      'after a comment',
      (peer, error) => peer.sayCut(Buffer.from(streamHead + encoded(`: hi\n\n${error}`).toString()), streamHead.length + 8),
    ],
    ['after a role without content', (peer, error) => peer.say(streamHead + encoded(role + error).toString() + lastOfChunks)],
    ['before [DONE]', (peer, error) => peer.say(streamHead + encoded(error + doneFrame).toString() + lastOfChunks)],
    [
      'before an answer',
      (peer, error) => peer.say(streamHead + encoded(error + chunk('a') + lastChunk + doneFrame).toString() + lastOfChunks),
    ],
    ['without its blank line', (peer, error) => peer.say(streamHead + encoded(error.slice(0, -1)).toString() + lastOfChunks)],
    [
      'byte for byte',
      (peer, error) =>
        peer.sayCut(Buffer.from(streamHead + encoded(error).toString()), ...Array.from(error, (_, index) => streamHead.length + index)),
    ],
  ];

  it.each(first)('STREAM-6: is that status for a client of which nothing was sent: %s', async (_what, say) => {
    const limited = await streaming(async (peer) => void (await say(peer, errorFrame)));
    const answer = await limited.chat({ stream: true });
    expect(answer).toMatchObject({ status: 429, json: { error: { code: 'GW_UPSTREAM_RATE_LIMITED' } } });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.text).not.toContain('org-secret');

    const failing = await streaming(async (peer) => void (await say(peer, otherFrame)));
    const other = await failing.chat({ stream: true });
    expect(other).toMatchObject({ status: 502, json: { error: { code: 'GW_UPSTREAM_STREAM_ERROR' } } });
    expect(other.text).not.toContain('upstream words');
    for (const { upstream } of [limited, failing]) expect(upstream.requests).toHaveLength(1);
  });

  it.each(first)('STREAM-6: lets the next target answer: %s', async (_what, say) => {
    const broken = await hostileUpstream(async (peer) => void (await say(peer, errorFrame)));
    const providers = (good: string) => [
      openaiCompatible({ name: 'broken', baseUrl: `${broken.url}/v1` }),
      openaiCompatible({ name: 'good', baseUrl: `${good}/v1` }),
    ];
    const good = await hostileUpstream(
      (peer) => void peer.say(streamHead + encoded(chunk('good') + lastChunk + doneFrame).toString() + lastOfChunks),
    );
    const { chat } = await running(good.url, { providers: providers(good.url), models: { chat: ['broken/m', 'good/m'] } });
    const answer = await chat({ stream: true });
    expect(answer).toMatchObject({ status: 200, text: chunk('good') + lastChunk + doneFrame, broken: false });
  });

  it.each(ways)(
    'STREAM-6: after content it is told inside the stream, in our words, and nothing looks complete (%s)',
    async (_way, plugins) => {
      const broken = await streaming(
        async (peer) => {
          await peer.sayCut(Buffer.from(streamHead + encoded(chunk('a')).toString()));
          peer.say(encoded(otherFrame + chunk('b') + lastChunk + doneFrame).toString() + lastOfChunks);
        },
        { plugins, models: { chat: ['up/m', 'up/other'] } },
      );
      const answer = await broken.chat({ stream: true });
      const [content, told, ...more] = answer.text.split('\n\n');
      expect(`${content}\n\n`).toBe(chunk('a'));
      expect(JSON.parse((told as string).slice(6))).toMatchObject({ error: { code: 'GW_UPSTREAM_STREAM_ERROR' } });
      expect(more).toEqual(['']);
      expect(answer.broken).toBe(true);
      expect(broken.upstream.requests).toHaveLength(1); // no second answer after the first began
      expect(await broken.settled(1)).toMatchObject([{ outcome: 'failed', error: 'GW_UPSTREAM_STREAM_ERROR' }]);
    },
  );
});

describe('STREAM-8: an encoded answer', () => {
  const bomb = gzipSync(Buffer.alloc(64 * mebibyte, 'x'));

  const many = Array.from({ length: 1_000 }, () => 'gzip').join(',');

  it.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['deflate', 'deflate'],
    ['zstd', 'zstd'],
    ['twice', 'gzip, gzip'],
    ['a thousand times', many],
    ['in a way unheard of', 'unheard-of'],
  ])('STREAM-8: is not asked for, not decoded and not passed on: encoded %s', async (_how, encoding) => {
    for (const stream of [true, false]) {
      const type = stream ? 'text/event-stream' : 'application/json';
      const answer = head(200, { 'content-type': type, 'content-encoding': encoding, 'content-length': String(2 * bomb.length) });
      const one = await streaming((peer) => void peer.say(Buffer.concat([Buffer.from(answer), bomb])));
      const before = await heldByBuffers();
      expect(await one.chat({ stream })).toMatchObject({ status: 502, json: { error: { code: 'GW_UPSTREAM_ENCODING' } } });
      expect((await heldByBuffers()) - before).toBeLessThan(4 * mebibyte);
      await (await one.upstream.peer(0)).closed;
      expect((await one.upstream.request(0)).headers.filter(([name]) => name === 'accept-encoding')).toEqual([
        ['accept-encoding', 'identity'],
      ]);
    }
  });

  it('STREAM-8: nor is an encoded refusal', async () => {
    for (const status of [400, 429, 500]) {
      const one = await streaming((peer) => {
        const answer = head(status, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'content-length': String(bomb.length),
        });
        peer.say(Buffer.concat([Buffer.from(answer), bomb]));
      });
      const before = await heldByBuffers();
      expect((await one.chat({ stream: true })).status).toBe(status === 500 ? 502 : status);
      expect((await heldByBuffers()) - before).toBeLessThan(4 * mebibyte);
    }
  });

  it('STREAM-8: the gateway serves on', async () => {
    const one = await streaming((peer) => {
      const encoding: Record<string, string> = one.upstream.requests.length % 2 === 1 ? { 'content-encoding': 'gzip' } : {};
      peer.say(wholeAnswer('{}', encoding));
    });
    for (let time = 0; time < 10; time += 1) expect([(await one.chat()).status, (await one.chat()).status]).toEqual([502, 200]);
  });
});

describe('STREAM-10: an upstream that takes its time', () => {
  const timeouts = { heartbeatMs: 2_000_000_000, firstByteMs: 120_000, idleMs: 60_000, totalMs: 600_000 };

  /** A gateway under a clock of the test's own, in front of an upstream through which the test speaks. */
  async function slow(config: Partial<GatewayConfig> = {}) {
    const clock = manualClock();
    const one = await streaming(() => {}, { ...config, timeouts, services: [provide(Clock, clock)] });
    /** Says it, and lets the gateway hear it. */
    const say = async (text: string): Promise<void> => {
      (await one.upstream.peer(0)).say(text);
      await turns(4);
    };
    return { ...one, clock, say };
  }

  async function expectClosed(upstream: HostileUpstream): Promise<void> {
    const peer = await upstream.peer(0);
    await peer.closed;
    expect(peer.closeReason).not.toBe('by the script');
  }

  it('STREAM-10: that says nothing at all is given up at the limit of the first byte', async () => {
    const { clock, client, upstream } = await slow();
    const asking = await client();
    await upstream.request(0);
    clock.advance(119_999);
    await turns(4);
    expect(upstream.open).toBe(1);
    clock.advance(1);
    expect(await asking.answer()).toMatchObject({ status: 504 });
    expect(errorOf(asking.answers[0])).toMatchObject({
      code: 'GW_UPSTREAM_TIMEOUT',
      message: expect.stringContaining('begin its answer within 120000 ms'),
    });
    await expectClosed(upstream);
  });

  it('STREAM-10: a head alone is no answer: silence after it counts as before it', async () => {
    const { clock, client, upstream, say } = await slow();
    const asking = await client();
    await upstream.request(0);
    await say(streamHead);
    clock.advance(120_000);
    expect(await asking.answer()).toMatchObject({ status: 504 });
    await expectClosed(upstream);
  });

  it.each(ways)('STREAM-10: a byte now and then keeps it only until the limit of the whole (%s)', async (_way, plugins) => {
    const { clock, client, upstream, say, settled } = await slow({ plugins });
    const asking = await client();
    await upstream.request(0);
    clock.advance(59_000);
    await say(streamHead + encoded(chunk('a')).toString());
    let drips = 0;
    for (; upstream.open === 1 && drips < 1_000; drips += 1) {
      clock.advance(29_000);
      await say(
        encoded(drips % 3 === 2 ? ': still here\n\n' : '')
          .toString()
          .replace('0\r\n\r\n', '1\r\n:\r\n'),
      );
    }
    expect(drips).toBe(Math.ceil((600 - 59) / 29));
    await asking.ended;
    expect(asking.text).toContain('did not finish its answer within 600000 ms');
    expect(asking.text).not.toContain('[DONE]');
    expect(asking.answers[0]?.complete).toBe(false);
    await expectClosed(upstream);
    expect(await settled(1)).toMatchObject([{ outcome: 'failed', error: 'GW_UPSTREAM_TIMEOUT' }]);
  });

  it.each(ways)('STREAM-10: silence in the middle of a stream ends it at the idle limit (%s)', async (_way, plugins) => {
    const { clock, client, upstream, say } = await slow({ plugins });
    const asking = await client();
    await upstream.request(0);
    await say(streamHead + encoded(chunk('a')).toString());
    await asking.hears('data: ');
    clock.advance(59_999);
    await turns(4);
    expect(upstream.open).toBe(1);
    clock.advance(1);
    await asking.ended;
    expect(asking.text).toContain('did not go on with its answer within 60000 ms');
    expect(asking.answers[0]?.complete).toBe(false);
    await expectClosed(upstream);
  });

  it('STREAM-10: silence in the middle of an event is silence', async () => {
    const { clock, client, upstream, say } = await slow();
    const asking = await client();
    await upstream.request(0);
    await say(streamHead + encoded(`${chunk('a')}data: {"cho`).toString());
    clock.advance(60_000);
    await asking.ended;
    expect(asking.text).toContain('GW_UPSTREAM_TIMEOUT');
    expect(asking.text).not.toContain('data: {"cho\n');
    await expectClosed(upstream);
  });

  it('STREAM-10: a whole answer that drips, stops or does not begin is given up too', async () => {
    const whole = { stream: false };
    const silent = await slow();
    const first = await silent.client({ body: whole });
    await silent.upstream.request(0);
    silent.clock.advance(599_999); // a model may think for long
    await turns(4);
    expect(silent.upstream.open).toBe(1);
    silent.clock.advance(1);
    expect(await first.answer()).toMatchObject({ status: 504 });

    const stopping = await slow();
    const second = await stopping.client({ body: whole });
    await stopping.upstream.request(0);
    await stopping.say(wholeAnswer('{"half":', { 'content-length': '100' }));
    stopping.clock.advance(60_000);
    expect(await second.answer()).toMatchObject({ status: 504 });

    const dripping = await slow();
    const third = await dripping.client({ body: whole });
    await dripping.upstream.request(0);
    await dripping.say(wholeAnswer('"', { 'content-length': '1000' }));
    for (let drips = 0; drips < 12; drips += 1) {
      dripping.clock.advance(50_000);
      await dripping.say('x');
    }
    expect(await third.answer()).toMatchObject({ status: 504 });
    for (const { upstream } of [silent, stopping, dripping]) await expectClosed(upstream);
  });

  it('STREAM-10: comments without end are not an answer: the limit of the whole holds', async () => {
    const { clock, client, upstream, say } = await slow();
    const asking = await client();
    await upstream.request(0);
    await say(streamHead);
    for (let time = 0; time < 60 && upstream.open === 1; time += 1) {
      clock.advance(20_000);
      await say(encoded(': ping\n\n').toString());
    }
    await expectClosed(upstream);
    expect(await asking.answer()).toMatchObject({ status: 504 });
  });
});
