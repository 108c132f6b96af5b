import net from 'node:net';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { type HostileUpstream, hostileUpstream, type Peer, type Script } from '../../kit/hostile-upstream.ts';

// Faults of providers, by their ids in the fault table: alone, where the client must get a clear error and never half an
// answer, and with another target, which must answer instead. Afterwards nothing is left.

leavesNothing();

const gateways: Gateway[] = [];

beforeEach(() => {
  // Registered after `leavesNothing`, so run before it.
  onTestFinished(async () => {
    for (const gateway of gateways.splice(0)) {
      await vi.waitFor(() =>
        expect(
          gateway
            .health()
            .map(({ inFlight, waiting }) => inFlight + waiting)
            .some(Boolean),
        ).toBe(false),
      );
      await gateway.close();
    }
  });
});

const chunk = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const completion = (content: string) =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
const head = (status: string, ...headers: string[]) => `HTTP/1.1 ${[status, ...headers].join('\r\n')}\r\n\r\n`;
const whole = (body: string | Buffer, status = '200 OK', type = 'application/json') =>
  `${head(status, `content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`)}${body}`;
const streamHead = head('200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked');
const piece = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const last = '0\r\n\r\n';
const finished = `${chunk('', 'stop')}data: [DONE]\n\n`;

const well: Script = (peer, { body }) =>
  void peer.say(body.includes('"stream":true') ? streamHead + piece(chunk('well') + finished) + last : whole(completion('well')));

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly ms: number;
}

interface Faulty {
  readonly ill: HostileUpstream;
  readonly well: HostileUpstream;
  readonly gateway: Gateway;
  /** `alone`: of the ill provider only. */
  ask(model: 'alone' | 'both', stream?: boolean, headers?: Record<string, string>): Promise<Answer>;
}

async function faulty(
  script: Script,
  resilience: GatewayConfig['resilience'] = {},
  onConnection?: (peer: Peer) => void,
  illUrl?: string,
): Promise<Faulty> {
  const ill = await hostileUpstream(script, onConnection && { onConnection });
  const good = await hostileUpstream(well);
  const gateway = aiGateway({
    providers: [
      openaiCompatible({ name: 'ill', baseUrl: `${illUrl ?? ill.url}/v1`, apiKey: 'sk-operators-own' }),
      openaiCompatible({ name: 'good', baseUrl: `${good.url}/v1`, apiKey: 'sk-operators-own' }),
    ],
    models: { alone: 'ill/m', both: ['ill/m', 'good/m'] },
    allowAnonymous: true,
    timeouts: { connectMs: 300, firstByteMs: 250, idleMs: 250, totalMs: 900 },
    limits: { responseBytes: 100_000, eventBytes: 50_000 },
    resilience: { retries: 1, backoff: { baseMs: 1, capMs: 2 }, firstTokenMs: 200, silenceMs: 200, ...resilience },
    services: [provide(Logger, recordingLogger())],
  });
  gateways.push(gateway);
  const { url } = await listening(express().use('/ai', gateway));
  async function ask(model: string, stream = false, headers: Record<string, string> = {}): Promise<Answer> {
    const from = performance.now();
    const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', connection: 'close', ...headers } };
    const response = await fetch(`${url}/ai/v1/chat/completions`, init);
    const text = await textOf(response);
    return { status: response.status, text, headers: response.headers, ms: performance.now() - from };
  }
  return { ill, well: good, gateway, ask };
}

/** All that came, whether or not it came to an end. */
async function textOf({ body }: Response): Promise<string> {
  let text = '';
  try {
    for await (const part of body ?? []) text += Buffer.from(part).toString();
  } catch {
    return `${text}[broken]`;
  }
  return text;
}

const codeOf = ({ text }: Answer) => /GW_[A-Z_]+/.exec(text)?.[0];

interface Fault {
  readonly id: string;
  readonly script: Script;
  readonly onConnection?: (peer: Peer) => void;
  readonly stream?: boolean;
  /** Alone: the status, and the code that the client is told. */
  readonly status: number;
  readonly code?: string;
  /** Requests that a lone target gets. Default 2: one retry. */
  readonly tries?: number;
  /** Whether another target answers instead. Default true; `never`: it may be asked, in vain. */
  readonly elsewhere?: boolean | 'never';
}

