import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerText, streamFrames, wholeAnswer } from '../../bench/chat-wire.ts';
import { ClosedLoop } from '../../bench/load/closed-loop.ts';
import { Connection, type Expectation } from '../../bench/load/connection.ts';
import { openLoop } from '../../bench/load/open-loop.ts';
import { type RequestSpec, requestBytes } from '../../bench/load/request.ts';
import { Streams } from '../../bench/load/streams.ts';
import { verify } from '../../bench/load/verify.ts';
import { messageEvents, messageFrames, wholeMessage } from '../../bench/messages-wire.ts';
import { gate, listening } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';

leavesNothing();

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const events = 12;
const frames = streamFrames(events, false);
const whole: Expectation = { status: 200, contains: answerText };
const streamed: Expectation = { status: 200, events };

/** A request to a server that reads each body before it answers. */
async function target(answer: Answer, expected: Expectation = whole): Promise<RequestSpec> {
  const { url } = await listening((req, res) => {
    req.resume();
    req.on('end', () => answer(req, res));
  });
  return { port: Number(new URL(url).port), path: '/v1', headers: { 'x-mine': '1' }, body: '{"a":1}', expected };
}

const answerWhole: Answer = (_req, res) => void res.writeHead(200, { 'content-length': wholeAnswer.length }).end(wholeAnswer);
const answerStream: Answer = (_req, res) => void res.writeHead(200).end(Buffer.concat(frames));

/** The problem of one answer. */
async function problemOf(spec: RequestSpec): Promise<string | undefined> {
  const connection = await Connection.open(spec.port);
  const { problem } = await connection.request(requestBytes(spec), spec.expected);
  connection.close();
  return problem;
}

/** The problem of these bytes as an answer; then the server closes. */
async function problemOfBytes(bytes: string, expected: Expectation): Promise<string | undefined> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return problemOf({ port: (server.address() as AddressInfo).port, path: '/', headers: {}, body: '', expected });
}

