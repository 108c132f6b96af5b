import http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { BytesBody } from '../../../core/src/dialects/json-body.ts';
import { openaiRealtime } from '../../../core/src/dialects/openai-realtime/openai-realtime.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import type { Inbound } from '../../../core/src/inbound.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import type { MessageSocket } from '../../../core/src/sockets/message-socket.ts';
import { OpeningExchange } from '../../../core/src/sockets/opening.ts';
import { RealtimeOpening } from '../../../core/src/sockets/realtime-opening.ts';
import { CredentialPools } from '../../../core/src/upstream/credential-pools.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { gate } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { bridged, codeOf, ScriptedEngine, until } from './bridged.ts';
import { ScriptedSocket } from './scripted-socket.ts';

leavesNothing();

const path = '/v1/realtime?model=voice';
const refusal = (status: number) => async () => ({ status, headers: {}, body: Buffer.from('{"error":{"message":"no sk-secret"}}') });

/** Two OpenAIs, the first with two keys; `voice` leads to both. */
const two = {
  config: {
    providers: [
      openai({ name: 'first', apiKey: ['sk-a', 'sk-b'], baseUrl: 'http://127.0.0.1:9/v1' }),
      openai({ name: 'second', apiKey: 'sk-c', baseUrl: 'http://127.0.0.1:9/v1' }),
    ],
    models: { voice: ['first/x', 'second/y'] },
  },
};

const keyOf = (headers: readonly (readonly [string, string])[]) => Object.fromEntries(headers).authorization;

