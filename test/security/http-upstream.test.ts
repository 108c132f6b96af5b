import { describe, expect, it } from 'vitest';
import { openai } from '../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type Answer, chunk, doneFrame, lastChunk, running } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { Canaries } from '../kit/canaries.ts';
import {
  encoded,
  head,
  hostileUpstream,
  lastOfChunks,
  type Peer,
  type RawRequest,
  streamHead,
  turns,
  wholeAnswer,
} from '../kit/hostile-upstream.ts';

leavesNothing();

/** The name that the client gave its request: it goes through the gateway untouched. */
function nameOf(request: RawRequest): string {
  return (JSON.parse(request.body) as { user: string }).user;
}

function answerTo(name: string): string {
  const message = { role: 'assistant', content: `answer to ${name}` };
  return JSON.stringify({ id: name, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] });
}

function streamTo(name: string): string {
  return chunk(`answer to ${name}`) + lastChunk + doneFrame;
}

/** Everything a client got, head and body. */
function everything({ headers, text }: Answer): string {
  return JSON.stringify(headers) + text;
}

describe('What the client says about its hop', () => {
  it("HTTP-1: `Connection: <header>` takes none of the gateway's own headers away from the upstream", async () => {
    const upstream = await hostileUpstream((peer, request) => void peer.say(wholeAnswer(answerTo(nameOf(request)))));
    const headers = { 'x-api-key': 'operators-x-api-key', 'x-request-id': 'operators-request-id' };
    const provider = openaiCompatible({ name: 'up', baseUrl: `${upstream.url}/v1`, apiKey: 'sk-operators-own', headers });
    const { chat } = await running(upstream.url, { providers: [provider] });
    const named = 'authorization, x-api-key, x-request-id, content-length, content-type, accept, host, openai-beta';
    for (const connection of [named, named.toUpperCase(), named.replaceAll(', ', ' ,\t'), `close, ${named}`, `${named}, keep-alive`]) {
      const client = {
        connection,
        authorization: 'Bearer gw_client',
        'x-api-key': 'gw_client',
        'x-request-id': 'mine',
        'openai-beta': 'x',
      };
      expect((await chat({ user: 'a' }, { headers: client })).status).toBe(200);
    }
    expect(upstream.requests).toHaveLength(5);
    for (const { headers: sent, body } of upstream.requests)
      expect(sent).toEqual([
        ['host', `127.0.0.1:${upstream.port}`],
        ['connection', 'keep-alive'],
        ['content-type', 'application/json'],
        ['accept', 'application/json'],
        ['accept-encoding', 'identity'],
        ['user-agent', 'express-ai-gateway'],
        ['x-api-key', 'operators-x-api-key'],
        ['x-request-id', 'operators-request-id'],
        ['authorization', 'Bearer sk-operators-own'],
        ['content-length', String(Buffer.byteLength(body))],
      ]);
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'TE',
    'Trailer',
    'Upgrade',
    'HTTP2-Settings',
    'Via',
    'Max-Forwards',
  ])('HTTP-1: the hop-by-hop header %s stays on its hop', async (name) => {
    const upstream = await hostileUpstream((peer, request) => void peer.say(wholeAnswer(answerTo(nameOf(request)))));
    const { chat } = await running(upstream.url);
    const value = name === 'TE' ? 'trailers' : name === 'Upgrade' ? 'h2c' : 'canary-of-the-hop';
    const answer = await chat({ user: 'a' }, { headers: { connection: name, [name]: value } }).catch(() => undefined);
    if (answer === undefined) return; // Node itself refused it
    expect((await upstream.request(0)).head.toLowerCase()).not.toMatch(/canary-of-the-hop|trailers|h2c|keep-alive: |upgrade/);
  });
});

