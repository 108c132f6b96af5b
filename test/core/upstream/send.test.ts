import { describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayError, gatewayError } from '../../../core/src/errors.ts';
import type { StreamEvent } from '../../../core/src/model/events.ts';
import type { GatewayResponse, JsonBody, StreamBody } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { Attempt } from '../../../core/src/upstream/attempt.ts';
import { KeptItems } from '../../../core/src/upstream/kept-items.ts';
import type { ResolvedTarget } from '../../../core/src/upstream/router.ts';
import { type SendOptions, send } from '../../../core/src/upstream/send.ts';
import { Transport } from '../../../core/src/upstream/transport.ts';
import { encoded, head, hostileUpstream, lastOfChunks, type Script, streamHead, wholeAnswer } from '../../kit/hostile-upstream.ts';
import { chunk, doneFrame, lastChunk } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { firstTry, type MadeExchangeOptions, madeExchange } from './made-exchange.ts';

leavesNothing();

interface SendingOptions extends MadeExchangeOptions {
  readonly send?: Partial<SendOptions>;
  readonly streamUsage?: boolean;
  /** Of the provider; else that of the upstream. */
  readonly origin?: string;
}

/** An attempt at an upstream that answers as the script says. */
async function sending(script: Script | string, options: SendingOptions = {}) {
  const upstream = await hostileUpstream(typeof script === 'string' ? (peer) => void peer.say(script) : script);
  const transport = new Transport({ connectMs: 5_000, connections: 8 });
  onTestFinished(() => transport.close());
  const quirks = { streamUsage: options.streamUsage ?? true };
  const provider = openaiCompatible({ name: 'up', baseUrl: `${options.origin ?? upstream.url}/v1`, apiKey: 'sk-operators-own', quirks });
  const made = madeExchange([provider], options);
  const attempt = new Attempt(firstTry(made.exchange, made.targets[0] as ResolvedTarget));
  const limits = { firstByteMs: 10_000, idleMs: 10_000, totalMs: 20_000 };
  const sendOptions: SendOptions = {
    transport,
    limits,
    items: new KeptItems(memoryCacheStore(), 0, 10_000),
    responseBytes: 1_000,
    eventBytes: 1_000,
    ...options.send,
  };
  return { ...made, upstream, attempt, sent: () => send(attempt, sendOptions) };
}

const body =
  '{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3}}';

function bytesOf(response: GatewayResponse): string {
  return (response.body as JsonBody).bytes().toString();
}

async function textOf(response: GatewayResponse): Promise<string> {
  let text = '';
  for await (const event of (response.body as StreamBody).events) text += event.raw;
  return text;
}

function streamed(...frames: readonly string[]): string {
  return streamHead + frames.map((frame) => encoded(frame).toString('latin1')).join('') + lastOfChunks;
}

describe('send, and whether it went out', () => {
  /** What the end of an attempt says of it. */
  async function ended(one: Awaited<ReturnType<typeof sending>>): Promise<boolean | undefined> {
    const error = await one.sent().then(
      () => undefined,
      (problem: GatewayError) => problem,
    );
    one.attempt.settle(error === undefined ? 'completed' : 'failed', () => undefined, error);
    return one.exchange.attempts[0]?.sent;
  }

  it('it did where it was answered, refused, or never answered', async () => {
    expect(await ended(await sending(wholeAnswer(body)))).toBe(true);
    expect(await ended(await sending(head(400, { 'content-length': '0' })))).toBe(true);
    const silent = await sending(() => {}, { send: { limits: { firstByteMs: 50, idleMs: 50, totalMs: 100 } } });
    expect(await ended(silent)).toBe(true);
  });

  it('it did not where nobody could be reached, or the client was gone before', async () => {
    expect(await ended(await sending(wholeAnswer(body), { origin: 'http://127.0.0.1:1' }))).toBe(false);
    const other = await sending(wholeAnswer(body));
    other.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(await ended(other)).toBe(false);
  });
});

