import { EventEmitter } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import type { ProxyMiddleware } from '../../../core/src/http/proxied.ts';
import { type ProxyEvents, ProxyRun, reportTransfers } from '../../../core/src/http/proxy-run.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { head, hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';
import { plainProxy } from '../harness/carrying.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const request = { method: 'GET', path: '/x', headers: { accept: 'a' } };

function run(proxy: ProxyMiddleware, clock = systemClock()): { one: ProxyRun; broken: string[] } {
  const broken: string[] = [];
  const one = new ProxyRun(proxy, request, undefined, { clock, connectMs: 1_000, onBroken: (error) => void broken.push(error.message) });
  return { one, broken };
}

describe('a proxy at work', () => {
  it('gives what the upstream answers, and closes its connection when it is given up', async () => {
    const up = await hostileUpstream((peer) => void peer.say(`${head(201, { 'x-a': 'b', 'content-length': '100' })}begun`));
    const { one, broken } = run(plainProxy(up.url));
    const answer = await one.answered;
    expect([answer.status, answer.headers['x-a']]).toEqual([201, 'b']);
    one.abort(gatewayError('GW_CLIENT_CLOSED'));
    await (await up.peer(0)).closed;
    expect(broken).toEqual([]);
  });

  it('that is given up before it answers rejects with the reason, and closes its connection', async () => {
    const up = await hostileUpstream(() => {});
    const { one } = run(plainProxy(up.url));
    await up.request(0);
    one.abort(gatewayError('GW_CLOSING'));
    await expect(one.answered).rejects.toMatchObject({ code: 'GW_CLOSING' });
    await (await up.peer(0)).closed;
  });

  it('that is given up before it began sends nothing', async () => {
    const up = await hostileUpstream(() => {});
    const proxy = plainProxy(up.url);
    const { one } = run(async (req, res, next) => {
      await new Promise((go) => setTimeout(go, 20));
      await proxy(req, res, next);
    });
    one.abort(gatewayError('GW_CLIENT_CLOSED'));
    await expect(one.answered).rejects.toMatchObject({ code: 'GW_CLIENT_CLOSED' });
    await new Promise((go) => setTimeout(go, 60));
    expect(up.requests).toHaveLength(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['rejects', () => Promise.reject(new Error('x'))],
    ['passes the request on', (_req, _res, next) => next()],
    ['passes an error on', (_req, _res, next) => next(new Error('x'))],
  ] satisfies [string, ProxyMiddleware][])('that %s has reached nobody', async (_how, proxy) => {
    await expect(run(proxy).one.answered).rejects.toMatchObject({ code: 'GW_UPSTREAM_UNREACHABLE' });
  });

  it('that gets nothing but a switch of protocols has no answer', async () => {
    const up = await hostileUpstream((peer) => void peer.say(head(101, { connection: 'upgrade', upgrade: 'websocket' })));
    await expect(run(plainProxy(up.url)).one.answered).rejects.toMatchObject({ code: 'GW_UPSTREAM_UNREACHABLE' });
    await (await up.peer(0)).closed;
  });

  it('tells a message that is none from an upstream that is away', async () => {
    const up = await hostileUpstream((peer) => void peer.say('SMTP ready\r\n\r\n'));
    await expect(run(plainProxy(up.url)).one.answered).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE' });
  });

  it('has a limit for its connection, and none of its own afterwards', async () => {
    const clock = manualClock();
    const socket = Object.assign(new net.Socket(), { connecting: true });
    const out = Object.assign(new EventEmitter(), { socket, destroy: () => void socket.destroy() });
    const events = new EventEmitter();
    reportTransfers(events as ProxyEvents);
    const { one } = run((req, res) => void events.emit('proxyReq', out, req, res), clock);
    expect(clock.armed).toBe(1);
    clock.advance(999);
    socket.emit('connect');
    expect(clock.armed).toBe(0);
    one.abort(gatewayError('GW_CLOSING'));
    const late = run((req, res) => void events.emit('proxyReq', out, req, res), clock);
    clock.advance(1_000);
    await expect(late.one.answered).rejects.toMatchObject({ code: 'GW_UPSTREAM_UNREACHABLE' });
    socket.destroy();
  });

  it('answers once: a second answer is thrown away, and news of others concern nobody', async () => {
    const events = new EventEmitter();
    reportTransfers(events as ProxyEvents);
    const messages = [200, 500].map((statusCode) => Object.assign(new PassThrough(), { statusCode, headers: {} }));
    const { one } = run((req, res) => {
      for (const message of messages) events.emit('proxyRes', message, req, res);
      events.emit('error', new Error('late'), req, res);
      events.emit('error', new Error('of a WebSocket'), req, new net.Socket());
      events.emit('econnreset', new Error('of another'), req, new http.ServerResponse(req));
    });
    expect((await one.answered).status).toBe(200);
    expect(messages.map(({ destroyed }) => destroyed)).toEqual([false, true]);
  });

  it('hears of a reset by either name', async () => {
    for (const name of ['error', 'econnreset']) {
      const events = new EventEmitter();
      reportTransfers(events as ProxyEvents);
      const { one } = run((req, res: ServerResponse) => void events.emit(name, new Error('reset'), req, res));
      await expect(one.answered).rejects.toMatchObject({ code: 'GW_UPSTREAM_UNREACHABLE' });
    }
  });
});

describe('the words of an answer', () => {
  it('are its body, as far as it may go and as long as it may take', async () => {
    const up = await hostileUpstream(async (peer, { head: asked }) => {
      if (asked.includes('/whole')) peer.say(wholeAnswer('sorry', {}, 400));
      else {
        peer.say(`${head(400, { 'content-length': '10000000' })}sorry`);
        if (asked.includes('/endless')) await peer.pour('x'.repeat(10_000), 1000);
      }
    });
    const proxy = plainProxy(up.url);
    const said = async (path: string): Promise<string> => {
      const one = new ProxyRun(proxy, { ...request, path }, undefined, { clock: systemClock(), connectMs: 1000, onBroken: () => {} });
      onTestFinished(() => one.abort(gatewayError('GW_CLOSING')));
      return (await (await one.answered).words(10_000, 100)).toString();
    };
    expect(await said('/whole')).toBe('sorry');
    expect(await said('/slow')).toBe('sorry');
    expect((await said('/endless')).length).toBeLessThanOrEqual(10_000);
  });
});