/** Ways of an upstream to leave bytes on a socket that belong to nobody. Each answers its own request rightly first. */
const poisons: readonly (readonly [what: string, stream: boolean, say: (peer: Peer, name: string) => void])[] = [
  ['a second answer', false, (peer, name) => peer.say(wholeAnswer(answerTo(name)) + wholeAnswer(answerTo('POISON')))],
  ['two more answers', false, (peer, name) => peer.say(wholeAnswer(answerTo(name)) + wholeAnswer(answerTo('POISON')).repeat(2))],
  ['junk', false, (peer, name) => peer.say(`${wholeAnswer(answerTo(name))}POISON POISON\r\n\r\n`)],
  ['a line break and an answer', false, (peer, name) => peer.say(`${wholeAnswer(answerTo(name))}\r\n${wholeAnswer(answerTo('POISON'))}`)],
  [
    'an informational head and an answer',
    false,
    (peer, name) => peer.say(wholeAnswer(answerTo(name)) + head(103) + wholeAnswer(answerTo('POISON'))),
  ],
  ['half an answer', false, (peer, name) => peer.say(wholeAnswer(answerTo(name)) + wholeAnswer(answerTo('POISON')).slice(0, 60))],
  [
    'more body than it said',
    false,
    (peer, name) => peer.say(wholeAnswer(answerTo(name), { 'content-length': String(answerTo(name).length) }) + answerTo('POISON')),
  ],
  [
    'an answer after the last chunk',
    true,
    (peer, name) => peer.say(streamHead + encoded(streamTo(name)).toString() + lastOfChunks + wholeAnswer(answerTo('POISON'))),
  ],
  [
    'a stream after the last chunk',
    true,
    (peer, name) =>
      peer.say(
        streamHead + encoded(streamTo(name)).toString() + lastOfChunks + streamHead + encoded(streamTo('POISON')).toString() + lastOfChunks,
      ),
  ],
  [
    'events after [DONE]',
    true,
    (peer, name) => peer.say(streamHead + encoded(streamTo(name) + streamTo('POISON')).toString() + lastOfChunks),
  ],
  [
    'events after [DONE] that never end',
    true,
    (peer, name) => peer.say(streamHead + encoded(streamTo(name)).toString() + encoded(streamTo('POISON')).toString()),
  ],
];

