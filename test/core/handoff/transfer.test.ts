import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import type { AttemptRecord } from '../../../core/src/model/response.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { hostileClient } from '../../kit/hostile-client.ts';
import { encoded, head, hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';
import { answerOf, carried, carrying, plainProxy, requestOf, uploading } from '../harness/carrying.ts';
import { gate, listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const megabyte = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A plugin that knows how exchanges and their attempts end. */
function watching(): { plugin: ReturnType<ReturnType<typeof definePlugin>>; over: Promise<Settlement>; attempts: AttemptRecord[] } {
  const settled = gate<Settlement>();
  const attempts: AttemptRecord[] = [];
  const plugin = definePlugin({
    name: 'watching',
    opaque: true,
    create: () => ({
      onRequest: (context) => context.onSettled((settlement) => settled.open(settlement)),
      attempt: ({ onSettled }) => onSettled((end) => void attempts.push(end as AttemptRecord)),
    }),
  })();
  return { plugin, over: settled.opened, attempts };
}

describe('what is carried', () => {
  it('goes both ways byte for byte, whatever it is', async () => {
    const sent = randomBytes(300_000);
    const answered = randomBytes(400_000);
    let received = Buffer.alloc(0);
    const up = await listening((req, res) => {
      const pieces: Buffer[] = [];
      req.on('data', (piece: Buffer) => pieces.push(piece));
      req.on('end', () => {
        received = Buffer.concat(pieces);
        res
          .writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': answered.length, 'x-secret': 'of the upstream' })
          .end(answered);
      });
    });
    const { plugin, over, attempts } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const answer = await carried(`${url}/raw/v1/audio?x=1`, 'POST', sent, { 'content-type': 'application/octet-stream' });
    expect(answer).toMatchObject({ status: 200, broken: false, headers: { 'content-type': 'audio/mpeg', 'content-length': '400000' } });
    expect(answer.headers['x-secret']).toBeUndefined();
    expect(answer.body.equals(answered)).toBe(true);
    expect(received.equals(sent)).toBe(true);
    expect(await over).toMatchObject({
      outcome: 'completed',
      dialect: 'raw',
      model: undefined,
      target: { id: 'raw/*' },
      source: 'upstream',
      bytesIn: 300_000,
      bytesOut: 400_000,
      attempts: [{ outcome: 'completed', status: 200, target: { id: 'raw/*' } }],
    });
    expect(attempts).toHaveLength(1);
  });

  it('of 25 MB goes on while it comes: at no time is more of it here than sockets hold', async () => {
    const piece = randomBytes(megabyte);
    const hash = createHash('sha256');
    let received = 0;
    const firstPiece = gate();
    const up = await listening((req, res) => {
      const theirs = createHash('sha256');
      req.on('data', (data: Buffer) => {
        received += data.length;
        theirs.update(data);
        firstPiece.open();
      });
      req.on('end', () => res.writeHead(200, { 'content-type': 'text/plain' }).end(theirs.digest('hex')));
    });
    const { url } = await carrying(up.url, { maxBodyBytes: 30 * megabyte });
    const { request, answer } = uploading(`${url}/raw/files`, 'POST', { 'content-type': 'multipart/form-data; boundary=b' });
    request.write(piece);
    hash.update(piece);
    await firstPiece.opened; // the upstream reads while the client still writes
    let most = 0;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let sent = 1; sent < 25; sent += 1) {
      hash.update(piece);
      if (!request.write(piece)) await new Promise((go) => request.once('drain', go));
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    request.end();
    expect((await answer).body.toString()).toBe(hash.digest('hex'));
    expect(received).toBe(25 * megabyte);
    expect(most).toBeLessThan(8 * megabyte); // client, gateway and upstream are one process here
  });

  it('waits for an upstream that does not read, as long as it may', async () => {
    const up = await listening(() => {}); // takes the head, nothing of the body
    const { plugin, over } = watching();
    const own = { maxBodyBytes: 200 * megabyte, timeouts: { idleMs: 1000 } };
    const { url } = await carrying(up.url, own, { plugins: [plugin] });
    const { request } = uploading(`${url}/raw/files`, 'POST', { 'content-length': 200 * megabyte });
    let sent = 0;
    const piece = Buffer.alloc(megabyte);
    for (; sent < 200; sent += 1) {
      if (request.write(piece)) continue;
      const drained = await Promise.race([
        new Promise<boolean>((go) => request.once('drain', () => go(true))),
        new Promise<boolean>((go) => setTimeout(() => go(false), 300)),
      ]);
      if (!drained) break;
    }
    expect(sent).toBeLessThan(40);
    // Node does not see a client leave that it does not read from: the limit ends that, too.
    request.on('error', () => {}).destroy();
    expect((await over).outcome).not.toBe('completed');
  });

  it('waits for a client that does not read, and goes on when it does', async () => {
    const total = 64 * megabyte;
    const up = await hostileUpstream(async (peer) => {
      peer.say(head(200, { 'content-type': 'image/png', 'content-length': String(total) }));
      await peer.pour(Buffer.alloc(megabyte, 7), 64);
    });
    const { url } = await carrying(up.url);
    const client = await hostileClient(url);
    client.say('GET /ai/raw/image HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await client.hearsBytes(1);
    client.stopReading();
    const peer = await up.peer(0);
    let before = -1;
    while (peer.accepted !== before) {
      before = peer.accepted;
      await new Promise((go) => setTimeout(go, 100));
    }
    expect(before).toBeLessThan(32 * megabyte);
    client.readOn();
    await client.ended;
    expect(client.receivedLength).toBeGreaterThan(total);
  });
});

describe('a client that leaves', () => {
  const within = 100;

  it('while it uploads takes the upstream’s connection with it, and the upload never looks whole', async () => {
    const up = await hostileUpstream(() => {});
    const { plugin, over, attempts } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const { request } = uploading(`${url}/raw/files`, 'POST', { 'content-length': 1000 });
    request.on('error', () => {});
    request.write('half of it');
    const peer = await up.peer(0);
    await expect.poll(() => peer.received.toString()).toContain('half of it');
    const leftAt = performance.now();
    request.destroy();
    await peer.closed;
    expect((peer.closedAt as number) - leftAt).toBeLessThan(within);
    expect(await over).toMatchObject({ outcome: 'aborted', status: 499, error: 'GW_CLIENT_CLOSED', bytesIn: 10 });
    expect(attempts).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('while the upstream thinks', async () => {
    const up = await hostileUpstream(() => {});
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const { request } = uploading(`${url}/raw/slow`, 'GET');
    request.on('error', () => {});
    request.end();
    await up.request(0);
    const leftAt = performance.now();
    request.destroy();
    const peer = await up.peer(0);
    await peer.closed;
    expect((peer.closedAt as number) - leftAt).toBeLessThan(within);
    expect(await over).toMatchObject({ outcome: 'aborted' });
  });

  it('in the middle of the answer', async () => {
    const up = await hostileUpstream(
      (peer) => void peer.say(`${head(200, { 'content-length': '100', 'content-type': 'image/png' })}begun`),
    );
    const { plugin, over, attempts } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const client = await hostileClient(url);
    client.say('GET /ai/raw/image HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.hears('begun');
    const leftAt = performance.now();
    client.destroy();
    const peer = await up.peer(0);
    await peer.closed;
    expect((peer.closedAt as number) - leftAt).toBeLessThan(within);
    expect(await over).toMatchObject({ outcome: 'aborted', status: 200, bytesOut: 5 });
    expect(attempts).toMatchObject([{ outcome: 'aborted', status: 200 }]);
  });

  it('while a hook still looks at the answer', async () => {
    const up = await hostileUpstream(
      (peer) => void peer.say(`${head(200, { 'content-length': '100', 'content-type': 'image/png' })}begun`),
    );
    const entered = gate();
    const slow = definePlugin({
      name: 'slow',
      opaque: true,
      create: () => ({
        afterResponse: async ({ signal }) => {
          entered.open();
          await new Promise((go) => signal.addEventListener('abort', go));
        },
      }),
    })();
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin, slow] });
    const client = await hostileClient(url);
    client.say('GET /ai/raw/image HTTP/1.1\r\nhost: x\r\n\r\n');
    await entered.opened;
    client.destroy();
    await (await up.peer(0)).closed;
    expect(await over).toMatchObject({ outcome: 'aborted' });
  });
});

describe('an upstream that breaks off', () => {
  it('before its head is 502', async () => {
    const up = await hostileUpstream((peer) => peer.destroy());
    const { plugin, over, attempts } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect(answer).toMatchObject({ status: 502, broken: false });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'GW_UPSTREAM_UNREACHABLE' } });
    expect(await over).toMatchObject({ outcome: 'failed', status: 502 });
    expect(attempts).toMatchObject([{ outcome: 'failed', error: 'GW_UPSTREAM_UNREACHABLE', status: undefined }]);
  });

  it('that nobody listens at, too', async () => {
    const closed = await listening(() => {});
    const { url: nobody } = closed;
    await new Promise((go) => closed.close(go));
    const { url } = await carrying(nobody);
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).not.toContain(new URL(nobody).port);
  });

  it('after its head and before its first byte is 502 too', async () => {
    const up = await hostileUpstream((peer) => {
      peer.say(head(200, { 'content-length': '100', 'content-type': 'image/png' }));
      setTimeout(() => peer.destroy(), 20);
    });
    const { url } = await carrying(up.url);
    const answer = await carried(`${url}/raw/x`, 'GET');
    expect(answer).toMatchObject({ status: 502, broken: false });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'GW_UPSTREAM_TRUNCATED' } });
  });

  it.each([
    ['a length', () => `${head(200, { 'content-length': '100', 'content-type': 'image/png' })}begun`],
    ['chunks', () => head(200, { 'transfer-encoding': 'chunked', 'content-type': 'image/png' }) + encoded('begun').toString()],
  ])('in the middle of an answer framed by %s cuts the client off: it never looks whole', async (_what, said) => {
    const up = await hostileUpstream((peer) => {
      peer.say(said());
      setTimeout(() => peer.reset(), 20);
    });
    const { plugin, over, attempts } = watching();
    const { url } = await carrying(up.url, {}, { plugins: [plugin] });
    const answer = await carried(`${url}/raw/x`, 'GET');
    expect(answer).toMatchObject({ status: 200, broken: true });
    expect(answer.body.toString()).toBe('begun');
    expect(await over).toMatchObject({ outcome: 'failed', error: 'GW_UPSTREAM_TRUNCATED', status: 200 });
    expect(attempts).toMatchObject([{ outcome: 'failed', error: 'GW_UPSTREAM_TRUNCATED' }]);
  });

  it('that answers before it has read everything is heard', async () => {
    const up = await hostileUpstream(() => {}, {
      onConnection: (peer) => void peer.say(wholeAnswer('{"no":"thanks"}', {}, 413)),
    });
    const { url } = await carrying(up.url);
    const { request, answer } = uploading(`${url}/raw/x`, 'POST', { 'content-length': 1_000_000 });
    request.write(Buffer.alloc(1000));
    expect(await answer).toMatchObject({ status: 413 });
  });
});

