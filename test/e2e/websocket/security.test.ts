import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { azureOpenAI } from '../../../core/src/providers/azure-openai/azure-openai.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hostileClient } from '../../kit/hostile-client.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { hosted, until } from './hosted.ts';
import { frame, handshake, opcodes, rawSocket } from './raw-socket.ts';
import { responseEvents, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

const responses = '/v1/responses';
const realtime = '/v1/realtime?model=voice';
const hello = [{ type: 'session.created', session: {} }];
const ask = JSON.stringify({ type: 'response.create', model: 'chat', input: 'Hi' });
const alice = 'authorization: Bearer gw_alice';

const talking = () =>
  simulatedSockets({
    hello: [],
    answer({ event, say }) {
      if (event.type === 'response.create') say(...responseEvents('resp_1', 'hello'));
    },
  });

describe('what stands in a head', () => {
  const doors = [
    'cookie',
    'x-forwarded-for',
    'x-real-ip',
    'forwarded',
    'proxy-authorization',
    'x-api-key',
    'api-key',
    'referer',
    'traceparent',
    'anything-else',
  ];

  it.each([responses, realtime])('of a client goes no further than it is listed: %s', async (path) => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const headers = Object.fromEntries(doors.map((name) => [name, 'canary-of-the-door']));
    const { socket } = await host.open(path, { ...headers, authorization: 'Bearer gw_alice', 'openai-beta': 'realtime=v1' });
    socket.send(ask);
    await until(() => upstream.heads.length === 1);
    const seen = upstream.heads[0]?.headers ?? {};
    expect(JSON.stringify(seen)).not.toMatch(/canary|gw_alice/);
    expect(seen).toMatchObject({ authorization: 'Bearer sk-operators-own', 'openai-beta': 'realtime=v1' });
    const ofItsOwn = ['connection', 'host', 'sec-websocket-key', 'sec-websocket-version', 'upgrade', 'user-agent'];
    expect(Object.keys(seen).sort()).toEqual(['authorization', 'openai-beta', ...ofItsOwn].sort());
  });

  it('of a provider stays here: of its handshake the client gets nothing', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const client = await rawSocket(host.origin, realtime);
    expect(client.text.toLowerCase()).not.toMatch(/sk-operators-own|set-cookie|server:/);
    client.destroy();
  });

  it('a key that came as a subprotocol is the caller’s, and is not repeated to anybody', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const url = `${host.origin.replace('http', 'ws')}${realtime}`;
    const socket = new WebSocket(url, ['realtime', 'openai-insecure-api-key.gw_alice', 'openai-beta.realtime-v1']);
    await once(socket, 'open');
    expect(socket.protocol).toBe('realtime');
    expect(JSON.stringify(upstream.heads)).not.toContain('gw_alice');
    expect(upstream.heads[0]?.headers['sec-websocket-protocol']).toBeUndefined();
    socket.terminate();
    const stranger = new WebSocket(url, ['realtime', 'openai-insecure-api-key.gw_bob']);
    const [, answer] = (await once(stranger, 'unexpected-response')) as [unknown, { statusCode: number; destroy(): void }];
    expect(answer.statusCode).toBe(401);
    answer.destroy();
    stranger.on('error', () => {});
    stranger.terminate();
    expect(upstream.heads).toHaveLength(1);
  });
});

describe('what a provider says of the operator’s key', () => {
  it.each([
    [401, 502],
    [403, 502],
    [429, 429],
    [500, 502],
    [301, 502],
    [200, 502],
  ])('stays here, also where it refuses an upgrade: %i', async (status, told) => {
    const upstream = await simulatedSockets({ refuse: status });
    const host = await hosted(upstream.url, {
      config: { providers: [openai({ apiKey: 'sk-operators-own', baseUrl: `${upstream.url}/v1` })] },
    });
    const client = await hostileClient(host.origin);
    client.say(handshake(`/ai${realtime}`, alice));
    const answer = await client.answer();
    expect(answer.status).toBe(told);
    expect(`${answer.head}${answer.body}`).not.toMatch(/sk-|127\.0\.0\.1|no sockets/);
    client.destroy();
  });

  it('another credential is tried when one is not let in, and the next session begins with what works', async () => {
    const upstream = await simulatedSockets({
      hello,
      refuse: ({ authorization }) => (authorization === 'Bearer sk-old' ? 401 : undefined),
    });
    const provider = openai({ apiKey: ['sk-old', 'sk-new'], baseUrl: `${upstream.url}/v1` });
    const host = await hosted(upstream.url, { config: { providers: [provider] } });
    expect((await host.open(realtime)).status).toBeUndefined();
    expect(upstream.heads.at(-1)?.headers.authorization).toBe('Bearer sk-new');
  });

  it('Azure is asked as Azure wants it', async () => {
    const upstream = await simulatedSockets({ hello });
    const provider = azureOpenAI({ name: 'azure', endpoint: upstream.url, apiKey: 'azure-key' });
    const host = await hosted(upstream.url, { config: { providers: [provider], models: { voice: 'azure/my-deployment' } } });
    expect((await host.open(realtime)).status).toBeUndefined();
    expect(upstream.heads).toMatchObject([
      { path: expect.stringMatching(/^\/openai\/v1\/realtime\?model=my-deployment/), headers: { 'api-key': 'azure-key' } },
    ]);
    expect(upstream.heads[0]?.headers.authorization).toBeUndefined();
  });
});