describe('What an upstream leaves on its socket', () => {
  // The fault table asks for 100,000 interleaved requests; hundreds on few sockets show the same in seconds.
  it('HTTP-8: reaches no other request, however it is mixed with good ones', async () => {
    const lastOf = new Map<Peer, number>();
    const poisoned: [Peer, number][] = [];
    const upstream = await hostileUpstream((peer, request) => {
      const number = upstream.requests.length;
      lastOf.set(peer, number);
      const name = nameOf(request);
      const poison = poisons.find(([what]) => name.endsWith(`: ${what}`));
      if (poison === undefined)
        peer.say(name.endsWith('stream') ? streamHead + encoded(streamTo(name)).toString() + lastOfChunks : wholeAnswer(answerTo(name)));
      else {
        poisoned.push([peer, number]);
        poison[2](peer, name);
      }
    });
    const { chat } = await running(upstream.url, { limits: { connections: 8 } });
    const asks = Array.from({ length: 660 }, (_, index) => {
      const poison = poisons[(index / 2) % poisons.length];
      if (poison !== undefined) return { user: `client ${index}: ${poison[0]}`, stream: poison[1] };
      return { user: `client ${index}: ${index % 4 === 1 ? 'stream' : 'whole'}`, stream: index % 4 === 1 };
    });
    let next = 0;
    const client = async (): Promise<void> => {
      for (let ask = asks[next++]; ask !== undefined; ask = asks[next++]) {
        const answer = await chat(ask);
        const got = everything(answer);
        expect(got, ask.user).toContain(`answer to ${ask.user}`);
        expect(got.match(/answer to /g), ask.user).toHaveLength(1);
        expect(got, ask.user).not.toContain('POISON');
        expect(answer.status).toBe(200);
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    expect(poisoned.length).toBe(330);
    // Whole streams whose rest came in time may be followed by others; nothing may follow bytes of nobody's.
    const reused = poisoned
      .filter(([peer, number]) => lastOf.get(peer) !== number)
      .map(([, number]) => nameOf(upstream.requests[number - 1]!));
    expect(reused.filter((name) => !name.endsWith(': events after [DONE]'))).toEqual([]);
  });

  it.each([
    ['junk', 'POISON'],
    ['an answer', wholeAnswer(answerTo('POISON'))],
    ['an informational head', head(103, { link: 'POISON' })],
    ['a line break', '\r\n'],
  ])('HTTP-8: a socket on which %s comes while nobody asks is closed', async (_what, bytes) => {
    const upstream = await hostileUpstream((peer, request) => void peer.say(wholeAnswer(answerTo(nameOf(request)))));
    const { chat } = await running(upstream.url);
    expect((await chat({ user: 'first' })).status).toBe(200);
    await turns(5);
    const first = await upstream.peer(0);
    first.say(bytes);
    await turns(5);
    const second = await chat({ user: 'second' });
    expect(second.text).toBe(answerTo('second'));
    if (bytes.trim() !== '') {
      await first.closed;
      expect(upstream.peers).toHaveLength(2);
    }
  });

  it.each<[string, (peer: Peer) => void, string]>([
    [
      'its encoding',
      (peer) => peer.say(wholeAnswer(answerTo('POISON'), { 'content-encoding': 'gzip', 'content-length': '5000' })),
      'GW_UPSTREAM_ENCODING',
    ],
    [
      'its type',
      (peer) => peer.say(wholeAnswer('POISON', { 'content-type': 'text/html', 'content-length': '5000' })),
      'GW_UPSTREAM_BAD_RESPONSE',
    ],
    ['a redirect', (peer) => peer.say(wholeAnswer('POISON', { location: '/', 'content-length': '5000' }, 302)), 'GW_UPSTREAM_BAD_RESPONSE'],
    ['its size', (peer) => peer.say(wholeAnswer('POISON'.repeat(20), { 'content-length': '5000' })), 'GW_UPSTREAM_TOO_LARGE'],
  ])('HTTP-8: a socket whose answer was given up for %s is closed, its rest read by nobody', async (_what, say, code) => {
    const upstream = await hostileUpstream((peer, request) => {
      const name = nameOf(request);
      if (name === 'first') say(peer);
      else peer.say(wholeAnswer(`{"id":"${name}"}`));
    });
    const { chat } = await running(upstream.url, { limits: { responseBytes: 100 } });
    expect((await chat({ user: 'first' })).json.error?.code).toBe(code);
    const first = await upstream.peer(0);
    first.say('POISON'.repeat(1_000));
    await first.closed;
    expect((await chat({ user: 'second' })).text).toBe('{"id":"second"}');
    expect(upstream.peers).toHaveLength(2);
  });

  it('HTTP-8: a socket whose client left in the middle of its answer is closed', async () => {
    const upstream = await hostileUpstream((peer, request) => {
      if (nameOf(request) === 'second') peer.say(wholeAnswer('{"id":"second"}'));
      else peer.say(wholeAnswer('"POISON', { 'content-length': '5000' }));
    });
    const { chat } = await running(upstream.url);
    const leaving = new AbortController();
    const left = chat({ user: 'first' }, { signal: leaving.signal });
    await upstream.request(0);
    await turns(5);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await (await upstream.peer(0)).closed;
    expect((await chat({ user: 'second' })).text).toBe('{"id":"second"}');
  });
});

describe('What an upstream says in its headers', () => {
  const names = [
    'set-cookie',
    'set-cookie2',
    'server',
    'via',
    'x-powered-by',
    'date',
    'location',
    'content-location',
    'refresh',
    'link',
    'alt-svc',
    'www-authenticate',
    'proxy-authenticate',
    'authentication-info',
    'authorization',
    'strict-transport-security',
    'content-security-policy',
    'clear-site-data',
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'access-control-expose-headers',
    'timing-allow-origin',
    'cross-origin-opener-policy',
    'report-to',
    'nel',
    'openai-organization',
    'openai-project',
    'anthropic-organization-id',
    'x-ratelimit-limit-requests',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-reset-requests',
    'ratelimit-policy',
    'x-api-key',
    'x-amzn-requestid',
    'x-ms-region',
    'cf-ray',
    'x-envoy-upstream-service-time',
    'x-should-retry',
    'x-accel-redirect',
    'x-accel-buffering',
    'x-sendfile',
    'cache-control',
    'etag',
    'vary',
    'warning',
    'trailer',
    '__proto__',
    'constructor',
    'x-anything-else',
  ];

  const answers: readonly (readonly [
    what: string,
    stream: boolean,
    status: number,
    say: (peer: Peer, headers: Record<string, string>) => void,
  ])[] = [
    ['a whole answer', false, 200, (peer, headers) => peer.say(wholeAnswer(answerTo('a'), headers))],
    [
      'a stream',
      true,
      200,
      (peer, headers) => {
        const all = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', ...headers };
        peer.say(head(200, all) + encoded(streamTo('a')).toString() + lastOfChunks);
      },
    ],
    ['a refusal that passes through', false, 400, (peer, headers) => peer.say(wholeAnswer('{"error":{"message":"no"}}', headers, 400))],
    ['a limit of rate', false, 429, (peer, headers) => peer.say(wholeAnswer('{}', headers, 429))],
    ['a failure', true, 502, (peer, headers) => peer.say(wholeAnswer('{}', headers, 503))],
    ['a redirect', false, 502, (peer, headers) => peer.say(wholeAnswer('', headers, 302))],
  ];

  it.each(answers)('HTTP-9: stays with the gateway, with %s', async (_what, stream, status, say) => {
    const canaries = new Canaries();
    const planted = Object.fromEntries(names.map((name) => [name, canaries.plant(name)]));
    const upstream = await hostileUpstream((peer) => say(peer, planted));
    const { chat } = await running(upstream.url);
    const answer = await chat({ stream });
    expect(answer.status).toBe(status);
    expect(canaries.foundIn(everything(answer))).toEqual([]);
    const own = [
      'content-type',
      'x-request-id',
      'x-gateway-target',
      'x-gateway-attempts',
      'x-should-retry',
      'content-length',
      'cache-control',
      'x-accel-buffering',
      'transfer-encoding',
    ];
    const hosts = ['x-powered-by', 'date', 'connection', 'keep-alive']; // Express's and Node's
    expect(Object.keys(answer.headers).filter((name) => ![...own, ...hosts].includes(name))).toEqual([]);
  });

  it('HTTP-9: what is on the list reaches the client, the request id under a name of its own', async () => {
    const headers = { 'x-request-id': 'req_upstream', 'openai-processing-ms': '12', 'openai-version': '2020-10-01', 'retry-after': '3' };
    const upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer(answerTo('a'), headers)));
    const { chat } = await running(upstream.url);
    const answer = await chat();
    expect(answer.headers).toMatchObject({ 'openai-processing-ms': '12', 'openai-version': '2020-10-01', 'retry-after': '3' });
    expect(answer.headers['x-upstream-request-id']).toBe('req_upstream');
    expect(answer.headers['x-request-id']).not.toBe('req_upstream');
  });

  it('HTTP-9: neither do trailers, nor words in a chunk extension or a status line', async () => {
    const canaries = new Canaries();
    const [trailer, extension, reason] = ['trailer', 'extension', 'reason'].map((label) => canaries.plant(label)) as [
      string,
      string,
      string,
    ];
    const upstream = await hostileUpstream((peer) => {
      const body = encoded(streamTo('a')).toString().replace('\r\n', `;${extension}=${extension}\r\n`);
      peer.say(`${streamHead.replace('Whatever', reason)}${body}0\r\nset-cookie: ${trailer}\r\n\r\n`);
    });
    const { chat } = await running(upstream.url);
    const answer = await chat({ stream: true });
    expect(answer.text).toBe(streamTo('a'));
    expect(canaries.foundIn(everything(answer))).toEqual([]);
  });

  it.each([
    ['a header line that ends with CR only', 'x-request-id: a\rset-cookie: POISON=1\r\n'],
    ['a folded header', 'x-request-id: a\r\n set-cookie: POISON=1\r\n'],
    ['a NUL', 'x-request-id: a\0POISON\r\n'],
    ['an encoded line break', 'x-request-id: a%0d%0aset-cookie:POISON\r\n'],
    ['letters beyond ASCII', 'openai-version: caf\u00e9\u0100POISON\r\n'],
  ])('HTTP-9: %s splits no answer', async (_what, line) => {
    const body = answerTo('a');
    const upstream = await hostileUpstream(
      (peer) => void peer.say(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${line}\r\n${body}`),
    );
    const { chat } = await running(upstream.url);
    const answer = await chat();
    expect([200, 502]).toContain(answer.status);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    if (answer.status === 200) expect(answer.headers['x-upstream-request-id'] ?? '').not.toContain('POISON');
  });
});

describe('What an upstream says of the operator', () => {
  it.each([400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 302, 200])(
    'HTTP-9: credential, organisation and address reach neither client nor log when it echoes its request with %i',
    async (status) => {
      const canaries = new Canaries();
      const own = {
        apiKey: canaries.plant('key by value', ''),
        organization: canaries.plant('organisation', 'org-'),
        project: canaries.plant('project', 'proj_'),
      };
      const echoing = await hostileUpstream((peer, { head: asked, body }) => {
        const said = `Invalid request to 127.0.0.1:${echoing.port} (http://127.0.0.1:${echoing.port}/v1): ${asked}`;
        const error = JSON.stringify({ error: { message: said, param: own.apiKey, code: own.apiKey, type: own.organization } });
        if (status !== 200) peer.say(wholeAnswer(error, { location: `/${own.apiKey}` }, status));
        else if (body.includes('"stream":true')) peer.say(streamHead + encoded(`data: ${error}\n\n`).toString() + lastOfChunks);
        else peer.say(wholeAnswer(error, { 'content-type': 'text/html' }));
      });
      const provider = openai({ name: 'up', baseUrl: `${echoing.url}/v1`, ...own });
      const { chat, logger } = await running(echoing.url, { providers: [provider] });
      for (const stream of [true, false]) {
        const answer = await chat({ stream });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        for (const sink of [everything(answer), JSON.stringify(logger.lines)]) {
          expect(canaries.foundIn(sink)).toEqual([]);
          expect(sink).not.toContain(String(echoing.port));
        }
      }
      expect(canaries.foundIn(echoing.peers[0]?.received ?? '')).toHaveLength(3); // they were there to be found
    },
  );
});
