import type { IncomingMessage } from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../core/src/errors.ts';
import { ClientBody } from '../../../core/src/http/client-body.ts';
import { uploading } from '../harness/carrying.ts';
import { gate, listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

interface Taken {
  readonly pieces: Buffer[];
  ended: boolean;
  error: GatewayError | undefined;
}

function take(body: ClientBody): Taken {
  const taken: Taken = { pieces: [], ended: false, error: undefined };
  body.attach({
    data: (piece) => void taken.pieces.push(piece),
    end: () => {
      taken.ended = true;
    },
    fail: (error) => {
      taken.error = error;
    },
  });
  return taken;
}

/** A server that hands the body of its one request to the test. */
async function receiving(limit = 1000): Promise<{ url: string; body: Promise<ClientBody>; answer: () => void }> {
  const got = gate<ClientBody>();
  let answer = (): void => {};
  const { url } = await listening((req, res) => {
    answer = () => void res.end('answered');
    got.open(new ClientBody(req, limit));
  });
  return { url, body: got.opened, answer: () => answer() };
}

const soon = () => new Promise((go) => setTimeout(go, 20));

describe('a client’s body', () => {
  it('comes when it is asked for, piece by piece, and not before', async () => {
    const { url, body, answer } = await receiving();
    const { request, answer: answered } = uploading(url, 'POST', { 'content-length': 10 });
    request.write('first');
    const one = await body;
    expect([one.present, one.length, one.awaited]).toEqual([true, 10, false]);
    const taken = take(one);
    await soon();
    expect(taken.pieces).toEqual([]);
    one.resume();
    await soon();
    expect([Buffer.concat(taken.pieces).toString(), one.awaited, one.received, taken.ended]).toEqual(['first', true, 5, false]);
    one.pause();
    request.end('other');
    await soon();
    expect([one.received, one.awaited]).toEqual([5, false]);
    one.resume();
    await soon();
    expect([Buffer.concat(taken.pieces).toString(), taken.ended, one.awaited]).toEqual(['firstother', true, false]);
    answer();
    await answered;
  });

  it.each([
    ['GET', { 'content-length': 3 }],
    ['HEAD', { 'content-length': 3 }],
    ['POST', { 'content-length': 0 }],
    ['DELETE', {}],
  ] as const)('is none of %s %j', async (method, headers) => {
    const { url, body, answer } = await receiving();
    const { request, answer: answered } = uploading(url, method, headers);
    request.end(headers['content-length' as never] === 3 ? 'abc' : undefined);
    expect((await body).present).toBe(false);
    answer();
    await answered;
  });

  it('that says it is too large is not begun', async () => {
    const { url, body, answer } = await receiving(9);
    const { request, answer: answered } = uploading(url, 'POST', { 'content-length': 10 });
    request.flushHeaders();
    await expect((await body).open()).rejects.toMatchObject({ code: 'GW_BODY_TOO_LARGE' });
    answer();
    await answered;
  });

  it('that becomes too large stops there, and no more of it is read', async () => {
    const { url, body } = await receiving(9);
    const { request } = uploading(url);
    request.on('error', () => {});
    request.write('12345');
    const one = await body;
    const taken = take(one);
    one.resume();
    await soon();
    request.write('67890');
    await soon();
    expect([Buffer.concat(taken.pieces).toString(), taken.error?.code, taken.ended]).toEqual(['12345', 'GW_BODY_TOO_LARGE', false]);
    one.release();
    request.write('more');
    await soon();
    expect(one.received).toBe(10);
  });

  it('whose client leaves fails, once', async () => {
    const { url, body } = await receiving();
    const { request } = uploading(url, 'POST', { 'content-length': 100 });
    request.on('error', () => {});
    request.write('12345');
    const one = await body;
    const taken = take(one);
    one.resume();
    await soon();
    request.destroy();
    await soon();
    expect([taken.error?.code, taken.ended]).toEqual(['GW_CLIENT_CLOSED', false]);
  });

  it('that nobody wants any more is read into nothing: the connection can go on', async () => {
    const { url, body, answer } = await receiving(10_000_000);
    const { request, answer: answered } = uploading(url);
    request.write(Buffer.alloc(100));
    const given = await body;
    const taken = take(given);
    given.resume();
    await soon();
    given.release();
    answer();
    request.end(Buffer.alloc(3_000_000));
    expect((await answered).body.toString()).toBe('answered');
    expect(taken.ended).toBe(false);
    given.release(); // once is enough
  });

  it.each([
    ['express.raw', express.raw({ type: '*/*' }), 'text/plain', '{ "a" : 1 }', '{ "a" : 1 }'],
    ['express.text', express.text({ type: '*/*' }), 'text/plain', 'héllo', 'héllo'],
    ['express.json', express.json(), 'application/json', '{ "a" : 1 }', '{"a":1}'],
    ['express.json for its relatives', express.json({ type: '*/*' }), 'application/ld+json', '{ "a" : 1 }', '{"a":1}'],
  ])('that %s has read is what it left, with its right length', async (_parser, parser, type, sent, left) => {
    const got = gate<ClientBody>();
    const app = express()
      .use(parser)
      .use((req, res) => {
        got.open(new ClientBody(req as unknown as IncomingMessage, 1000));
        res.end();
      });
    const { url } = await listening(app);
    const { request, answer } = uploading(url, 'POST', { 'content-type': type });
    request.end(sent);
    const one = await got.opened;
    await one.open();
    expect(one.length).toBe(Buffer.byteLength(left));
    const taken = take(one);
    one.resume();
    expect([Buffer.concat(taken.pieces).toString(), taken.ended, one.received]).toEqual([left, true, Buffer.byteLength(left)]);
    await answer;
  });

  it('of which somebody read the beginning is not what is left of it', async () => {
    const got = gate<ClientBody>();
    let end = (): void => {};
    const { url } = await listening((req, res) => {
      end = () => void res.end();
      req.once('data', () => {
        req.pause();
        got.open(new ClientBody(req, 1000));
      });
    });
    const { request, answer } = uploading(url, 'POST', { 'content-length': 10 });
    request.write('first');
    const one = await got.opened;
    const taken = take(one);
    one.resume();
    request.end('other');
    await soon();
    expect([taken.error?.code, taken.ended]).toEqual(['GW_BODY_CONSUMED', false]);
    end();
    await answer;
  });

  it('that a parser of forms has read is gone', async () => {
    const got = gate<ClientBody>();
    const app = express()
      .use(express.urlencoded({ extended: false }))
      .use((req, res) => {
        got.open(new ClientBody(req as unknown as IncomingMessage, 1000));
        res.end();
      });
    const { url } = await listening(app);
    const { request, answer } = uploading(url, 'POST', { 'content-type': 'application/x-www-form-urlencoded' });
    request.end('a=1');
    await expect((await got.opened).open()).rejects.toMatchObject({ code: 'GW_BODY_CONSUMED' });
    await answer;
  });
});