describe('limits', () => {
  it('a body that says it is too large never reaches the upstream', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await carrying(up.url, { maxBodyBytes: 1000 });
    const { request, answer } = uploading(`${url}/raw/x`, 'POST', { 'content-length': 1001 });
    request.flushHeaders();
    expect(await answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(up.peers).toHaveLength(0);
  });

  it('a body that turns out too large is cut before its end: the upstream gets none that looks whole', async () => {
    const up = await hostileUpstream(() => {});
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, { maxBodyBytes: 1000 }, { plugins: [plugin] });
    const { request, answer } = uploading(`${url}/raw/x`, 'POST');
    request.write(Buffer.alloc(900, 'a'));
    const peer = await up.peer(0);
    await expect.poll(() => peer.received.length).toBeGreaterThan(900);
    request.write(Buffer.alloc(900, 'b'));
    expect(await answer).toMatchObject({ status: 413 });
    await peer.closed;
    expect(peer.received.toString()).not.toMatch(/b|0\r\n\r\n$/);
    expect(await over).toMatchObject({ error: 'GW_BODY_TOO_LARGE' });
  });

  it('an upstream that says nothing is 504 after the idle limit', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await carrying(up.url, { timeouts: { idleMs: 100 } });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body.toString()).error.code).toBe('GW_UPSTREAM_TIMEOUT');
    await (await up.peer(0)).closed;
  });

  it('an answer that stops is cut after the idle limit', async () => {
    const up = await hostileUpstream((peer) => void peer.say(`${head(200, { 'content-length': '100' })}begun`));
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, { timeouts: { idleMs: 100 } }, { plugins: [plugin] });
    expect(await carried(`${url}/raw/x`, 'GET')).toMatchObject({ status: 200, broken: true });
    expect(await over).toMatchObject({ outcome: 'failed', error: 'GW_UPSTREAM_TIMEOUT' });
  });

  it('a client that stops sending is 408 after the idle limit', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await carrying(up.url, { timeouts: { idleMs: 100 } });
    const { request, answer } = uploading(`${url}/raw/x`, 'POST', { 'content-length': 1000 });
    request.write('half');
    expect(await answer).toMatchObject({ status: 408 });
    await (await up.peer(0)).closed;
  });

  it('an answer without end ends at the total limit', async () => {
    const up = await hostileUpstream(async (peer) => {
      peer.say(head(200, { 'transfer-encoding': 'chunked', 'content-type': 'text/event-stream' }));
      const timer = setInterval(() => peer.say(encoded('data: x\n\n')), 20);
      onTestFinished(() => clearInterval(timer));
      await peer.closed;
      clearInterval(timer);
    });
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, { timeouts: { totalMs: 300 } }, { plugins: [plugin] });
    const answer = await carried(`${url}/raw/x`, 'GET');
    expect(answer).toMatchObject({ status: 200, broken: true, headers: { 'x-accel-buffering': 'no' } });
    expect(await over).toMatchObject({ outcome: 'failed', error: 'GW_UPSTREAM_TIMEOUT' });
  });

  it('a client that takes nothing for so long is disconnected, and the upstream with it', async () => {
    const up = await hostileUpstream(async (peer) => {
      peer.say(head(200, { 'content-length': String(64 * megabyte) }));
      await peer.pour(Buffer.alloc(megabyte), 64);
    });
    const { plugin, over } = watching();
    const { url } = await carrying(up.url, { timeouts: { idleMs: 100 } }, { plugins: [plugin], limits: { stallMs: 400 } });
    const client = await hostileClient(url);
    client.say('GET /ai/raw/image HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.hearsBytes(1);
    client.stopReading();
    await (await up.peer(0)).closed;
    expect(await over).toMatchObject({ outcome: 'aborted', error: 'GW_CLIENT_STALLED' });
  });
});

