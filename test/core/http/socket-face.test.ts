import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide } from '../../../core/src/services/container.ts';
import { principal } from '../../../core/src/slot.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { bridged, codeOf, until } from '../sockets/bridged.ts';

leavesNothing();

const path = '/v1/responses';

/** Knows callers by their key. */
const knows = definePlugin({
  name: 'knows',
  provides: [principal],
  opaque: true,
  create: () => ({
    onRequest(context) {
      const { authorization } = context.headers;
      if (typeof authorization !== 'string') throw new GatewayError({ code: 'WHO', type: 'authentication', status: 401, message: 'Who?' });
      context.set(principal, { id: authorization, kind: 'user' });
    },
  }),
});

describe('a WebSocket is refused', () => {
  it('where the host’s app refuses the request before the gateway sees it', async () => {
    const { open, engine, settlements } = await bridged({ before: (_req, res) => void res.status(418).send('the host says no') });
    expect(await open(path)).toMatchObject({ status: 418, body: 'the host says no' });
    expect([engine.accepted, settlements]).toEqual([[], []]);
  });

  it('where a plugin refuses, as any request is', async () => {
    const { open, engine } = await bridged({ plugins: [knows()] });
    const answer = await open(path);
    expect([answer.status, codeOf(answer.body)]).toEqual([401, 'WHO']);
    expect(engine.accepted).toEqual([]);
  });

  it.each(['https://evil.example', 'null', 'https://app.example.evil.example', 'http://app.example'])('to a page of %s', async (origin) => {
    const { open, engine } = await bridged({ sockets: { origins: ['https://app.example'] } });
    const answer = await open(path, { origin });
    expect([answer.status, codeOf(answer.body)]).toEqual([403, 'GW_FORBIDDEN_ORIGIN']);
    expect(engine.accepted).toEqual([]);
  });

  it('at a path of nobody’s, by the host', async () => {
    expect((await (await bridged()).open('/v2/v1/responses')).status).toBe(404);
  });

  it('at a path whose dialect is not let in', async () => {
    const { open } = await bridged({ sockets: { dialects: ['openai-realtime'] } });
    expect((await open(path)).status).toBe(426);
  });

  it('where as many are open as may be; one that ended makes room', async () => {
    const { open } = await bridged({ sockets: { maxConnections: 2 } });
    const first = await open(path);
    expect((await open(path)).status).toBe(101);
    const third = await open(path);
    expect([third.status, codeOf(third.body), third.headers['retry-after']]).toEqual([503, 'GW_TOO_MANY_SOCKETS', '1']);
    first.client.leave();
    expect((await open(path)).status).toBe(101);
  });

  it('where as many of one caller’s are open as may be; others may still', async () => {
    const { open } = await bridged({ sockets: { maxPerPrincipal: 1 }, plugins: [knows()] });
    expect((await open(path, { authorization: 'a' })).status).toBe(101);
    const again = await open(path, { authorization: 'a' });
    expect([again.status, codeOf(again.body)]).toEqual([503, 'GW_TOO_MANY_SOCKETS']);
    expect((await open(path, { authorization: 'b' })).status).toBe(101);
  });

  it('once the gateway closes', async () => {
    const { open, gateway } = await bridged();
    await gateway.close();
    const answer = await open(path);
    expect([answer.status, codeOf(answer.body)]).toEqual([503, 'GW_CLOSING']);
  });
});

describe('a WebSocket is opened', () => {
  it('to a page of the gateway’s own, to one that the operator names, and to what is no page', async () => {
    const { open, url } = await bridged({ sockets: { origins: ['https://app.example'] } });
    for (const origin of [new URL(url).origin, 'https://app.example']) expect((await open(path, { origin })).status).toBe(101);
    expect((await open(path)).status).toBe(101);
  });

  it('with the gateway’s headers, and none that a body has', async () => {
    const { headers } = await (await bridged()).open(path);
    expect(headers['x-request-id']).toBeDefined();
    for (const name of ['content-length', 'content-type', 'transfer-encoding']) expect(headers).not.toHaveProperty(name);
  });

  it('with the one subprotocol that is known', async () => {
    const { open, engine } = await bridged();
    await open(path, { 'sec-websocket-protocol': 'other, realtime' });
    await open(path, { 'sec-websocket-protocol': 'other' });
    expect(engine.protocols).toEqual(['realtime', undefined]);
  });

  it('with a browser’s key, which counts only where there is no other', async () => {
    const seen: unknown[] = [];
    const sees = definePlugin({
      name: 'sees',
      opaque: true,
      create: () => ({ onRequest: (context) => void seen.push(context.get(principal)?.id) }),
    });
    const { open } = await bridged({ plugins: [knows(), sees()] });
    const protocols = { 'sec-websocket-protocol': 'realtime, openai-insecure-api-key.gw_x' };
    expect((await open(path, protocols)).status).toBe(101);
    await open(path, { ...protocols, authorization: 'Bearer mine' });
    expect(seen).toEqual(['Bearer gw_x', 'Bearer mine']);
  });

  it('as the routes say', async () => {
    const { gateway } = await bridged();
    expect(gateway.routes.filter(({ upgrade }) => upgrade === 'websocket')).toEqual(
      ['/v1/responses', '/v1/realtime', '/openai/v1/realtime'].map((at) => expect.objectContaining({ method: 'GET', path: at })),
    );
  });
});

describe('the end', () => {
  it('of a connection’s life is no sooner and no later', async () => {
    const clock = manualClock();
    const { open } = await bridged({ sockets: { lifeMs: 500 }, config: { services: [provide(Clock, clock)] } });
    const { client } = await open(path);
    clock.advance(499);
    expect(client.closes).toEqual([]);
    clock.advance(1);
    expect(client.closes).toEqual([1001]);
    await until(() => client.over);
    expect(clock.armed).toBe(0);
  });

  it('leaves no timer of a connection that its client ended', async () => {
    const clock = manualClock();
    const { open } = await bridged({ config: { services: [provide(Clock, clock)] } });
    const { client } = await open(path);
    expect(clock.armed).toBe(1);
    client.leave();
    expect(clock.armed).toBe(0);
  });
});
