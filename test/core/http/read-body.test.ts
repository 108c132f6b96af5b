import type { IncomingMessage } from 'node:http';
import { createGzip } from 'node:zlib';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { type ParsedRequest, readBody } from '../../../core/src/http/read-body.ts';
import { hostileClient, requestHead } from '../../kit/hostile-client.ts';
import { gate, listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const limits = { bytes: 100, ms: 2_000 };

type Outcome = { readonly body: Buffer } | { readonly code: string };

/** A server that reads one request's body, and tells what came of it. Middleware of the host's may run before. */
async function reading(own: Partial<typeof limits> = {}, before: readonly express.RequestHandler[] = []) {
  const outcome = gate<Outcome>();
  const seen = gate<IncomingMessage>();
  const app = express().use(...(before.length > 0 ? before : [((_req, _res, next) => next()) as express.RequestHandler]));
  app.use(async (req, res) => {
    seen.open(req);
    try {
      outcome.open({ body: await readBody(req as ParsedRequest, { ...limits, ...own }) });
    } catch (error) {
      outcome.open({ code: (error as { code: string }).code });
    }
    res.end();
  });
  const { url } = await listening(app);
  return { client: await hostileClient(url), outcome: outcome.opened, seen: seen.opened };
}

const post = (body: string | Buffer, ...lines: readonly string[]): string =>
  requestHead('POST', '/', [`content-length: ${Buffer.byteLength(body)}`, ...lines]) + body;

describe('a body', () => {
  it.each([
    ['nothing', ''],
    ['a byte', 'x'],
    ['as much as may be', 'x'.repeat(100)],
    ['text of several bytes a letter', '😀é'.repeat(16)],
  ])('of %s is read as it is', async (_what, body) => {
    const { client, outcome } = await reading();
    client.say(post(body));
    expect(await outcome).toEqual({ body: Buffer.from(body) });
  });

  it('is read whole, however it is cut, in pieces or in chunks', async () => {
    const body = JSON.stringify({ text: '😀'.repeat(10) });
    const cut = await reading();
    const bytes = Buffer.from(post(body));
    await cut.client.sayCut(bytes, ...Array.from({ length: bytes.length - 1 }, (_, index) => index + 1));
    expect(await cut.outcome).toEqual({ body: Buffer.from(body) });
    const chunks = await reading();
    const encoded = [...Buffer.from(body)].map((byte) => Buffer.concat([Buffer.from('1\r\n'), Buffer.of(byte), Buffer.from('\r\n')]));
    chunks.client.say(
      Buffer.concat([Buffer.from(requestHead('POST', '/', ['transfer-encoding: chunked'])), ...encoded, Buffer.from('0\r\n\r\n')]),
    );
    expect(await chunks.outcome).toEqual({ body: Buffer.from(body) });
  });

  it('is read where middleware has paused the request, or listens too', async () => {
    const pausing: express.RequestHandler = (req, _res, next) => {
      req.pause();
      next();
    };
    const paused = await reading({}, [pausing]);
    paused.client.say(post('paused'));
    expect(await paused.outcome).toEqual({ body: Buffer.from('paused') });
    let heard = '';
    const listeningToo: express.RequestHandler = (req, _res, next) => {
      req.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
      });
      next();
    };
    const shared = await reading({}, [listeningToo]);
    await shared.client.sayCut(post('h😀'), post('h😀').length);
    expect(await shared.outcome).toEqual({ body: Buffer.from('h😀') });
    expect(heard).toBe('h😀');
  });

  it('leaves no listener of ours on the request', async () => {
    const { client, outcome, seen } = await reading();
    const request = seen.then((req) => ['data', 'end', 'error', 'close'].map((event) => req.listenerCount(event)));
    client.say(post('x'));
    const before = await request;
    await outcome;
    const req = await seen;
    expect(req.listenerCount('data')).toBeLessThanOrEqual(before[0] as number);
    expect(['data', 'error'].map((event) => req.listenerCount(event))).toEqual([0, 0]);
  });
});

describe('the limit of bytes', () => {
  it('is judged by the length that is declared, before anything is read', async () => {
    const { client, outcome, seen } = await reading();
    client.say(requestHead('POST', '/', ['content-length: 101']));
    expect(await outcome).toEqual({ code: 'GW_BODY_TOO_LARGE' });
    expect((await seen).readableFlowing).not.toBe(true);
  });

  it('is judged by what comes where nothing is declared', async () => {
    const { client, outcome } = await reading();
    client.say(`${requestHead('POST', '/', ['transfer-encoding: chunked'])}65\r\n${'x'.repeat(101)}\r\n`);
    expect(await outcome).toEqual({ code: 'GW_BODY_TOO_LARGE' });
  });
});

