import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { contractCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { principal } from '../../../core/src/slot.ts';
import type { ServiceProxyOptions } from '../../../plugins/service-proxy/src/options.ts';
import { serviceProxy } from '../../../plugins/service-proxy/src/plugin.ts';
import { carried, uploading } from '../../core/harness/carrying.ts';
import { gate, listening, type Running, running } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hostileClient } from '../../kit/hostile-client.ts';
import { type HostileUpstream, head, hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';

leavesNothing();

type Service = ServiceProxyOptions['services'][number];

/** A gateway at `/ai` with one service at `/services/summarise`. */
function serving(target: string, own: Partial<Service> = {}, config: Partial<GatewayConfig> = {}): Promise<Running> {
  const { plugins = [], ...others } = config;
  const service = { path: '/services/summarise', target, ...own };
  return running('http://127.0.0.1:1', { plugins: [...plugins, serviceProxy({ services: [service] })], ...others });
}

function codeOf({ body }: { readonly body: Buffer }): string {
  return (JSON.parse(body.toString()) as { error: { code: string } }).error.code;
}

const answering = (body = '{"ok":true}', headers: Record<string, string> = {}, status = 200): Promise<HostileUpstream> =>
  hostileUpstream((peer) => void peer.say(wholeAnswer(body, headers, status)));

/** An authenticator that knows this caller. */
function knowing(who: Principal): ReturnType<ReturnType<typeof definePlugin>> {
  return definePlugin({
    name: 'knowing',
    provides: [principal],
    create: () => ({ onRequest: (context) => context.set(principal, who) }),
  })();
}

describe('a service', () => {
  it('gets what is below its path, and its answer goes back as it is', async () => {
    const up = await answering('{"summary":"short"}', { etag: '"1"', 'cache-control': 'private' });
    const { url } = await serving(`${up.url}/v2/`);
    const answer = await carried(`${url}/services/summarise/texts?lang=en`, 'POST', '{"text":"long"}', {
      'content-type': 'application/json',
    });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"', 'cache-control': 'private', 'content-type': 'application/json' } });
    expect(answer.body.toString()).toBe('{"summary":"short"}');
    await carried(`${url}/services/summarise`, 'GET');
    expect(up.requests.map(({ head: said }) => said.split('\r\n', 1)[0])).toEqual(['POST /v2/texts?lang=en HTTP/1.1', 'GET /v2 HTTP/1.1']);
    expect(up.requests[0]?.body).toBe('{"text":"long"}');
  });

  it('gets the whole path where it is asked so, and `/` where there is none', async () => {
    const up = await answering();
    const whole = await serving(up.url, { stripPath: false });
    await carried(`${whole.url}/services/summarise/x`, 'GET');
    const root = await serving(up.url);
    await carried(`${root.url}/services/summarise?a=1`, 'GET');
    expect(up.requests.map(({ head: said }) => said.split('\r\n', 1)[0])).toEqual([
      'GET /services/summarise/x HTTP/1.1',
      'GET /?a=1 HTTP/1.1',
    ]);
  });

  it('hears who is calling from the gateway alone', async () => {
    const up = await answering();
    const who: Principal = { id: 'alice', kind: 'user', tenant: 'Müller & Söhne\r\nx: y', plan: 'pro' };
    const own: Partial<Service> = { forward: ['id', 'tenant', 'app'], headers: { authorization: 'Bearer of-the-service' } };
    const { url } = await serving(up.url, own, { plugins: [knowing(who)], allowAnonymous: false });
    const answer = await carried(`${url}/services/summarise`, 'GET', undefined, {
      'x-gateway-principal': 'mallory',
      'x-gateway-tenant': 'other',
      'x-gateway-app': 'other',
      'x-gateway-plan': 'enterprise',
      'x-request-id': 'forged',
      authorization: 'Bearer gw_alice',
    });
    const headers = Object.fromEntries(up.requests[0]?.headers ?? []);
    expect(headers).toMatchObject({
      authorization: 'Bearer of-the-service',
      'x-gateway-principal': 'alice',
      'x-gateway-tenant': 'M%C3%BCller%20%26%20S%C3%B6hne%0D%0Ax%3A%20y',
      'x-request-id': answer.headers['x-request-id'],
    });
    expect(up.requests[0]?.bytes.toString()).not.toMatch(/mallory|other|enterprise|forged|gw_alice|x-gateway-(?:app|plan)/);
  });

  it('gets and gives headers by list: the usual ones of content, and what its options name', async () => {
    const up = await answering('{}', { 'set-cookie': 'canary=1', 'x-powered-by': 'canary', 'x-score': '7', 'x-other': 'canary' });
    const { url } = await serving(up.url, { clientHeaders: ['x-locale'], answerHeaders: ['x-score'] });
    const answer = await carried(`${url}/services/summarise`, 'GET', undefined, {
      'x-locale': 'de',
      'if-none-match': '"1"',
      cookie: 'canary',
      'x-forwarded-for': 'canary',
      'x-other': 'canary',
    });
    expect(up.requests[0]?.bytes.toString()).not.toContain('canary');
    expect(Object.fromEntries(up.requests[0]?.headers ?? [])).toMatchObject({ 'x-locale': 'de', 'if-none-match': '"1"' });
    expect(answer.headers['x-score']).toBe('7');
    expect(JSON.stringify(answer.headers)).not.toContain('canary');
  });

  it('is refused, authenticated and counted like a model call', async () => {
    const up = await answering();
    const over = gate<Settlement>();
    const limit = definePlugin({
      name: 'limit',
      opaque: true,
      create: () => {
        let left = 1;
        return {
          onRequest: (context) => context.onSettled((settlement) => over.open(settlement)),
          beforeRoute(context) {
            context.setHeader('x-left', String(left));
            left -= 1;
            if (left < 0) throw Object.assign(new Error('no'), {});
          },
        };
      },
    })();
    const { url } = await serving(up.url, {}, { plugins: [limit] });
    const answer = await carried(`${url}/services/summarise`, 'GET');
    expect(answer.headers['x-left']).toBe('1');
    expect(await over.opened).toMatchObject({
      dialect: 'service:services-summarise',
      target: { id: 'service/services-summarise' },
      outcome: 'completed',
    });
    const nobody = definePlugin({ name: 'nobody', provides: [principal], create: () => ({}) })();
    const closed = await serving(up.url, {}, { plugins: [nobody], allowAnonymous: false });
    expect((await carried(`${closed.url}/services/summarise`, 'GET')).status).toBe(401);
    expect(up.requests).toHaveLength(1);
  });

  it('takes the methods of its options, and no path beside its own', async () => {
    const up = await answering();
    const { url } = await serving(up.url, { methods: ['POST'] });
    expect((await carried(`${url}/services/summarise`, 'GET')).status).toBe(405);
    for (const path of ['/services', '/services/summarised', '/services/Summarise', '/services/summaris'])
      expect((await carried(url + path, 'POST', '{}')).status, path).toBe(404);
    expect(up.peers).toHaveLength(0);
    const { hostname, port } = new URL(url);
    for (const path of ['/services/summarise/../secret', '/services/summarise/%2e%2e/secret', '/services/summarise//x']) {
      const status = await new Promise((go, fail) =>
        http
          .request({ hostname, port, method: 'POST', path: `/ai${path}`, agent: false }, (res) => go(res.resume().statusCode))
          .on('error', fail)
          .end(),
      );
      expect(status, path).toBe(400);
    }
    expect(up.peers).toHaveLength(0);
  });
});

describe('errors of a service', () => {
  it.each([400, 403, 404, 409, 418, 422, 429])('of status %i are its words to the client', async (status) => {
    const up = await answering('{"detail":"no such text"}', { 'retry-after': '3' }, status);
    const { url } = await serving(up.url);
    const answer = await carried(`${url}/services/summarise`, 'POST', '{}');
    expect([answer.status, answer.body.toString(), answer.headers['retry-after']]).toEqual([status, '{"detail":"no such text"}', '3']);
  });

  it.each([
    [401, 'SERVICE_UNAUTHORIZED'],
    [407, 'SERVICE_UNAUTHORIZED'],
    [301, 'SERVICE_REDIRECT'],
    [307, 'SERVICE_REDIRECT'],
    [500, 'SERVICE_FAILED'],
    [503, 'SERVICE_FAILED'],
  ])('of status %i are %s, without its words', async (status, code) => {
    const attacker = await answering();
    const up = await answering('canary of the house', { location: attacker.url, 'retry-after': '3' }, status);
    const { url } = await serving(up.url);
    const answer = await carried(`${url}/services/summarise`, 'POST', '{}');
    expect([answer.status, codeOf(answer)]).toEqual([502, code]);
    expect(answer.body.toString()).not.toMatch(/canary|127\.0\.0\.1/);
    if (status >= 500) expect(answer.headers['retry-after']).toBe('3');
    expect(attacker.peers).toHaveLength(0);
  });

  it('encoded answers are not passed on; an unchanged one is', async () => {
    const up = await answering('x', { 'content-encoding': 'br' });
    const { url } = await serving(up.url);
    expect(codeOf(await carried(`${url}/services/summarise`, 'GET'))).toBe('SERVICE_ENCODED');
    const unchanged = await hostileUpstream((peer) => void peer.say(head(304, { etag: '"1"' })));
    const other = await serving(unchanged.url);
    expect(await carried(`${other.url}/services/summarise`, 'GET', undefined, { 'if-none-match': '"1"' })).toMatchObject({
      status: 304,
      headers: { etag: '"1"' },
    });
  });
});

describe('retries', () => {
  /** A service that drops its first connections. */
  async function dropping(times: number): Promise<HostileUpstream> {
    let left = times;
    return hostileUpstream((peer) => {
      left -= 1;
      if (left >= 0) peer.destroy();
      else peer.say(wholeAnswer('{}'));
    });
  }

  it.each(['GET', 'PUT', 'DELETE'] as const)('of %s without a body are made while no byte of an answer came', async (method) => {
    const up = await dropping(2);
    const { url } = await serving(up.url, { retries: 2, methods: ['GET', 'PUT', 'DELETE'] });
    expect((await carried(`${url}/services/summarise`, method)).status).toBe(200);
    expect(up.requests).toHaveLength(3);
  });

  it('end after so many, and the exchange has one attempt whatever they were', async () => {
    const up = await dropping(10);
    const over = gate<Settlement>();
    const watching = definePlugin({
      name: 'watching',
      create: () => ({ onRequest: (context) => context.onSettled((settlement) => over.open(settlement)) }),
    })();
    const { url } = await serving(up.url, { retries: 2 }, { plugins: [watching] });
    const answer = await carried(`${url}/services/summarise`, 'GET');
    expect([answer.status, codeOf(answer), answer.headers['x-should-retry']]).toEqual([502, 'SERVICE_UNREACHABLE', undefined]);
    expect(up.requests).toHaveLength(3);
    expect((await over.opened).attempts).toMatchObject([{ outcome: 'failed', error: 'SERVICE_UNREACHABLE' }]);
  });

  it.each([
    ['POST', undefined],
    ['POST', '{}'],
    ['PUT', '{}'],
    ['DELETE', '{}'],
    ['PATCH', undefined],
  ] as const)('of %s with body %j are none: it may have been done', async (method, body) => {
    const up = await dropping(1);
    const { url } = await serving(up.url, { retries: 5, methods: ['POST', 'PUT', 'DELETE', 'PATCH'] });
    const headers = body === undefined ? {} : { 'content-length': body.length };
    expect((await carried(`${url}/services/summarise`, method, body, headers)).status).toBe(502);
    expect(up.requests).toHaveLength(1);
  });

  it('are none once an answer has begun', async () => {
    const up = await hostileUpstream((peer) => {
      peer.say(`${head(200, { 'content-length': '100' })}begun`);
      setTimeout(() => peer.destroy(), 20);
    });
    const { url } = await serving(up.url, { retries: 5 });
    expect(await carried(`${url}/services/summarise`, 'GET')).toMatchObject({ status: 200, broken: true });
    expect(up.requests).toHaveLength(1);
  });

  it('are none when time is over, or the client gone', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await serving(up.url, { retries: 5, timeoutMs: 100 });
    expect((await carried(`${url}/services/summarise`, 'GET')).status).toBe(504);
    const { request } = uploading(`${url}/services/summarise`, 'GET');
    request.on('error', () => {}).end();
    const peer = await up.peer(1);
    await up.request(1);
    const leftAt = performance.now();
    request.destroy();
    await peer.closed;
    expect((peer.closedAt as number) - leftAt).toBeLessThan(100);
    await new Promise((go) => setTimeout(go, 50));
    expect(up.requests).toHaveLength(2);
  });
});