describe('framing', () => {
  it('is the gateway’s own: GET brings no body along, whatever it declares', async () => {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const { url } = await carrying(up.url);
    for (const [framing, body] of [
      ['content-length: 44', 'POST /smuggled HTTP/1.1\r\ncontent-length: 0\r\n\r\n'],
      ['transfer-encoding: chunked', '5\r\nGET /\r\n0\r\n\r\n'],
    ]) {
      const client = await hostileClient(url);
      client.say(`GET /ai/raw/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${framing}\r\n\r\n${body}`);
      await client.ended;
    }
    expect(up.requests).toHaveLength(2);
    for (const { head: said, headers } of up.requests) {
      expect(said).toMatch(/^GET \/x HTTP/);
      expect(headers.filter(([name]) => /content-length|transfer-encoding/.test(name))).toEqual([]);
    }
    for (const peer of up.peers) expect(peer.received.toString()).not.toContain('smuggled');
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('of %s is one length, or chunks', async (method) => {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const { url } = await carrying(up.url);
    await carried(`${url}/raw/x`, method, 'body', { 'content-length': 4 });
    await carried(`${url}/raw/x`, method, undefined, { 'content-length': 0 });
    const framing = up.requests.map(({ headers }) => headers.filter(([name]) => /content-length|transfer-encoding/.test(name)));
    expect(framing).toEqual([[['content-length', '4']], [['content-length', '0']]]);
    const { request, answer } = uploading(`${url}/raw/x`, method, { 'transfer-encoding': 'chunked' });
    request.end('body');
    await answer;
    const last = up.peers.at(-1)?.received.toString() ?? '';
    expect(last).toMatch(/transfer-encoding: chunked/i);
    expect(last).not.toMatch(/content-length/i);
    expect(last).toMatch(/\r\n4\r\nbody\r\n0\r\n\r\n/);
  });

  it('HEAD goes as HEAD, and its answer has a length and no body', async () => {
    const up = await hostileUpstream((peer) => void peer.say(head(200, { 'content-type': 'image/png', 'content-length': '12345' })));
    const { url } = await carrying(up.url);
    const answer = await carried(`${url}/raw/x`, 'HEAD');
    expect(answer).toMatchObject({ status: 200, broken: false, headers: { 'content-length': '12345', 'content-type': 'image/png' } });
    expect(up.requests[0]?.head).toMatch(/^HEAD /);
  });

  it('of 204 is nothing', async () => {
    const up = await hostileUpstream((peer) => void peer.say(head(204)));
    const { url } = await carrying(up.url);
    const answer = await carried(`${url}/raw/x`, 'DELETE');
    expect(answer).toMatchObject({ status: 204, broken: false });
    expect(answer.headers['content-type']).toBeUndefined();
  });
});

describe('a connection of the client’s', () => {
  it('serves the next request after one whose body nobody wanted', async () => {
    const up = await hostileUpstream(() => {}, {
      onConnection: (peer) => void peer.say(wholeAnswer('{}', {}, 400)),
    });
    const { url } = await carrying(up.url);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      const request = http.request(`${url}/raw/x`, { method: 'POST', agent, headers: { 'content-length': 300_000 } });
      request.end(Buffer.alloc(300_000));
      statuses.push(
        await new Promise<number>((go, fail) =>
          request.on('error', fail).on('response', (res) => res.resume().on('close', () => go(res.statusCode as number))),
        ),
      );
    }
    expect(statuses).toEqual([400, 400, 400]);
  });
});

describe('a handoff', () => {
  it('that refuses after the answer came lets go of it, and is told in its dialect', async () => {
    const up = await hostileUpstream(
      (peer) => void peer.say(`${head(302, { location: 'http://elsewhere/', 'content-length': '100' })}part`),
    );
    const proxy = plainProxy(up.url);
    const { url } = await carrying(up.url, {
      errors: 'anthropic-messages',
      carry: async (transfer) => {
        const answer = await transfer.through(proxy, requestOf(transfer));
        expect(answer.status).toBe(302);
        throw new GatewayError({ status: 400, code: 'NO_REDIRECTS', message: 'No.' });
      },
    });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ type: 'error' });
    await (await up.peer(0)).closed;
  });

  it('that fails is masked', async () => {
    const up = await hostileUpstream(() => {});
    const { url, logger } = await carrying(up.url, { carry: () => Promise.reject(new Error('secret of the house')) });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect(answer.status).toBe(500);
    expect(answer.body.toString()).not.toContain('secret');
    expect(logger.texts('error').join()).toContain('secret of the house');
  });

  it('that throws at once is masked as well', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await carrying(up.url, {
      carry: () => {
        throw new Error('secret of the house');
      },
    });
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(500);
  });

  it('can send a request without body again, and one with a body not', async () => {
    let asked = 0;
    const up = await hostileUpstream((peer) => {
      asked += 1;
      if (asked === 1) peer.destroy();
      else peer.say(wholeAnswer('{"ok":true}'));
    });
    const proxy = plainProxy(up.url);
    const { url } = await carrying(up.url, {
      carry: async (transfer) => {
        const request = requestOf(transfer);
        return answerOf(await transfer.through(proxy, request).catch(() => transfer.through(proxy, request)));
      },
    });
    expect((await carried(`${url}/raw/x`, 'GET')).status).toBe(200);
    asked = 0;
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(500);
    expect(asked).toBe(1);
  });

  it('sees the client’s body as it passes, and what it refuses never reaches the upstream', async () => {
    const up = await hostileUpstream(() => {});
    const proxy = plainProxy(up.url);
    const { url } = await carrying(up.url, {
      carry: async (transfer) => {
        const inspector = {
          push(piece: Buffer): void {
            if (piece.includes('forbidden')) throw new GatewayError({ status: 403, code: 'NO', message: 'No.' });
          },
          end(): void {},
        };
        return answerOf(await transfer.through(proxy, { ...requestOf(transfer), inspector }));
      },
    });
    const { request, answer } = uploading(`${url}/raw/x`, 'POST', { 'content-length': 100 });
    request.write('fine so far ');
    const peer = await up.peer(0);
    await expect.poll(() => peer.received.toString()).toContain('fine so far');
    request.write('but this is forbidden');
    expect(await answer).toMatchObject({ status: 403 });
    await peer.closed;
    expect(peer.received.toString()).not.toContain('forbidden');
  });
});

