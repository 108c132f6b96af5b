import express from 'express';
import { afterAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import { SkipTarget } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { errorTable, type GatewayErrorCode } from '../../core/src/errors.ts';
import { presentedCredential } from '../../core/src/presented-credential.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { principal } from '../../core/src/slot.ts';
import { carrier } from '../core/harness/carrying.ts';
import { listening, running } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { Canaries } from '../kit/canaries.ts';
import {
  chatPath,
  chatRequest,
  errorOf,
  exchanged,
  type HostileClient,
  headerOf,
  hostileClient,
  question,
  type RawAnswer,
  requestHead,
} from '../kit/hostile-client.ts';
import { encoded, hostileUpstream, type Peer, type Script, streamHead, wholeAnswer } from '../kit/hostile-upstream.ts';

leavesNothing();

// Every error of the table is brought about, with secrets planted wherever one could leak from: the operator's key and
// other headers, what upstreams say, what plugins and services throw. None may reach a client, in whatever spelling.

const canaries = new Canaries();
const secret = {
  key: canaries.plant('the operator’s key', 'sk-'),
  header: canaries.plant('a header of the operator’s'),
  path: canaries.plant('the path of the upstream'),
  said: canaries.plant('what the upstream said'),
  thrown: canaries.plant('what a plugin threw'),
};
const seen = new Set<string>();

interface Given {
  readonly script?: Script;
  readonly plugins?: readonly GatewayPlugin[];
  readonly config?: Partial<GatewayConfig>;
  readonly client?: (url: string) => Promise<HostileClient>;
}

function plugin(hooks: PluginHooks, timeoutMs?: number): GatewayPlugin {
  return definePlugin({ name: 'faulty', ...(timeoutMs !== undefined && { timeoutMs }), create: () => hooks })();
}

const boom = (): never => {
  throw Object.assign(new Error(secret.thrown), { detail: secret.thrown, cause: new Error(secret.thrown) });
};
const caller = definePlugin({
  name: 'caller',
  provides: [principal],
  create: () => ({ onRequest: (context) => context.set(principal, { id: 'somebody', kind: 'key' }) }),
})();
const nobody = definePlugin({ name: 'nobody', provides: [principal], create: () => ({}) })();

const sending =
  (bytes: string | Buffer) =>
  (url: string): Promise<HostileClient> =>
    exchanged(url, bytes);
function saysAndEnds(peer: Peer, bytes: string): void {
  peer.say(bytes);
  peer.finish();
}

const refusing =
  (status: number, body = JSON.stringify({ error: { message: secret.said, code: secret.said } })): Script =>
  (peer) =>
    void peer.say(wholeAnswer(body, { 'x-internal': secret.said }, status));

/** A request of another format. */
function posted(path: string, body: object): string {
  const text = JSON.stringify(body);
  return requestHead('POST', path, ['content-type: application/json', `content-length: ${text.length}`]) + text;
}

/** How to bring about each error; the client gets a whole answer for all of them. */
const ways: Readonly<Record<string, Given>> = {
  GW_BAD_JSON: { client: sending(chatRequest('{"model":')) },
  GW_DUPLICATE_KEY: { client: sending(chatRequest('{"model":"a","model":"b"}')) },
  GW_TOO_DEEP: { client: sending(chatRequest('['.repeat(100))) },
  GW_JSON_LIMITS: { client: sending(chatRequest(`[${'0,'.repeat(600_000)}0]`)) },
  GW_BAD_TEXT: { client: sending(chatRequest(Buffer.from([0x7b, 0xff]))) },
  GW_BAD_REQUEST: { client: sending(chatRequest(question({ n: 'many' }))) },
  GW_DUPLICATE_HEADER: { client: sending(chatRequest(question(), ['authorization: Bearer a', 'authorization: Bearer b'])) },
  GW_IDEMPOTENCY_MISMATCH: {
    plugins: [caller],
    async client(url) {
      await exchanged(url, chatRequest(question(), ['idempotency-key: one']));
      return exchanged(url, chatRequest(question({ user: 'another' }), ['idempotency-key: one']));
    },
  },
  GW_IDEMPOTENCY_IN_FLIGHT: {
    plugins: [caller],
    script: () => {},
    config: { timeouts: { closeMs: 50 } },
    async client(url) {
      const first = await hostileClient(url);
      const second = await hostileClient(url);
      first.say(chatRequest(question(), ['idempotency-key: one']));
      await new Promise((resolve) => setTimeout(resolve, 50));
      second.say(chatRequest(question(), ['idempotency-key: one']));
      await second.answer();
      return second;
    },
  },
  GW_METHOD_NOT_ALLOWED: { client: sending(requestHead('DELETE', chatPath)) },
  GW_BAD_PATH: { plugins: [carrier('http://127.0.0.1:1')], client: sending(requestHead('GET', '/ai/raw/a/../b')) },
  GW_UNPOLICED: {
    plugins: [carrier('http://127.0.0.1:1'), plugin({ beforeRoute: () => {} })],
    client: sending(requestHead('GET', '/ai/raw/a')),
  },
  GW_BODY_TIMEOUT: {
    config: { limits: { bodyMs: 50 } },
    client: sending(requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 9'])),
  },
  GW_BODY_TOO_LARGE: { config: { limits: { bodyBytes: 10 } } },
  GW_UNSUPPORTED_MEDIA_TYPE: { client: sending(chatRequest(question(), ['content-type: text/plain'])) },
  GW_UNSUPPORTED_ENCODING: { client: sending(chatRequest(question(), ['content-encoding: br'])) },
  GW_UNKNOWN_MODEL: { client: sending(chatRequest(question({ model: 'nobody/knows' }))) },
  GW_UNAUTHENTICATED: { plugins: [nobody] },
  GW_TWO_CREDENTIALS: {
    plugins: [
      definePlugin({
        name: 'asking',
        provides: [principal],
        create: () => ({ onRequest: ({ headers }) => void presentedCredential(headers) }),
      })(),
    ],
    client: sending(chatRequest(question(), ['authorization: Bearer a', 'x-api-key: b'])),
  },
  GW_MODEL_FORBIDDEN: {
    plugins: [
      definePlugin({
        name: 'restricted',
        provides: [principal],
        create: () => ({ onRequest: (context) => context.set(principal, { id: 'somebody', kind: 'key', models: ['other'] }) }),
      })(),
    ],
  },
  GW_NOT_READY: { plugins: [plugin({ start: boom })] },
  GW_HOOK_FAILED: { plugins: [plugin({ beforeRoute: boom })] },
  GW_HOOK_RETURN: { plugins: [plugin({ beforeRoute: () => secret.thrown as never })] },
  GW_HOOK_TIMEOUT: { plugins: [plugin({ beforeRoute: () => new Promise(() => {}) }, 30)] },
  GW_INTERNAL: {
    plugins: [
      plugin({
        afterResponse({ response }) {
          response.headers['x-late'] = `${secret.thrown}\r\n`;
        },
      }),
    ],
  },
  GW_NOT_SERVED: { client: sending(posted('/ai/v1/responses/input_tokens', { model: 'chat', input: secret.said })) },
  GW_UNTRANSLATABLE: {
    client: sending(posted('/ai/v1/responses', { model: 'chat', input: secret.said, tools: [{ type: 'web_search' }] })),
  },
  GW_UNKNOWN_STATE: {
    client: sending(posted('/ai/v1/responses', { model: 'chat', input: [{ type: 'item_reference', id: `msg_${'0'.repeat(32)}_0` }] })),
  },
  GW_NO_TARGET: {
    plugins: [
      plugin({
        attempt() {
          throw new SkipTarget('it is busy');
        },
      }),
    ],
  },
  GW_UPSTREAM_UNREACHABLE: { script: (peer) => peer.reset() },
  GW_UPSTREAM_AUTH: { script: refusing(401) },
  GW_UPSTREAM_ERROR: { script: refusing(500) },
  GW_UPSTREAM_REFUSED: { script: refusing(409) },
  GW_UPSTREAM_RATE_LIMITED: { script: refusing(429) },
  GW_UPSTREAM_TIMEOUT: { script: () => {}, config: { timeouts: { totalMs: 50, firstByteMs: 50, idleMs: 50 } } },
  GW_UPSTREAM_TRUNCATED: { script: (peer) => saysAndEnds(peer, wholeAnswer(secret.said).slice(0, -5)) },
  GW_UPSTREAM_BAD_RESPONSE: { script: (peer) => void peer.say(wholeAnswer(secret.said, { 'content-type': `text/html; ${secret.said}` })) },
  GW_UPSTREAM_TOO_LARGE: { script: (peer) => void peer.say(wholeAnswer(secret.said)), config: { limits: { responseBytes: 10 } } },
  GW_UPSTREAM_ENCODING: { script: (peer) => void peer.say(wholeAnswer(secret.said, { 'content-encoding': secret.said })) },
};

/** These have no client to tell. */
const untold: readonly GatewayErrorCode[] = ['GW_CLIENT_CLOSED', 'GW_CLIENT_STALLED', 'GW_HEDGE_LOST', 'GW_RECOVERY_UNFIT'];

/** These are about WebSockets: `test/e2e/websocket` and `test/core/http/socket-face.test.ts` bring them about. */
const bySocket: readonly GatewayErrorCode[] = ['GW_FORBIDDEN_ORIGIN', 'GW_TOO_MANY_SOCKETS'];

/** These need a situation of their own, below. */
const apart: readonly GatewayErrorCode[] = ['GW_CLOSING', 'GW_BODY_CONSUMED', 'GW_UPSTREAM_STREAM_ERROR'];

async function provoked({ script, plugins = [], config = {}, client = sending(chatRequest()) }: Given) {
  const up = await hostileUpstream(script ?? ((peer) => void peer.say(wholeAnswer('{"choices":[]}'))));
  const baseUrl = `${up.url}/${secret.path}/v1`;
  const provider = openaiCompatible({ name: 'up', baseUrl, apiKey: secret.key, headers: { 'x-operator': secret.header } });
  const run = await running(up.url, { providers: [provider], plugins, ...config });
  return { ...run, up, provoke: () => client(run.url) };
}

/** What is true of every error that a client gets. */
function expectClear(answer: RawAnswer, received: Buffer, code: string, port: number): void {
  const { status, type } = { status: errorTable[code as GatewayErrorCode].status, type: expect.stringMatching(/^[a-z_]+$/) };
  expect(answer).toMatchObject({ status, complete: true });
  expect(headerOf(answer, 'content-type')).toBe('application/json; charset=utf-8');
  const error = errorOf(answer);
  expect(error).toEqual({
    message: expect.stringMatching(/^.{20,}[.!?]$/),
    type,
    code,
    param: error?.param ?? null,
    request_id: headerOf(answer, 'x-request-id'),
    retryable: expect.any(Boolean),
  });
  if (error?.retryable === false) expect(headerOf(answer, 'x-should-retry')).toBe('false');
  expectNoLeak(received, port);
}

function expectNoLeak(received: Buffer, port: number): void {
  expect(canaries.foundIn(received)).toEqual([]);
  const text = received.toString();
  expect(text).not.toMatch(/127\.0\.0\.1|localhost|node:internal|node_modules|\.ts\b|\bat \w+.*:\d+|TypeError|ECONN|undici/);
  expect(text).not.toContain(String(port));
  seen.add(errorOfAnything(text));
}

function errorOfAnything(text: string): string {
  return /"code":"(GW_\w+)"/.exec(text)?.[1] ?? '';
}

describe('every error of the table', () => {
  it.each(Object.keys(ways))('%s says what happened, and nothing of the operator’s', async (code) => {
    const { provoke, up, gateway } = await provoked(ways[code] as Given);
    const client = await provoke();
    const answer = await client.answer();
    expectClear(answer, client.received, code, up.port);
    await gateway.close();
  });

  it('GW_CLOSING says what happened, and nothing of the operator’s', async () => {
    const { provoke, gateway, up } = await provoked({});
    await gateway.close();
    const client = await provoke();
    expectClear(await client.answer(), client.received, 'GW_CLOSING', up.port);
  });

  it('GW_BODY_CONSUMED says what happened, and nothing of the operator’s', async () => {
    const { gateway, up } = await provoked({});
    const eating: express.RequestHandler = (req, _res, next) => {
      req.on('end', next).resume();
    };
    const server = await listening(express().use(eating).use('/ai', gateway));
    const client = await exchanged(server.url, chatRequest());
    expectClear(await client.answer(), client.received, 'GW_BODY_CONSUMED', up.port);
  });

  it.each([
    [
      'GW_UPSTREAM_STREAM_ERROR',
      (): Script => (peer) =>
        void peer.say(
          streamHead +
            encoded(
              `data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\ndata: {"error":{"message":"${secret.said}"}}\n\n`,
            ).toString(),
        ),
    ],
    [
      'GW_UPSTREAM_TRUNCATED',
      (): Script => (peer) =>
        saysAndEnds(peer, streamHead + encoded('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n').toString()),
    ],
  ])('%s inside a stream says what happened, and nothing of the operator’s', async (code, script) => {
    const { url, up } = await provoked({ script: script() });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream: true })));
    await client.ended;
    expect(client.answers).toMatchObject([{ status: 200, complete: false }]);
    expect(client.text).toContain(`"code":"${code}"`);
    expectNoLeak(client.received, up.port);
    seen.add(code);
  });

  it('what an upstream says of the request passes without what is the operator’s in it', async () => {
    const words = `Bad key ${secret.key} for https://internal.test/${secret.path} organisation org-${secret.header.slice(7)}.`;
    for (const status of [400, 404, 413, 422]) {
      const { provoke, up } = await provoked({
        script: refusing(status, JSON.stringify({ error: { message: words, param: secret.key } })),
      });
      const client = await provoke();
      const answer = await client.answer();
      expect(answer.status).toBe(status);
      expect(errorOf(answer)).toMatchObject({ message: 'Bad key [removed] for [removed] organisation [removed].', param: '[removed]' });
      expectNoLeak(client.received, up.port);
    }
  });

  it('what a client wrote comes back short, on one line, and only to itself', async () => {
    const long = 'x'.repeat(5_000);
    const { url } = await provoked({});
    for (const bytes of [
      chatRequest(question({ model: `${long}\n\u0007` })),
      chatRequest(`{"model":"chat","${long}":1,"${long}":2}`),
      chatRequest(question(), [`content-type: ${long}`]),
      chatRequest(question(), [`content-encoding: ${long}`]),
      requestHead('DELETE', `/ai/v1/models/${long}`),
      chatRequest(question({ messages: long })),
    ]) {
      const answer = await (await exchanged(url, bytes)).answer();
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(errorOf(answer)?.message.length).toBeLessThan(500);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
      expect(errorOf(answer)?.message).not.toMatch(/[\u0000-\u001f]/);
    }
  });
});

describe('the table', () => {
  it('is covered: every error was brought about here, but for those that no client hears', () => {
    expect([...Object.keys(ways), ...untold, ...bySocket, ...apart].toSorted()).toEqual(Object.keys(errorTable).toSorted());
  });

  afterAll(() => {
    expect([...seen].filter((code) => code !== '').toSorted()).toEqual([...Object.keys(ways), ...apart].toSorted());
  });
});