describe('a Realtime session is refused', () => {
  it.each([
    ['without a model', '', 400, 'GW_BAD_REQUEST'],
    ['with an empty one', '?model=', 400, 'GW_BAD_REQUEST'],
    ['with two, even the same', '?model=voice&model=voice', 400, 'GW_BAD_REQUEST'],
    ['with one that is not there', '?model=nope', 404, 'GW_UNKNOWN_MODEL'],
  ])('%s', async (_what, query, status, code) => {
    const { open, engine } = await bridged();
    const answer = await open(`/v1/realtime${query}`);
    expect([answer.status, codeOf(answer.body)]).toEqual([status, code]);
    expect(engine.dials).toEqual([]);
  });

  it('where no target of the model takes any', async () => {
    const config = { providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:9/v1' })], models: { voice: ['up/m'] } };
    const answer = await (await bridged({ config })).open(path);
    expect(codeOf(answer.body)).toBe('GW_NOT_SERVED');
  });

  it('where a plugin is listed that polices what it reads, unless the operator excepts it', async () => {
    const reads = definePlugin({ name: 'reads', create: () => ({ beforeRoute() {} }) });
    const { open, engine } = await bridged({ plugins: [reads()] });
    const answer = await open(path);
    expect([answer.status, codeOf(answer.body)]).toEqual([403, 'GW_UNPOLICED']);
    expect(engine.dials).toEqual([]);
    expect((await (await bridged({ plugins: [reads()], config: { allowUnpoliced: ['reads'] } })).open(path)).status).toBe(101);
  });

  it('in the upstream’s place, at once and in no words that hold a key', async () => {
    const { open, engine } = await bridged(two);
    engine.answer = refusal(400);
    const answer = await open(path);
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('sk-secret');
    expect(engine.dials).toHaveLength(1);
  });

  it('where no target can be reached', async () => {
    const { open, engine } = await bridged(two);
    engine.answer = () => Promise.reject(new Error('down'));
    const answer = await open(path);
    expect(codeOf(answer.body)).toBe('GW_UPSTREAM_UNREACHABLE');
    expect(engine.dials.map(({ path: dialled }) => dialled)).toEqual(['/v1/realtime?model=x', '/v1/realtime?model=y']);
  });
});

describe('a Realtime session goes', () => {
  it('nowhere where a plugin answers before, and only where it lets it', async () => {
    const { opening, exchange, engine } = made();
    const answer: GatewayResponse = { status: 403, headers: {}, source: 'gateway', body: new BytesBody(Buffer.alloc(0)) };
    expect(await exchange.answer(async () => answer)).toBe(answer);
    expect(engine.dials).toEqual([]);
    opening.abandon();
    const other = made();
    const nowhere = async () => {
      other.exchange.targets = [];
      return undefined;
    };
    await expect(other.exchange.answer(nowhere)).rejects.toThrow();
    expect(other.engine.dials).toEqual([]);
  });

  it.each([401, 429])('to another credential where one is refused with %i, then to the next target', async (status) => {
    const { open, engine } = await bridged(two);
    engine.answer = (options) => (keyOf(options.headers) === 'Bearer sk-c' ? undefined : refusal(status)());
    expect((await open(path)).status).toBe(101);
    const keys = engine.dials.map(({ headers }) => keyOf(headers));
    expect(keys.slice(0, 2).toSorted()).toEqual(['Bearer sk-a', 'Bearer sk-b']);
    expect(keys.slice(2)).toEqual(['Bearer sk-c']);
  });

  it('to the next target, not to another credential, where the upstream fails', async () => {
    const { open, engine } = await bridged(two);
    engine.answer = (options) => (options.path.endsWith('y') ? undefined : refusal(500)());
    expect((await open(path)).status).toBe(101);
    expect(engine.dials.map(({ path: dialled }) => dialled)).toEqual(['/v1/realtime?model=x', '/v1/realtime?model=y']);
  });

  it('with the operator’s key, and nothing of the client’s but what may pass', async () => {
    const { open, engine } = await bridged();
    await open(path, { authorization: 'Bearer gw_x', cookie: 'a=b', 'openai-beta': 'realtime=v1', 'openai-organization': 'org-mine' });
    const headers = Object.fromEntries(engine.dials[0]?.headers ?? []);
    expect(headers).toMatchObject({ authorization: 'Bearer sk-operators-own', 'openai-beta': 'realtime=v1' });
    for (const name of ['cookie', 'openai-organization', 'accept', 'content-type']) expect(headers).not.toHaveProperty(name);
  });

  it('with what the credential signs', async () => {
    const signing = defineProvider({
      name: 'signs',
      baseUrl: 'http://127.0.0.1:9',
      paths: { 'openai-chat': '/c' },
      sockets: { 'openai-realtime': '/r?model={model}' },
      credentials: [
        { name: 'k', authorize: async ({ method, path: signed, body }) => [['x-signed', `${method} ${signed} ${body.length}`]] },
      ],
    });
    const { open, engine } = await bridged({ config: { providers: [signing], models: { voice: ['signs/m'] } } });
    expect((await open(path)).status).toBe(101);
    expect(Object.fromEntries(engine.dials[0]?.headers ?? [])).toMatchObject({ 'x-signed': 'GET /r?model=m 0' });
  });
});

describe('an upstream that was dialled', () => {
  it('is closed where the client left meanwhile', async () => {
    const { opening, exchange, engine } = made();
    const late = new ScriptedSocket();
    const { open, opened } = gate<MessageSocket>();
    engine.answer = () => opened;
    const answered = exchange.answer(async () => undefined);
    await until(() => engine.dials.length === 1);
    exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(engine.dials[0]?.signal.aborted).toBe(true);
    open(late);
    await expect(answered).rejects.toMatchObject({ code: 'GW_CLIENT_CLOSED' });
    expect(late.closes).toEqual([1000]);
    opening.abandon();
    expect(late.closes).toHaveLength(1);
  });

  it('is closed where its session never begins, once', async () => {
    const { opening, exchange, engine } = made();
    await exchange.answer(async () => undefined);
    opening.abandon();
    opening.abandon();
    expect(engine.dialled[0]?.closes).toEqual([1000]);
  });

  it('is its session’s where that begins', async () => {
    const { opening, exchange, engine } = made();
    await exchange.answer(async () => undefined);
    opening.begin(new ScriptedSocket(), exchange, { run: async () => {}, onOver() {} });
    opening.abandon();
    expect(engine.dialled[0]?.closes).toEqual([]);
  });

  it('is given up at once when the client leaves', async () => {
    const { url, engine } = await bridged();
    const { open, opened } = gate<MessageSocket>();
    onTestFinished(() => open(new ScriptedSocket()));
    engine.answer = () => opened;
    const leaving = new AbortController();
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'c'.repeat(22) };
    http.get(`${url}${path}`, { agent: false, headers, signal: leaving.signal }).on('error', () => {});
    await until(() => engine.dials.length === 1);
    leaving.abort();
    await until(() => engine.dials[0]?.signal.aborted === true);
  });
});

/** An opening outside of any gateway. */
function made() {
  const engine = new ScriptedEngine();
  const providers = [openai({ apiKey: 'sk-a' })];
  const router = new Router(providers, { voice: ['openai/m'] });
  const credentials = new CredentialPools(providers, systemClock());
  const limits = { connectMs: 1, totalMs: 1, maxBytes: 1, maxQueued: 1, maxQueuedLength: 1, unpoliced: [] };
  const opening = new RealtimeOpening({ engine, router, credentials, dialect: openaiRealtime, ...limits });
  const inbound: Inbound = {
    ...{ method: 'GET', path: '/v1/realtime', query: '?model=voice', headers: {}, rawHeaders: [], ip: undefined },
    readBody: async () => Buffer.alloc(0),
  };
  const exchange = new OpeningExchange({ clock: systemClock(), logger: recordingLogger(), router }, inbound, openaiRealtime, opening);
  return { engine, opening, exchange };
}