const never: Script = () => {};
const says =
  (...bytes: (string | Buffer)[]): Script =>
  (peer) => {
    for (const part of bytes) peer.say(part);
  };
const saysAndEnds =
  (...bytes: string[]): Script =>
  (peer) => {
    for (const part of bytes) peer.say(part);
    peer.finish();
  };

const faults: readonly Fault[] = [
  { id: 'F-02: a reset before any byte', script: (peer) => peer.reset(), status: 502, code: 'GW_UPSTREAM_UNREACHABLE' },
  // A whole answer may take all the time of the exchange, and then there is none for another.
  { id: 'F-03: no head, ever', script: never, status: 504, code: 'GW_UPSTREAM_TIMEOUT', tries: 1, elsewhere: 'never' },
  { id: 'F-03: no head of a stream, ever', script: never, stream: true, status: 504, code: 'GW_UPSTREAM_TIMEOUT', tries: 1 },
  { id: 'F-04: a head and then silence', script: says(streamHead), stream: true, status: 504, code: 'GW_UPSTREAM_TIMEOUT', tries: 1 },
  {
    id: 'F-04: events without content, and then silence',
    script: says(streamHead, piece(': hello\n\n'), piece(chunk(''))),
    stream: true,
    status: 504,
    code: 'GW_UPSTREAM_TIMEOUT',
    tries: 1,
  },
  { id: 'F-08: half a body', script: saysAndEnds(whole(completion('half')).slice(0, -20)), status: 502 },
  {
    id: 'F-08: a body without its last chunk',
    script: saysAndEnds(head('200 OK', 'content-type: application/json', 'transfer-encoding: chunked'), piece('{"id":')),
    status: 502,
  },
  {
    id: 'F-09: chunks that are none',
    script: saysAndEnds(head('200 OK', 'content-type: application/json', 'transfer-encoding: chunked'), 'zz\r\nhello\r\n'),
    status: 502,
  },
  { id: 'F-10: a stream of binary', script: saysAndEnds(streamHead, piece('\u0000\u0001\u0002\n\n'), last), stream: true, status: 502 },
  { id: 'F-13: 200 with an error', script: says(whole('{"error":{"message":"down","type":"server_error"}}')), status: 502 },
  {
    id: 'F-13: an error as the first event',
    script: says(streamHead, piece('data: {"error":{"message":"down","type":"server_error"}}\n\n'), last),
    stream: true,
    status: 502,
  },
  {
    id: 'F-14: 200 with a page',
    script: says(whole('<html>Sign in</html>', '200 OK', 'text/html')),
    status: 502,
    code: 'GW_UPSTREAM_BAD_RESPONSE',
  },
  {
    id: 'F-14: a page instead of a stream',
    script: says(whole('<html>Sign in</html>', '200 OK', 'text/html')),
    stream: true,
    status: 502,
    code: 'GW_UPSTREAM_BAD_RESPONSE',
  },
  { id: 'F-15: 200 with nothing', script: says(whole('')), status: 502, code: 'GW_UPSTREAM_BAD_RESPONSE' },
  { id: 'F-15: 200 with what is no JSON', script: says(whole('{"id": oh')), status: 502, code: 'GW_UPSTREAM_BAD_RESPONSE' },
  { id: 'F-17: 429 without a word', script: says(whole('{}', '429 Too Many Requests')), status: 429, code: 'GW_UPSTREAM_RATE_LIMITED' },
  { id: 'F-18: 500', script: says(whole('{}', '500 Oh')), status: 502, code: 'GW_UPSTREAM_ERROR' },
  { id: 'F-18: 503', script: says(whole('{}', '503 Oh')), status: 502 },
  { id: 'F-18: 529', script: says(whole('{}', '529 Oh')), status: 502 },
  { id: 'F-19: 400', script: says(whole('{"error":{"message":"bad"}}', '400 Bad')), status: 400, tries: 1, elsewhere: false },
  { id: 'F-19: 422', script: says(whole('{"error":{"message":"bad"}}', '422 Bad')), status: 422, tries: 1, elsewhere: false },
  { id: 'F-20: 401 for the operator', script: says(whole('{}', '401 No')), status: 502, code: 'GW_UPSTREAM_AUTH', tries: 1 },
  { id: 'F-20: 403 for the operator', script: says(whole('{}', '403 No')), status: 502, code: 'GW_UPSTREAM_AUTH', tries: 1 },
  {
    id: 'F-21: a redirect',
    script: says(head('302 Found', 'location: http://169.254.169.254/', 'content-length: 0')),
    status: 502,
    code: 'GW_UPSTREAM_BAD_RESPONSE',
  },
  { id: 'F-22: a switch of protocols', script: says(head('101 Switching Protocols', 'upgrade: x', 'connection: upgrade')), status: 502 },
  { id: 'F-22: a head of a megabyte', script: says(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1_000_000)}\r\n\r\n`), status: 502 },
  {
    id: 'F-24: a body that is packed though nobody asked',
    script: (peer) => {
      const packed = gzipSync(completion('packed'));
      peer.say(head('200 OK', 'content-type: application/json', 'content-encoding: gzip', `content-length: ${packed.length}`));
      peer.say(packed);
    },
    status: 502,
    code: 'GW_UPSTREAM_ENCODING',
    tries: 1,
  },
  { id: 'F-28: a connection that closes as it is written to', script: (peer) => peer.finish(), status: 502 },
];

describe.each(faults)('$id', ({ script, onConnection, stream = false, status, code, tries = 2, elsewhere = true }) => {
  it('alone: an error in time, and never half an answer', async () => {
    const { ill, ask } = await faulty(script, {}, onConnection);
    const answer = await ask('alone', stream);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(answer.text)).toHaveProperty('error');
    if (code !== undefined) expect(codeOf(answer) ?? answer.text).toBe(code);
    expect(answer.ms).toBeLessThan(3_000);
    expect(ill.requests).toHaveLength(tries);
    expect(answer.text).not.toMatch(/sk-operators|Sign in/);
  });

  it(
    elsewhere === true ? 'another target answers instead' : elsewhere === false ? 'no other target is asked' : 'ends in time',
    async () => {
      const { well: good, ask } = await faulty(script, {}, onConnection);
      const answer = await ask('both', stream);
      if (elsewhere === true) {
        expect(answer.status).toBe(200);
        expect(answer.text).toContain('well');
        expect(answer.headers.get('x-gateway-target')).toBe('good/m');
      } else if (elsewhere === false) expect(answer.status).toBe(status);
      expect(answer.ms).toBeLessThan(3_000);
      if (elsewhere !== 'never') expect(good.requests).toHaveLength(elsewhere ? 1 : 0);
    },
  );
});

describe('faults that are alone', () => {
  it('F-01: nobody listens there', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((closed) => server.close(closed));
    const { ask } = await faulty(never, {}, undefined, `http://127.0.0.1:${port}`);
    const alone = await ask('alone');
    expect([alone.status, codeOf(alone)]).toEqual([502, 'GW_UPSTREAM_UNREACHABLE']);
    expect((await ask('both')).text).toContain('well');
  });

  const cuts: [string, (peer: Peer) => void][] = [
    ['is reset', (peer) => peer.reset()],
    ['ends', (peer) => peer.finish()],
    ['falls silent', () => {}],
  ];

  it.each(cuts)(
    'F-05, F-07: a stream that %s in its middle is an error in it, no clean end, and no target is asked again that says otherwise',
    async (_how, cut) => {
      const { ill, ask, gateway } = await faulty(async (peer) => {
        peer.say(streamHead + piece(chunk('half')));
        await new Promise((go) => setTimeout(go, 20));
        cut(peer);
      });
      for (const model of ['alone', 'both'] as const) {
        const answer = await ask(model, true);
        expect(answer.text).toContain('"half"');
        expect(answer.text).toMatch(/"error"/);
        expect(answer.text).not.toContain('[DONE]');
        expect(answer.text).not.toContain('well');
      }
      expect(ill.requests).toHaveLength(2);
      expect(gateway.health().find(({ target }) => target === 'ill/m')?.failures).toBe(2);
      expect(gateway.health().find(({ target }) => target === 'good/m')?.failures ?? 0).toBe(0);
    },
  );

  it('F-06: a slow drip ends with the time of the exchange', async () => {
    const { ask } = await faulty(async (peer) => {
      peer.say(streamHead + piece(chunk('drip')));
      while (peer.socket.writable) {
        peer.say(piece(': \n\n'));
        await new Promise((go) => setTimeout(go, 50));
      }
    });
    const answer = await ask('alone', true);
    expect(answer.text).toContain('"error"');
    expect(answer.ms).toBeLessThan(2_500);
  });

  it('F-10: one event that is no JSON is left out of the stream, which goes on', async () => {
    const { ask } = await faulty(says(streamHead, piece(chunk('one')), piece('data: {"oh": \n\n'), piece(chunk(' two') + finished), last));
    const { text } = await ask('alone', true);
    expect(text).toContain('" two"');
    expect(text).not.toContain('oh');
    expect(text).toContain('[DONE]');
  });

  it('F-11: an end without its last event is one only after a finish reason', async () => {
    const ended = await faulty(says(streamHead, piece(chunk('all') + chunk('', 'stop')), last));
    expect((await ended.ask('alone', true)).text).not.toContain('"error"');
    const cut = await faulty(says(streamHead, piece(chunk('half')), last));
    expect((await cut.ask('alone', true)).text).toContain('"error"');
  });

  it('F-12: nothing is passed on after the last event', async () => {
    const { ask } = await faulty(says(streamHead, piece(chunk('all') + finished), piece(`${chunk('more')}data: [DONE]\n\n`), last));
    const { text } = await ask('alone', true);
    expect(text).not.toContain('more');
    expect(text.match(/\[DONE\]/g)).toHaveLength(1);
  });

  it.each([
    ['1', 1],
    ['1.5', 2],
    ['-5', undefined],
    ['1000000000', 1_000_000_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['soon', undefined],
  ])('F-16: 429 with retry-after: %s does not keep the client waiting, and what it is told is a sane number', async (told, atMost) => {
    const { ask, ill } = await faulty(
      says(`${head('429 Slow', `retry-after: ${told}`, 'content-type: application/json', 'content-length: 2')}{}`),
      { backoff: { baseMs: 1, capMs: 2, toldCapMs: 50 } },
    );
    const answer = await ask('both');
    expect(answer.text).toContain('well');
    expect(answer.ms).toBeLessThan(1_000);
    const alone = await ask('alone');
    expect(alone.status).toBe(429);
    const after = alone.headers.get('retry-after');
    if (after !== null) expect(after).toMatch(/^\d+$/);
    if (atMost === undefined) expect(Number(after ?? 0)).toBeLessThanOrEqual(60);
    expect(ill.requests.length).toBeLessThanOrEqual(4);
  });

  it('F-23: an answer without end is cut at its limit, once, and nobody else is asked for the same', async () => {
    const { ill, ask } = await faulty(async (peer) => {
      peer.say(head('200 OK', 'content-type: application/json', 'transfer-encoding: chunked'));
      await peer.pour(piece(' '.repeat(10_000)), 10_000);
    });
    const answer = await ask('both');
    expect([answer.status, codeOf(answer)]).toEqual([502, 'GW_UPSTREAM_TOO_LARGE']);
    expect(ill.requests).toHaveLength(1);
    await ill.peers[0]?.closed;
    expect(ill.peers[0]?.accepted).toBeLessThan(8_000_000);
  });

  it('F-23: an event without end is cut at its limit', async () => {
    const { ill, ask } = await faulty(async (peer) => {
      peer.say(streamHead + piece('data: "'));
      await peer.pour(piece('x'.repeat(10_000)), 10_000);
    });
    const answer = await ask('alone', true);
    expect(answer.status).toBe(502);
    await ill.peers[0]?.closed;
  });

  it('F-30: a target that fails half of the time is asked less, and every client is answered', async () => {
    let turn = 0;
    const { ask, ill } = await faulty((peer, request) => {
      turn += 1;
      return turn % 4 < 3 ? void peer.say(whole('{}', '500 Oh')) : well(peer, request);
    });
    const answers = [];
    for (let call = 0; call < 40; call += 1) answers.push(await ask('both'));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(ill.requests.length).toBeLessThan(20);
  });
});