describe('send, and what goes out', () => {
  it("sends the client's own bytes when nothing is to be changed", async () => {
    const text = '{ "1":0, "model" : "m",\t"messages":[{"role":"user","content":"\\u00e9 é"}], "n":1.0e0, "big":12345678901234567890 }';
    const one = await sending(wholeAnswer(body), { body: text });
    await one.sent();
    expect((await one.upstream.request(0)).body).toBe(text);
  });

  it("writes the provider's model name over the client's, and nothing else", async () => {
    const text = '{ "1":0, "model" : "chat", "messages":[{"role":"user","content":"chat"}], "big":12345678901234567890 }';
    const one = await sending(wholeAnswer(body), { body: text });
    await one.sent();
    expect((await one.upstream.request(0)).body).toBe(text.replace('"chat"', '"m"'));
  });

  it("sets what a plugin's attempt set, in this attempt only", async () => {
    const one = await sending(wholeAnswer(body), { body: { max_tokens: 5 } });
    one.attempt.context().set(['max_tokens'], 7);
    one.attempt.context().set(['user'], 'tenant');
    await one.sent();
    expect(JSON.parse((await one.upstream.request(0)).body)).toMatchObject({ model: 'm', max_tokens: 7, user: 'tenant' });
    expect(one.exchange.call?.edited).toBe(false);
  });

  it.each([
    ['asks for usage', {}, true, { include_usage: true }],
    [
      'asks for usage where the client declined it',
      { stream_options: { include_usage: false, other: 1 } },
      true,
      { include_usage: true, other: 1 },
    ],
    ['asks for no usage of a server that would refuse the question', {}, false, undefined],
  ])('%s of a stream', async (_what, asked, streamUsage, expected) => {
    const one = await sending(streamed(chunk('a'), lastChunk, doneFrame), { body: { stream: true, ...asked }, streamUsage });
    await textOf(await one.sent());
    expect(JSON.parse((await one.upstream.request(0)).body).stream_options).toEqual(expected);
  });

  it('asks for no usage of a whole answer', async () => {
    const one = await sending(wholeAnswer(body));
    await one.sent();
    expect(JSON.parse((await one.upstream.request(0)).body)).not.toHaveProperty('stream_options');
  });

  it("asks at the provider's path, with the provider's credential", async () => {
    const one = await sending(wholeAnswer(body), { headers: { authorization: 'Bearer gw_client' } });
    await one.sent();
    const { head, headers } = await one.upstream.request(0);
    expect(head).toMatch(/^POST \/v1\/chat\/completions HTTP\/1\.1\r\n/);
    expect(headers.filter(([name]) => name === 'authorization')).toEqual([['authorization', 'Bearer sk-operators-own']]);
  });

  it('sends nothing for a client that has left', async () => {
    const one = await sending(wholeAnswer(body));
    const gone = gatewayError('GW_CLIENT_CLOSED');
    one.exchange.abort(gone);
    await expect(one.sent()).rejects.toBe(gone);
    expect(one.upstream.peers).toHaveLength(0);
  });
});

describe('send, and whole answers', () => {
  it('gives the answer as it came, with its target, and settles the attempt with its usage', async () => {
    const one = await sending(wholeAnswer(body, { 'x-request-id': 'req_1', 'set-cookie': 'a=1' }));
    const response = await one.sent();
    expect(response).toMatchObject({
      status: 200,
      source: 'upstream',
      target: { id: 'up/m' },
      headers: { 'x-upstream-request-id': 'req_1' },
    });
    expect(response.headers).not.toHaveProperty('set-cookie');
    expect(bytesOf(response)).toBe(body);
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'completed', status: 200, usage: { input: 3 } }]);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/problem+json'])(
    'takes %s',
    async (type) => {
      const one = await sending(wholeAnswer(body, { 'content-type': type }));
      expect((await one.sent()).status).toBe(200);
    },
  );

  it.each([
    ['text/html', 'another content type'],
    ['text/event-stream', 'a stream'],
    ['application/octet-stream', 'another content type'],
    ['application/jsonp', 'another content type'],
    ['', 'no content type'],
  ])('takes no answer of type %j', async (type, what) => {
    const one = await sending(wholeAnswer('<html>Sign in</html>', { 'content-type': type }));
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE', message: expect.stringContaining(what) });
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'identity, gzip', 'aws-chunked', ''])(
    'decodes no answer that is encoded although none was asked for (%s), and closes its socket',
    async (encoding) => {
      const one = await sending(
        streamHead.replace('text/event-stream', 'application/json').replace('\r\n\r\n', `\r\ncontent-encoding: ${encoding}\r\n\r\n`),
      );
      await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_ENCODING' });
      await (await one.upstream.peer(0)).closed;
    },
  );

  it('takes an answer that says it is not encoded', async () => {
    const one = await sending(wholeAnswer(body, { 'content-encoding': 'identity' }));
    expect(bytesOf(await one.sent())).toBe(body);
  });

  it.each([
    ['of just the limit', 1_000, 200],
    ['one byte larger', 1_001, 'GW_UPSTREAM_TOO_LARGE'],
  ])('bounds the size of an answer: one %s', async (_what, size, expected) => {
    for (const declared of [true, false]) {
      const text = JSON.stringify({ x: 'x'.repeat(size - 8) });
      const one = await sending(declared ? wholeAnswer(text) : streamed(text).replace('text/event-stream', 'application/json'));
      const outcome = await one.sent().then(
        ({ status }) => status,
        (error: GatewayError) => error.code,
      );
      expect(outcome).toBe(expected);
    }
  });

  it('closes the socket of an answer without end', async () => {
    const one = await sending(async (peer) => {
      peer.say(streamHead.replace('text/event-stream', 'application/json'));
      await peer.pour(encoded('x'.repeat(1_000)), 1_000_000);
    });
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_TOO_LARGE' });
    await (await one.upstream.peer(0)).closed;
  });

  it('has no use for half an answer', async () => {
    const one = await sending((peer) => {
      peer.say(wholeAnswer(body).slice(0, -1));
      peer.finish();
    });
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });
});