describe('limits of a service', () => {
  it('are its own: size, whole time and silence', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await serving(up.url, { maxBodyBytes: 10, idleMs: 100, timeoutMs: 10_000 });
    const large = await carried(`${url}/services/summarise`, 'POST', 'x'.repeat(11), { 'content-length': 11 });
    expect([large.status, codeOf(large)]).toEqual([413, 'GW_BODY_TOO_LARGE']);
    expect(up.peers).toHaveLength(0);
    const silent = await carried(`${url}/services/summarise`, 'POST', 'x', { 'content-length': 1 });
    expect([silent.status, codeOf(silent)]).toEqual([504, 'GW_UPSTREAM_TIMEOUT']);
  });

  it('streams go on as they come, and stop with their client', async () => {
    const up = await listening((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => res.write('data: tick\n\n'), 10);
      res.on('close', () => clearInterval(timer));
    });
    const { url } = await serving(up.url);
    const client = await hostileClient(url);
    client.say('GET /ai/services/summarise HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.hears('data: tick', 3);
    expect(client.text).toMatch(/x-accel-buffering: no/);
    client.destroy();
    await expect.poll(() => new Promise((go) => up.getConnections((_error, count) => go(count)))).toBe(0);
  });

  it('close() waits for a service that answers, and keeps no connection', async () => {
    const up = await hostileUpstream((peer) => void setTimeout(() => peer.say(wholeAnswer('{"late":true}')), 100));
    const { url, gateway } = await serving(up.url);
    const answer = carried(`${url}/services/summarise`, 'GET');
    await up.request(0);
    await gateway.close();
    expect((await answer).body.toString()).toBe('{"late":true}');
    await (await up.peer(0)).closed;
  });

  it('a body that the host’s parser has read is sent on', async () => {
    const up = await answering();
    const { default: express } = await import('express');
    const { aiGateway } = await import('../../../core/src/gateway.ts');
    const { openai } = await import('../../../core/src/providers/openai/openai.ts');
    const gateway = aiGateway({
      providers: [openai({ apiKey: 'sk-x' })],
      allowAnonymous: true,
      plugins: [serviceProxy({ services: [{ path: '/s', target: up.url }] })],
    });
    const server = await listening(
      express()
        .use(express.json())
        .use(express.urlencoded({ extended: false }))
        .use('/ai', gateway),
    );
    expect((await carried(`${server.url}/ai/s`, 'POST', '{ "a" : 1 }', { 'content-type': 'application/json' })).status).toBe(200);
    expect([up.requests[0]?.body, Object.fromEntries(up.requests[0]?.headers ?? [])['content-length']]).toEqual(['{"a":1}', '7']);
    const form = await carried(`${server.url}/ai/s`, 'POST', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, codeOf(form)]).toEqual([500, 'GW_BODY_CONSUMED']);
    await gateway.close();
  });
});