describe('one answer', () => {
  it('as expected has no problem, whole or streamed', async () => {
    expect(await problemOf(await target(answerWhole))).toBeUndefined();
    expect(await problemOf(await target(answerStream, streamed))).toBeUndefined();
  });

  it('with another status is a problem', async () => {
    expect(await problemOf(await target((_req, res) => void res.writeHead(500).end(wholeAnswer)))).toBe('status');
    expect(await problemOf(await target((_req, res) => void res.writeHead(429).end('{}'), streamed))).toBe('status');
  });

  it('with another body is a problem', async () => {
    expect(await problemOf(await target((_req, res) => void res.writeHead(200).end('{}')))).toBe('wrong body');
  });

  it('that is cut is a problem: a stream whose connection breaks after its events', async () => {
    const cut: Answer = (_req, res) => void res.writeHead(200).write(Buffer.concat(frames), () => res.destroy());
    expect(await problemOf(await target(cut, streamed))).toBe('cut short');
  });

  it('that is cut is a problem: a whole answer that lacks its last byte', async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${wholeAnswer.length}\r\n\r\n`;
    expect(await problemOfBytes(head + wholeAnswer.toString().slice(0, -1), whole)).toBe('cut short');
  });

  it('that never comes is a problem', async () => {
    expect(await problemOf(await target((_req, res) => void res.destroy()))).toBe('cut short');
  });

  it('without [DONE] is a problem, even with as many events', async () => {
    const noDone: Answer = (_req, res) => void res.writeHead(200).end(Buffer.concat([...frames.slice(0, -1), frames[1] as Buffer]));
    expect(await problemOf(await target(noDone, streamed))).toBe('no [DONE]');
  });

  it.each([
    ['less', [...frames.slice(0, 3), ...frames.slice(4)]],
    ['more', [...frames.slice(0, 3), ...frames.slice(2)]],
  ])('with one event %s is a problem', async (_what, sent) => {
    const answer: Answer = (_req, res) => void res.writeHead(200).end(Buffer.concat(sent));
    expect(await problemOf(await target(answer, streamed))).toBe('wrong number of events');
  });

  it('in another language is a problem', async () => {
    expect(await problemOfBytes('SSH-2.0-OpenSSH\r\n\r\n', whole)).toBe('not HTTP');
  });
});

describe('requests', () => {
  it('arrive as HTTP with their headers and their body', async () => {
    const arrived = gate<{ method: string | undefined; url: string | undefined; mine: unknown; length: unknown }>();
    const spec = await target((req, res) => {
      arrived.open({ method: req.method, url: req.url, mine: req.headers['x-mine'], length: req.headers['content-length'] });
      answerWhole(req, res);
    });
    expect(await problemOf(spec)).toBeUndefined();
    expect(await arrived.opened).toEqual({ method: 'POST', url: '/v1', mine: '1', length: '7' });
  });
});

describe('the closed loop', () => {
  it('counts what the server answered, without the first request of each connection', async () => {
    let served = 0;
    const spec = await target((req, res) => {
      served += 1;
      answerStream(req, res);
    }, streamed);
    const loop = await ClosedLoop.open({ ...spec, connections: 4 });
    expect(served).toBe(4);
    const tally = await loop.run(100);
    loop.close();
    expect(tally.requests).toBeGreaterThan(4);
    expect(tally).toEqual({ requests: served - 4, events: (served - 4) * events, problems: {} });
  });

  it('counts each kind of problem, and goes on on a new connection', async () => {
    let turn = 0;
    const faults: readonly Answer[] = [
      answerStream,
      (_req, res) => void res.writeHead(200).write(frames[0] as Buffer, () => res.destroy()),
      (_req, res) => void res.writeHead(503).end(),
    ];
    const seen = [0, 0, 0];
    const spec = await target((req, res) => {
      const which = turn % faults.length;
      turn += 1;
      seen[which] = (seen[which] as number) + 1;
      (faults[which] as Answer)(req, res);
    }, streamed);
    const loop = await ClosedLoop.open({ ...spec, connections: 1 });
    const tally = await loop.run(200);
    loop.close();
    const [good, cut, status] = seen as [number, number, number];
    expect(tally.requests).toBe(good - 1); // the first was asked while connecting
    expect(tally.problems).toEqual({ 'cut short': cut, status });
    expect(cut).toBeGreaterThan(0);
  });

  it('takes a server that closes each connection after its answer for no problem', async () => {
    let served = 0;
    const spec = await target((_req, res) => {
      served += 1;
      res.writeHead(200, { connection: 'close' }).end(wholeAnswer);
    });
    const loop = await ClosedLoop.open({ ...spec, connections: 2 });
    const tally = await loop.run(100);
    loop.close();
    expect(tally).toEqual({ requests: served - 2, events: 0, problems: {} });
    expect(tally.requests).toBeGreaterThan(2);
  });
});

describe('the open loop', () => {
  it('asks on time although nobody answers, and counts the waiting', async () => {
    const held: ServerResponse[] = [];
    const total = 40;
    const spec = await target((_req, res) => {
      held.push(res);
      // The loop's 16 connections ask once before it begins; of the others none is answered before the last was asked.
      if (held.length <= 16) answerWhole(_req, res);
      else if (held.length === 16 + total) for (const one of held.slice(16)) answerWhole(_req, one);
    });
    const tally = await openLoop({ ...spec, perSecond: 200, ms: 200 });
    expect(tally).toMatchObject({ requests: total, problems: {} });
    expect(tally.latencies).toHaveLength(total);
    // The first was due 39 × 5 ms before the last.
    expect(Math.max(...tally.latencies)).toBeGreaterThan(39 * 5 - 1);
  });

  it('counts problems', async () => {
    const spec = await target((_req, res) => void res.writeHead(500).end());
    expect(await openLoop({ ...spec, perSecond: 100, ms: 100 })).toMatchObject({ requests: 0, problems: { status: 10 } });
  });
});

describe('streams at the same time', () => {
  it('have all begun before the load is measured, and are counted to their ends', async () => {
    const count = 20;
    const open: ServerResponse[] = [];
    const spec = await target((_req, res) => {
      open.push(res);
      res.writeHead(200).write(frames[0] as Buffer);
    }, streamed);
    const streams = await Streams.begin({ ...spec, streams: count, rampMs: 40 }, 10_000);
    expect(open).toHaveLength(count);
    expect(streams.events).toBe(count);
    for (const [index, res] of open.entries()) {
      if (index === 0) res.destroy();
      else res.end(Buffer.concat(frames.slice(1)));
    }
    const tally = await streams.finish();
    expect(tally).toMatchObject({ requests: count - 1, events: (count - 1) * events + 1, problems: { 'cut short': 1 } });
    expect(tally.firstEventMs).toHaveLength(count);
  });

  it('are left all at once', async () => {
    const count = 10;
    const gone = gate();
    let left = 0;
    const spec = await target((_req, res) => {
      res.writeHead(200).write(frames[0] as Buffer);
      res.once('close', () => {
        left += 1;
        if (left === count) gone.open();
      });
    }, streamed);
    const streams = await Streams.begin({ ...spec, streams: count, rampMs: 20 }, 10_000);
    streams.abandon();
    await gone.opened;
    expect(await streams.finish()).toMatchObject({ requests: 0, problems: { 'cut short': count } });
  });
});

describe('the close look at one answer', () => {
  const json =
    (body: object): Answer =>
    (_req, res) =>
      void res.writeHead(200).end(JSON.stringify(body));

  it('has nothing to say about the right one', async () => {
    expect(await verify(await target(answerWhole))).toBeUndefined();
    expect(await verify(await target(answerStream, streamed))).toBeUndefined();
  });

  it('reads a format whose events have names, and tells what lacks', async () => {
    const expected: Expectation = { status: 200, events: messageEvents(events), framing: 'named' };
    const all = messageFrames(events);
    const asked = async (sent: readonly Buffer[]): Promise<string | undefined> =>
      verify(await target((_req, res) => void res.writeHead(200).end(Buffer.concat(sent)), expected));
    expect(await asked(all)).toBeUndefined();
    expect(await asked([...all.slice(0, 3), ...all.slice(4)])).toMatch(/^the text/);
    expect(await asked(all.slice(0, -1))).toMatch(/does not end with message_stop/);
    expect(await asked([...all.slice(0, -2), ...all.slice(-1)])).toBe(`${messageEvents(events) - 1} events`);
    expect(await verify(await target((_req, res) => void res.writeHead(200).end(wholeMessage)))).toBeUndefined();
  });

  it('tells of another status, another text, events that are missing', async () => {
    expect(await verify(await target((_req, res) => void res.writeHead(502).end('no')))).toBe('status 502: no');
    expect(await verify(await target(json({ choices: [{ message: { content: 'other' } }] })))).toMatch(/^the text "other" instead of/);
    const fewer: Answer = (_req, res) => void res.writeHead(200).end(Buffer.concat([...frames.slice(0, 2), ...frames.slice(3)]));
    expect(await verify(await target(fewer, streamed))).toMatch(/^the text/);
    const noDone: Answer = (_req, res) => void res.writeHead(200).end(Buffer.concat(frames.slice(0, -1)));
    expect(await verify(await target(noDone, streamed))).toMatch(/does not end with \[DONE\]/);
  });
});
