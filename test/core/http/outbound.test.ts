import http, { type ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ExpressOutbound } from '../../../core/src/http/outbound.ts';
import { exchanged, type HostileClient, headerOf, hostileClient, requestHead } from '../../kit/hostile-client.ts';
import { gate, listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

interface Served {
  readonly outbound: ExpressOutbound;
  readonly res: ServerResponse;
  /** How often the outbound said that the client is gone. */
  readonly gone: () => number;
}

const get = requestHead('GET', '/');

/** A client with one request under way, and the outbound for its answer. `prepare` is the host's middleware. */
async function served(prepare: (res: ServerResponse) => void = () => {}, bytes: string = get): Promise<Served & { client: HostileClient }> {
  const arrived = gate<Served>();
  let gone = 0;
  const { url } = await listening((_req, res) => {
    prepare(res);
    const outbound = new ExpressOutbound(res, () => {
      gone += 1;
    });
    arrived.open({ outbound, res, gone: () => gone });
  });
  const client = await hostileClient(url);
  client.say(bytes);
  return { ...(await arrived.opened), client };
}

const headers = ['content-type', 'text/plain', 'x-a', 'b'];
const withLength = (body: Buffer): string[] => [...headers, 'content-length', String(body.length)];

describe('a whole answer', () => {
  it.each([0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])('of %d bytes arrives as it is, and is complete', async (size) => {
    const body = Buffer.from(Array.from({ length: size }, (_, index) => index % 256));
    const { outbound, client, gone } = await served();
    expect(outbound.started).toBe(false);
    outbound.send(201, withLength(body), body);
    expect(outbound.started).toBe(true);
    const answer = await client.answer();
    expect(answer).toMatchObject({ status: 201, complete: true });
    expect(headerOf(answer, 'x-a')).toBe('b');
    expect(client.received.subarray(-size || client.receivedLength)).toEqual(body);
    expect(await outbound.closed).toBe(true);
    expect(gone()).toBe(0);
    expect([outbound.waiting, outbound.queued]).toEqual([false, false]);
  });

  it('that is short goes out in one packet with its head', async () => {
    const { outbound, client } = await served();
    let reads = 0;
    client.socket.on('data', () => {
      reads += 1;
    });
    outbound.send(200, withLength(Buffer.from('short')), Buffer.from('short'));
    await client.answer();
    expect(reads).toBe(1);
  });

  it('that its client does not take waits, and goes on when it does', async () => {
    const body = Buffer.alloc(20_000_000, 1);
    const { outbound, client } = await served();
    let drained = 0;
    outbound.onDrain(() => {
      drained += 1;
    });
    client.stopReading();
    outbound.send(200, withLength(body), body);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(outbound.waiting).toBe(true);
    const before = drained;
    client.readOn();
    await client.hearsBytes(20_000_000);
    expect((await client.answer()).body).toHaveLength(20_000_000);
    expect(await outbound.closed).toBe(true);
    expect(drained).toBeGreaterThan(before);
  });

  it('that its client does not take can be cut', async () => {
    const body = Buffer.alloc(20_000_000, 1);
    const { outbound, client, gone } = await served();
    client.stopReading();
    outbound.send(200, withLength(body), body);
    outbound.cut(Buffer.alloc(0));
    expect(await outbound.closed).toBe(false);
    expect(gone()).toBe(1);
    client.readOn();
    await client.ended;
    expect(client.answers[0]?.complete ?? false).toBe(false);
  });

  it('whose head cannot be written can be given another', async () => {
    const { outbound, client } = await served();
    expect(() => outbound.send(200, ['x-bad', 'a\r\nb'], Buffer.from('x'))).toThrow('Invalid character');
    expect(outbound.started).toBe(false);
    outbound.send(500, withLength(Buffer.from('sorry')), Buffer.from('sorry'));
    expect(await client.answer()).toMatchObject({ status: 500, body: 'sorry' });
    expect(await outbound.closed).toBe(true);
  });

  it('on a connection that stays open leaves it to the next request', async () => {
    const { url } = await listening((_req, res) =>
      new ExpressOutbound(res, () => {}).send(200, withLength(Buffer.from('x')), Buffer.from('x')),
    );
    const client = await hostileClient(url);
    for (let count = 1; count <= 3; count += 1) {
      client.say(get);
      expect(await client.hearsAnswers(count)).toHaveLength(count);
    }
  });
});

describe('an answer in parts', () => {
  it('arrives part by part, and is complete at its end', async () => {
    const { outbound, client } = await served();
    outbound.start(200, headers);
    expect(outbound.started).toBe(true);
    expect(outbound.write(Buffer.from('one '))).toBe(true);
    await client.hears('one ');
    outbound.write(Buffer.from('two'));
    outbound.end();
    expect(await client.answer()).toMatchObject({ status: 200, body: 'one two', complete: true });
    expect(await outbound.closed).toBe(true);
  });

  it('tells when its client is behind, and when it has caught up', async () => {
    const { outbound, client } = await served();
    const drained = gate();
    outbound.onDrain(() => drained.open());
    outbound.start(200, headers);
    client.stopReading();
    while (outbound.write(Buffer.alloc(100_000)));
    expect(outbound.waiting).toBe(true);
    client.readOn();
    await drained.opened;
    outbound.end();
    expect(await outbound.closed).toBe(true);
  });

  it('that is cut has its last words, and does not look complete', async () => {
    const { outbound, client, gone } = await served();
    outbound.start(200, headers);
    outbound.write(Buffer.from('one '));
    outbound.cut(Buffer.from('sorry'));
    expect(await outbound.closed).toBe(false);
    await client.ended;
    expect(client.answers).toMatchObject([{ status: 200, body: 'one sorry', complete: false }]);
    expect(gone()).toBe(1);
  });

  it('whose last words nobody takes can be cut once more', async () => {
    const { outbound, client } = await served();
    outbound.start(200, headers);
    client.stopReading();
    for (let count = 0; count < 200; count += 1) outbound.write(Buffer.alloc(100_000)); // more than kernels keep
    outbound.cut(Buffer.from('sorry'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(outbound.waiting).toBe(true);
    outbound.cut(Buffer.alloc(0));
    expect(await outbound.closed).toBe(false);
  });

  it('takes nothing after its end', async () => {
    for (const end of [(one: ExpressOutbound) => one.end(), (one: ExpressOutbound) => one.cut(Buffer.from('!'))]) {
      const { outbound, client } = await served();
      outbound.start(200, headers);
      outbound.write(Buffer.from('all'));
      end(outbound);
      expect(outbound.write(Buffer.from('late'))).toBe(true);
      outbound.start(500, []);
      outbound.send(500, [], Buffer.from('late'));
      outbound.end();
      outbound.cut(Buffer.from('late'));
      await outbound.closed;
      await client.hears('all');
      expect(client.text).not.toContain('late');
    }
  });
});

describe('a client that leaves', () => {
  it.each([
    ['before its answer', () => {}],
    ['in the middle of it', (outbound: ExpressOutbound) => outbound.start(200, headers)],
  ] as const)('%s is told of, once, and nothing can be written any more', async (_when, begin) => {
    const { outbound, client, gone } = await served();
    begin(outbound);
    client.reset();
    expect(await outbound.closed).toBe(false);
    expect(gone()).toBe(1);
    expect(outbound.write(Buffer.from('x'))).toBe(true);
    outbound.send(200, headers, Buffer.from('x'));
    outbound.end();
    outbound.cut(Buffer.from('x'));
    outbound.cut(Buffer.alloc(0));
    expect(gone()).toBe(1);
    expect([outbound.waiting, outbound.queued]).toEqual([false, false]);
  });
});

describe('the host’s middleware', () => {
  it('that answered by itself is not our answer: the exchange counts as given up', async () => {
    const { outbound, res, client, gone } = await served();
    res.writeHead(503).end('too late');
    expect(await outbound.closed).toBe(false);
    expect(gone()).toBe(1);
    outbound.send(200, headers, Buffer.from('ours'));
    expect(await client.answer()).toMatchObject({ status: 503, body: 'too late' });
  });

  it('that has a writeHead of its own gets headers that it can read', async () => {
    const seen: unknown[] = [];
    const { outbound, client } = await served((res) => {
      const writeHead = res.writeHead.bind(res);
      res.writeHead = ((status: number, ...rest: unknown[]) => {
        seen.push(status, rest, res.getHeader('x-a'));
        return writeHead(status);
      }) as typeof res.writeHead;
    });
    outbound.send(200, withLength(Buffer.from('x')), Buffer.from('x'));
    expect(headerOf(await client.answer(), 'x-a')).toBe('b');
    expect(seen).toEqual([200, [], 'b']);
  });

  it('that throws from writeHead is heard by who sends', async () => {
    const { outbound, res } = await served((one) => {
      one.writeHead = () => {
        throw new Error('of the host');
      };
    });
    expect(() => outbound.send(200, headers, Buffer.from('x'))).toThrow('of the host');
    res.destroy();
    expect(await outbound.closed).toBe(false);
  });
});

describe('answers in line on one connection', () => {
  it('wait for those before them, and say so', async () => {
    const outbounds: ExpressOutbound[] = [];
    const both = gate();
    const { url } = await listening((_req, res) => {
      outbounds.push(new ExpressOutbound(res, () => {}));
      if (outbounds.length === 2) both.open();
    });
    const client = await hostileClient(url);
    client.say(get + get);
    await both.opened;
    const [first, second] = outbounds as [ExpressOutbound, ExpressOutbound];
    second.send(200, withLength(Buffer.from('two')), Buffer.from('two'));
    expect([first.queued, second.queued, second.waiting]).toEqual([false, true, true]);
    first.send(200, withLength(Buffer.from('one')), Buffer.from('one'));
    expect((await client.hearsAnswers(2)).map(({ body }) => body)).toEqual(['one', 'two']);
    expect(await Promise.all([first.closed, second.closed])).toEqual([true, true]);
    expect([second.queued, second.waiting]).toEqual([false, false]);
  });

  it('are given up together when their client leaves', async () => {
    const closed: Promise<boolean>[] = [];
    const all = gate();
    const { url } = await listening((_req, res) => {
      closed.push(new ExpressOutbound(res, () => {}).closed);
      if (closed.length === 5) all.open();
    });
    const client = await hostileClient(url);
    client.say(get.repeat(5));
    await all.opened;
    client.reset();
    expect(await Promise.all(closed)).toEqual([false, false, false, false, false]);
  });
});

it('an answer to HEAD has its head only', async () => {
  const body = Buffer.from('not to be sent');
  const { url } = await listening((_req, res) => new ExpressOutbound(res, () => {}).send(200, withLength(body), body));
  const status = await new Promise((resolve) =>
    http.request(url, { method: 'HEAD', agent: false }, (res) => resolve([res.statusCode, res.headers['content-length']])).end(),
  );
  expect(status).toEqual([200, String(body.length)]);
  expect((await exchanged(url, get)).text).toContain('not to be sent');
});