describe('the limit of time', () => {
  it('is for the whole body: one that drips is cut off all the same', async () => {
    const { client, outcome } = await reading({ ms: 150 });
    client.say(requestHead('POST', '/', ['content-length: 90']));
    const sent = client.drip('x'.repeat(90), 20);
    expect(await outcome).toEqual({ code: 'GW_BODY_TIMEOUT' });
    client.destroy();
    expect(await sent).toBeLessThan(90);
  });
});

describe('a client that leaves', () => {
  it.each([
    ['closes', 'destroy'],
    ['resets', 'reset'],
    ['half-closes', 'halfClose'],
  ] as const)('and %s its connection in the middle is told apart from a body', async (_how, leave) => {
    const { client, outcome } = await reading();
    await client.sayCut(`${requestHead('POST', '/', ['content-length: 50'])}half`);
    client[leave]();
    expect(await outcome).toEqual({ code: 'GW_CLIENT_CLOSED' });
  });
});

describe('a body that the host’s middleware has read', () => {
  it('as bytes or text is those bytes', async () => {
    for (const parser of [express.raw({ type: '*/*' }), express.text({ type: '*/*' })]) {
      const { client, outcome } = await reading({}, [parser]);
      client.say(post('{ "a": 1.0 }'));
      expect(await outcome).toEqual({ body: Buffer.from('{ "a": 1.0 }') });
    }
  });

  it('as JSON is written anew', async () => {
    const { client, outcome } = await reading({}, [express.json()]);
    client.say(post('{ "a": 1.0 }', 'content-type: application/json'));
    expect(await outcome).toEqual({ body: Buffer.from('{"a":1}') });
  });

  it('is held to the same limit', async () => {
    const { client, outcome } = await reading({ bytes: 10 }, [express.text({ type: '*/*' })]);
    client.say(post('x'.repeat(11)));
    expect(await outcome).toEqual({ code: 'GW_BODY_TOO_LARGE' });
  });

  it('and thrown away is missing, and says so', async () => {
    const eating: express.RequestHandler = (req, _res, next) => void req.on('end', next).resume();
    const { client, outcome } = await reading({}, [eating]);
    client.say(post('x'));
    expect(await outcome).toEqual({ code: 'GW_BODY_CONSUMED' });
  });

  it('in part only is missing, and says so', async () => {
    const nibbling: express.RequestHandler = (req, _res, next) => {
      req.once('data', () => {
        req.pause();
        next();
      });
    };
    const { client, outcome } = await reading({}, [nibbling]);
    await client.sayCut(post('first and second'), post('first and second').length - 7);
    expect(await outcome).toEqual({ code: 'GW_BODY_CONSUMED' });
  });

  it('and is nested beyond what can be written is too deep', async () => {
    let deep: object = {};
    for (let level = 0; level < 20_000; level += 1) deep = { deep };
    const planting: express.RequestHandler = (req, _res, next) => {
      Object.assign(req, { body: deep, _body: true });
      next();
    };
    const { client, outcome } = await reading({}, [planting]);
    client.say(post(''));
    expect(await outcome).toEqual({ code: 'GW_TOO_DEEP' });
  });

  it.each([5, true, null, undefined])('and left as %s is missing', async (left) => {
    const planting: express.RequestHandler = (req, _res, next) => {
      Object.assign(req, { body: left, _body: true });
      next();
    };
    const { client, outcome } = await reading({}, [planting]);
    client.say(post(''));
    expect(await outcome).toEqual({ code: 'GW_BODY_CONSUMED' });
  });

  it('through a stream that is still piped elsewhere is refused at the limit, and unpiped', async () => {
    const piping: express.RequestHandler = (req, _res, next) => {
      req.pipe(createGzip()).resume();
      next();
    };
    const { client, outcome, seen } = await reading({ bytes: 10 }, [piping]);
    client.say(post('x'.repeat(50)));
    expect(await outcome).toEqual({ code: 'GW_BODY_TOO_LARGE' });
    expect((await seen).listenerCount('data')).toBe(0);
  });
});