describe('who may', () => {
  it('is asked of all who come at once: no limit is passed by a crowd', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url, { sockets: { maxPerPrincipal: 2 } });
    const crowd = await Promise.all(Array.from({ length: 8 }, () => host.open(realtime)));
    expect(crowd.filter(({ status }) => status === undefined)).toHaveLength(2);
    expect(crowd.filter(({ status }) => status === 503)).toHaveLength(6);
    expect(upstream.heads).toHaveLength(2);
    crowd.find(({ status }) => status === undefined)?.socket.close();
    await until(() => upstream.sockets.some(({ readyState }) => readyState === 3));
    expect((await host.open(realtime)).status).toBeUndefined();
  });

  it('no more are open at once than may be, of all callers', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url, { sockets: { maxConnections: 2 } });
    const crowd = await Promise.all(Array.from({ length: 8 }, () => host.open(realtime)));
    expect(crowd.filter(({ status }) => status === undefined)).toHaveLength(2);
    expect(upstream.heads).toHaveLength(2);
  });

  it('is asked again for each Realtime answer: a key that is revoked meanwhile begins none', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open(realtime);
    socket.send('{"type":"response.create"}');
    await until(() => upstream.heard.length === 1);
    host.keys.clear();
    socket.send('{"type":"response.create","event_id":"again"}');
    await until(() => said.some((event) => (event as { type: string }).type === 'error'));
    expect(said.at(-1)).toMatchObject({ type: 'error', error: { code: 'GW_UNAUTHENTICATED', event_id: 'again' } });
    expect(upstream.heard).toHaveLength(1);
  });

  it('pages of the gateway’s own origin and of listed ones, over TLS too', async () => {
    const upstream = await talking();
    const tls = selfSigned();
    const host = await hosted(upstream.url, { tls, sockets: { origins: ['https://app.example'] } });
    const statusFrom = async (origin: string): Promise<number> => {
      const socket = new WebSocket(`${host.origin.replace('https', 'wss')}${responses}`, {
        ca: tls.cert,
        headers: { authorization: 'Bearer gw_alice', origin },
      });
      socket.on('error', () => {});
      const status = await new Promise<number>((resolve) => {
        socket.once('open', () => resolve(101));
        socket.once('unexpected-response', (request, response) => {
          resolve(response.statusCode as number);
          request.destroy();
        });
      });
      socket.terminate();
      return status;
    };
    const own = new URL(host.origin).origin;
    const asked = [own, 'https://app.example', 'https://app.example.evil.example', 'http://app.example', 'null', 'https://127.0.0.1:1', ''];
    const statuses: number[] = [];
    for (const origin of asked) statuses.push(await statusFrom(origin));
    expect(statuses).toEqual([101, 101, 403, 403, 403, 403, 403]);
  });
});

describe('bytes that are no proper client’s', () => {
  it.each([
    ['another version', handshake(`/ai${realtime}`, alice).replace('version: 13', 'version: 7'), /^HTTP\/1\.1 4(?:00|26) /],
    ['no key', handshake(`/ai${realtime}`, alice).replace(/sec-websocket-key: .*\r\n/, ''), /^HTTP\/1\.1 400 /],
    ['a key that is none', handshake(`/ai${realtime}`, alice).replace('dGhlIHNhbXBsZSBub25jZQ==', 'x'), /^HTTP\/1\.1 400 /],
  ])('in the handshake are refused, and leave nothing open: %s', async (_what, head, answer) => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const client = await hostileClient(host.origin);
    client.say(head);
    await client.ended;
    expect(client.text).toMatch(answer);
    await until(() => upstream.sockets.every(({ readyState }) => readyState === 3));
    client.destroy();
  });

  it.each([
    ['no mask', Buffer.from([0x81, 2, 0x7b, 0x7d]), 1002],
    ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ['a compressed frame', Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), 1002],
    ['what is no UTF-8', frame(opcodes.text, Buffer.from([0x7b, 0xff, 0x7d])), 1007],
    ['a continuation of nothing', frame(0, 'x'), 1002],
    ['a length of exabytes', Buffer.from([0x81, 0xff, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), 1009],
  ])('in a frame end the connection, on both sides: %s', async (_what, bytes, code) => {
    const upstream = await simulatedSockets({ hello });
    const host = await hosted(upstream.url);
    const client = await rawSocket(host.origin, realtime);
    await client.hears('session.created');
    client.say(bytes);
    await client.ended;
    expect(client.received.subarray(-4)[0]).toBe(0x88);
    expect(client.received.readUInt16BE(client.receivedLength - 2)).toBe(code);
    client.destroy();
    await until(() => upstream.sockets[0]?.readyState === 3);
    expect(upstream.heard).toEqual([]);
  });

  it('that came with the head are heard once it is open, and by nobody where it is refused', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const first = frame(opcodes.text, ask);
    const stranger = await hostileClient(host.origin);
    stranger.say(Buffer.concat([Buffer.from(handshake(`/ai${responses}`)), first]));
    await stranger.ended;
    expect(stranger.answers.map(({ status }) => status)).toEqual([401]);
    expect(upstream.heads).toEqual([]);
    const client = await hostileClient(host.origin);
    client.say(Buffer.concat([Buffer.from(handshake(`/ai${responses}`, alice)), first]));
    await client.hears('response.completed');
    expect(upstream.heard).toHaveLength(1);
    client.destroy();
  });

  it('of a second request behind a refused one are nobody’s', async () => {
    const upstream = await talking();
    const host = await hosted(upstream.url);
    const client = await hostileClient(host.origin);
    client.say(`${handshake(`/ai${responses}`)}POST /ai/v1/responses HTTP/1.1\r\nhost: x\r\n${alice}\r\ncontent-length: 2\r\n\r\n{}`);
    await client.ended;
    expect(client.answers.map(({ status }) => status)).toEqual([401]);
    client.destroy();
  });
});