describe('send, and refusals', () => {
  it.each([300, 301, 302, 303, 304, 307, 308])('follows no redirect (%i) and closes its socket', async (status) => {
    const one = await sending(wholeAnswer('', { location: 'http://127.0.0.1:1/' }, status));
    await expect(one.sent()).rejects.toMatchObject({
      code: 'GW_UPSTREAM_BAD_RESPONSE',
      message: expect.stringContaining(`a redirect (status ${status})`),
    });
    expect(one.attempt.status).toBe(status);
  });

  it('passes on what an upstream says about the request', async () => {
    const one = await sending(wholeAnswer('{"error":{"message":"too long","code":"context_length_exceeded"}}', {}, 400));
    await expect(one.sent()).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded', message: 'too long' });
    expect(one.attempt.status).toBe(400);
  });

  it.each([400, 500])('judges a refusal (%i) whose body is too large, cut off or encoded by its status alone', async (status) => {
    const answers: Script[] = [
      (peer) => void peer.say(wholeAnswer(JSON.stringify({ error: { message: 'x'.repeat(70_000) } }), {}, status)),
      (peer) => {
        peer.say(wholeAnswer('{"error":{"message":"words"}}', {}, status).slice(0, -5));
        peer.finish();
      },
      (peer) => void peer.say(wholeAnswer('\x1f\x8bwords', { 'content-encoding': 'gzip' }, status)),
    ];
    for (const answer of answers) {
      const one = await sending(answer);
      await expect(one.sent()).rejects.toMatchObject({ code: status === 400 ? 'GW_UPSTREAM_REFUSED' : 'GW_UPSTREAM_ERROR' });
    }
  });

  it('says that the client left, not what the upstream refused, when it left while the refusal was read', async () => {
    const one = await sending(head(500, { 'content-type': 'application/json', 'content-length': '1000' }));
    const sent = one.sent();
    await one.upstream.request(0);
    while (one.attempt.status === undefined) await new Promise((go) => setImmediate(go));
    const gone = gatewayError('GW_CLIENT_CLOSED');
    one.exchange.abort(gone);
    await expect(sent).rejects.toBe(gone);
    await (await one.upstream.peer(0)).closed;
  });
});