describe('closing', () => {
  it('waits for what is carried', async () => {
    const go = gate();
    const up = await listening((_req, res) => {
      res.writeHead(200, { 'content-type': 'image/png' }).write('begun ');
      void go.opened.then(() => res.end('done'));
    });
    const { url, gateway } = await carrying(up.url);
    const { request, answer } = uploading(`${url}/raw/x`, 'GET');
    request.end();
    await new Promise((seen) => request.on('response', (res) => res.once('data', seen)));
    const closed = gateway.close();
    go.open();
    await closed;
    expect((await answer).body.toString()).toBe('begun done');
  });

  it('ends at its limit what goes on', async () => {
    const up = await hostileUpstream((peer) => void peer.say(`${head(200, { 'content-length': '100' })}begun`));
    const { plugin, over } = watching();
    const { url, gateway } = await carrying(up.url, {}, { plugins: [plugin], timeouts: { closeMs: 50 } });
    const { request, answer } = uploading(`${url}/raw/x`, 'GET');
    request.end();
    await new Promise((seen) => request.on('response', (res) => res.once('data', seen)));
    await gateway.close();
    expect(await answer).toMatchObject({ broken: true });
    expect(await over).toMatchObject({ outcome: 'failed', error: 'GW_CLOSING' });
    await (await up.peer(0)).closed;
  });
});