describe('options', () => {
  const target = 'http://127.0.0.1:1';

  it.each([
    [{ services: [] }, /at least one service/],
    [{ services: [{ path: 'x', target }] }, /services\[0\]\.path.*a path such as/],
    [{ services: [{ path: '/x/../y', target }] }, /dotted/],
    [{ services: [{ path: '/x/*', target }] }, /a path such as/],
    [{ services: [{ path: '/x', target: 'ftp://x' }] }, /target.*an http\(s\) URL/],
    [{ services: [{ path: '/x', target: 'http://user:word@x' }] }, /target/],
    [{ services: [{ path: '/x', target: 'http://x/?a' }] }, /target/],
    [{ services: [{ path: '/x', target, headers: { host: 'y' } }] }, /none that the gateway sets itself/],
    [{ services: [{ path: '/x', target, headers: { 'x-gateway-tenant': 'y' } }] }, /none that the gateway sets itself/],
    [{ services: [{ path: '/x', target, headers: { 'x-a': 'b\r\nc' } }] }, /printable ASCII/],
    [{ services: [{ path: '/x', target, clientHeaders: ['authorization'] }] }, /no credential of the client/],
    [{ services: [{ path: '/x', target, clientHeaders: ['x-gateway-principal'] }] }, /no header that the gateway sets itself/],
    [{ services: [{ path: '/x', target, answerHeaders: ['set-cookie'] }] }, /no cookie/],
    [{ services: [{ path: '/x', target, retries: 6 }] }, /retries/],
    [{ services: [{ path: '/x', target, timeout: 6 }] }, /timeoutMs/],
    [
      {
        services: [
          { path: '/x/y', target },
          { path: '/x-y', target },
        ],
      },
      /names of their own/,
    ],
  ])('%j are refused', (options, message) => {
    expect(() => serviceProxy(options as never)).toThrow(message);
  });

  it('that claim a path of the gateway’s, or of one another, fail the build', async () => {
    await expect(serving(target, { path: '/v1/models' })).rejects.toThrow(
      /GET \/v1\/models of service:v1-models: expected a path of its own, received one that the dialect/,
    );
    const services = [
      { path: '/a', target },
      { path: '/a/b', target },
    ];
    await expect(running(target, { plugins: [serviceProxy({ services })] })).rejects.toThrow(
      /service:a-b: expected a path of its own, received one that service:a of the plugin service-proxy has/,
    );
  });

  it('keep the credential of a service out of every print', () => {
    const made = serviceProxy({ services: [{ path: '/x', target, headers: { authorization: 'Bearer of-the-service' } }] });
    expect(JSON.stringify(made)).not.toContain('of-the-service');
  });
});

describe('the plugin', () => {
  describe('keeps the contract', () => {
    const plugin = () => serviceProxy({ services: [{ path: '/services/summarise', target: 'http://127.0.0.1:1' }] });
    for (const { name, run } of contractCases({ plugin })) it(name, run);
  });

  it('works as its README shows', async () => {
    const readme = readFileSync(new URL('../../../plugins/service-proxy/README.md', import.meta.url), 'utf8');
    const code = /^```js\n(import \{ aiGateway[\s\S]*?)^```/m.exec(readme)?.[1] ?? 'throw new Error("none")';
    const open = code.replace('plugins: [', 'allowAnonymous: true,\n  plugins: [');
    const flags = ['--conditions=@express-ai-gateway/source', '--input-type=module', '--eval'];
    const shown = `${open}\nconsole.log(gateway.routes.map(({ dialect }) => dialect).join());\nawait gateway.close();`;
    const cwd = fileURLToPath(new URL('../../', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, shown], {
      cwd,
      env: { PATH: process.env.PATH, OPENAI_API_KEY: 'sk-x' },
    });
    expect(stdout).toContain('service:services-summarise');
  });
});