describe('send, and streams', () => {
  const streaming = { body: { stream: true } };

  it('gives the stream once content has come, and settles the attempt when it is over', async () => {
    const one = await sending(streamed(': hello\n\n', chunk('a'), lastChunk, doneFrame), streaming);
    const response = await one.sent();
    expect(response).toMatchObject({ status: 200, source: 'upstream', target: { id: 'up/m' }, body: { kind: 'stream' } });
    expect(await textOf(response)).toBe(`: hello\n\n${chunk('a')}${lastChunk}${doneFrame}`);
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'completed', status: 200, error: undefined }]);
  });

  it.each([
    ['application/json', 'a whole body'],
    ['text/html', 'another content type'],
    ['', 'no content type'],
  ])('takes no stream of type %j', async (type, what) => {
    const one = await sending(wholeAnswer(body, { 'content-type': type }), streaming);
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE', message: expect.stringContaining(what) });
  });

  it.each([
    ['an error event', [encoded('data: {"error":{"message":"words","code":"rate_limit_exceeded"}}\n\n')], 'GW_UPSTREAM_RATE_LIMITED'],
    ['nothing', [], 'GW_UPSTREAM_TRUNCATED'],
    ['an event that is too large', [encoded(`data: ${'x'.repeat(2_000)}`)], 'GW_UPSTREAM_TOO_LARGE'],
    ['three events that are not JSON', Array.from({ length: 3 }, () => encoded('data: {"a\n\n')), 'GW_UPSTREAM_BAD_RESPONSE'],
  ])('fails as a whole when all that comes is %s, in one packet with its head and end', async (_what, pieces, code) => {
    const one = await sending(streamHead + pieces.join('') + lastOfChunks, streaming);
    await expect(one.sent()).rejects.toMatchObject({ code });
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'failed', error: code }]);
  });

  it('knows the usage of a stream that came in one packet when the attempt is told to be over', async () => {
    const usageChunk = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n';
    const one = await sending(streamed(chunk('a'), lastChunk, usageChunk, doneFrame), streaming);
    const inputs: unknown[] = [];
    one.attempt.context().onSettled(({ usage }) => void inputs.push(usage?.input));
    expect(await textOf(await one.sent())).toBe(chunk('a') + lastChunk + doneFrame);
    expect(inputs).toEqual([3]);
    expect(one.logger.texts('error')).toEqual([]);
  });

  it('F-10: leaves out an event that is not JSON, which costs a log line without any of it', async () => {
    const one = await sending(streamed(chunk('a'), 'data: {"secret\n\n', chunk('b'), lastChunk, doneFrame), streaming);
    expect(await textOf(await one.sent())).toBe(chunk('a') + chunk('b') + lastChunk + doneFrame);
    expect(one.logger.lines).toMatchObject([{ level: 'warn', fields: { target: 'up/m', count: 1 } }]);
    expect(JSON.stringify(one.logger.lines)).not.toContain('secret');
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'completed', error: undefined }]);
  });

  it('settles the attempt as failed when the stream breaks off after content', async () => {
    const one = await sending((peer) => {
      peer.say(streamHead + encoded(chunk('a')).toString());
      peer.finish();
    }, streaming);
    await expect(textOf(await one.sent())).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'failed', error: 'GW_UPSTREAM_TRUNCATED' }]);
  });

  it('closes the upstream and settles the attempt as aborted when the client leaves', async () => {
    const one = await sending((peer) => void peer.say(streamHead + encoded(chunk('a')).toString()), streaming);
    await one.sent();
    one.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    await (await one.upstream.peer(0)).closed;
    expect(one.exchange.attempts).toMatchObject([{ outcome: 'aborted', error: 'GW_CLIENT_CLOSED' }]);
  });

  it('shows the taps of the attempt each event; one that fails costs a log line, not the stream', async () => {
    const one = await sending(streamed(chunk('a'), lastChunk, doneFrame), streaming);
    const seen: StreamEvent[] = [];
    one.attempt.context().tap(() => {
      throw new Error('tap is broken');
    });
    one.attempt.context().tap((event) => seen.push(event));
    expect(await textOf(await one.sent())).toBe(chunk('a') + lastChunk + doneFrame);
    expect(seen.map(({ raw }) => raw)).toEqual([chunk('a'), lastChunk, doneFrame]);
    expect(one.logger.texts('error')).toHaveLength(3);
  });
});

describe('send, and what is no answer', () => {
  const untilClosed =
    (text: string): Script =>
    async (peer) => {
      peer.say(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${text}`);
      peer.finish();
    };

  it.each([
    ['nothing', ''],
    ['a page', '<html>Log in</html>'],
    ['a list', '[1]'],
    ['half an object', '{"choices":['],
  ])('refuses %s that calls itself JSON', async (_, text) => {
    const one = await sending(wholeAnswer(text));
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE' });
  });

  it('reads the whole of what ended with its connection: it may have been cut after any brace', async () => {
    const cut = await sending(untilClosed('{"choices":[{"message":{"content":"Hi"}'));
    await expect(cut.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE' });
    const whole = await sending(untilClosed(body));
    expect(bytesOf(await whole.sent())).toBe(body);
  });

  it('takes an error inside a 200 for what it says, and passes none of its words on', async () => {
    const one = await sending(wholeAnswer('{"error":{"message":"quota of org-42 at db.internal","code":"rate_limit_exceeded"}}'));
    await expect(one.sent()).rejects.toMatchObject({
      code: 'GW_UPSTREAM_RATE_LIMITED',
      message: expect.not.stringMatching(/org-42|internal/),
    });
    const other = await sending(wholeAnswer('{"error":{"message":"boom"}}'));
    await expect(other.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_STREAM_ERROR' });
  });

  it.each([
    ['a text that mentions one', '{"choices":[{"message":{"content":"{\\"error\\":1}"}}],"x":"\\"error\\""}'],
    ['no error', '{"choices":[],"error":null}'],
    ['space around', ' \r\n{"choices":[]}\n\n'],
  ])('lets %s through', async (_, text) => {
    expect(bytesOf(await (await sending(wholeAnswer(text))).sent())).toBe(text);
  });

  it('waits a second for the words of an error, then goes by its status', async () => {
    const one = await sending(
      (peer) => void peer.say('HTTP/1.1 503 Busy\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"er'),
    );
    await expect(one.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_ERROR' });
    await (await one.upstream.peer(0)).closed;
  });
});
