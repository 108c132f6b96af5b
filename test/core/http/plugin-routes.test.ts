import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import type { PluginRoute } from '../../../core/src/http/plugin-route.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { AdminRoutes } from '../../../core/src/services/admin-routes.ts';
import { type Answer, gate, running } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

function answering(name: string, routes: readonly Partial<PluginRoute>[] | (() => readonly PluginRoute[])): GatewayPlugin {
  return definePlugin({ name, create: () => ({ routes: routes as readonly PluginRoute[] }) })();
}

const page: PluginRoute = {
  method: 'GET',
  path: '/page',
  access: 'public',
  handler: (req, res) => res.end(`the page at ${req.url}`),
};

/** An answer of which nothing arrived before the connection broke has the status 0. */
function asked(url: string, method = 'GET'): Promise<Pick<Answer, 'status' | 'headers' | 'text' | 'broken'>> {
  return new Promise((resolve) => {
    const request = http.request(url, { method, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (data: string) => {
        text += data;
      });
      res.on('error', () => {});
      res.on('close', () => resolve({ status: res.statusCode as number, headers: res.headers, text, broken: !res.complete }));
    });
    request.on('error', () => resolve({ status: 0, headers: {}, text: '', broken: true })).end();
  });
}

function built(...plugins: GatewayPlugin[]) {
  return aiGateway({ providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1' })], plugins, allowAnonymous: true });
}

function problemsOf(...plugins: GatewayPlugin[]) {
  try {
    built(...plugins);
  } catch (error) {
    return (error as GatewayConfigError).problems;
  }
  throw new Error('it was built');
}

describe('the routes of a plugin', () => {
  it('are answered by it, below the mount, with HEAD, and stand in the route table', async () => {
    const under: PluginRoute = { ...page, method: 'POST', path: '/things/*/do', access: 'admin', handler: (req, res) => res.end(req.url) };
    const { url, gateway } = await running('http://127.0.0.1:1', { plugins: [answering('pages', [page, under])] });
    expect(await asked(`${url}/page?a=1`)).toMatchObject({ status: 200, text: 'the page at /page?a=1' });
    expect(await asked(`${url}/page`, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect(await asked(`${url}/things/7/do`, 'POST')).toMatchObject({ status: 200, text: '/things/7/do' });
    expect(gateway.routes.slice(-2)).toEqual([
      { method: 'GET', path: '/page', access: 'public', dialect: 'plugin' },
      { method: 'POST', path: '/things/*/do', access: 'admin', dialect: 'plugin' },
    ]);
  });

  it('take no other method, and no other path', async () => {
    const { url } = await running('http://127.0.0.1:1', { plugins: [answering('pages', [page])] });
    expect(await asked(`${url}/page`, 'DELETE')).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    for (const path of ['/PAGE', '/page/', '/page/x', '/*', '/%70age']) expect((await asked(url + path)).status, path).toBe(404);
  });

  it('may be known only when every plugin is built', async () => {
    const late = definePlugin({
      name: 'late',
      requires: [AdminRoutes],
      create: (_options, { adminRoutes }) => ({
        routes: () =>
          adminRoutes
            .list()
            .filter(({ path }) => path === '/added')
            .map(({ path }) => ({ ...page, path })),
      }),
    })();
    const adding = definePlugin({
      name: 'adding',
      requires: [AdminRoutes],
      create(_options, { adminRoutes }) {
        adminRoutes.add({ method: 'GET', path: '/added', role: 'viewer', summary: 'x', handle: async () => undefined });
        return {};
      },
    })();
    const { url } = await running('http://127.0.0.1:1', { plugins: [late, adding] });
    expect((await asked(`${url}/added`)).status).toBe(200);
  });

  it('that fail are logged and answered with 500; what follows is served', async () => {
    const failing = (handler: PluginRoute['handler'], path: string): PluginRoute => ({ ...page, path, handler });
    const { url, logger } = await running('http://127.0.0.1:1', {
      plugins: [
        answering('failing', [
          failing(() => {
            throw new Error('thrown here');
          }, '/throws'),
          failing(() => Promise.reject(new Error('rejected here')), '/rejects'),
          failing((_req, _res, next) => next(new Error('handed on')), '/hands-on'),
          failing((_req, _res, next) => next(), '/passes'),
          failing((_req, res) => {
            res.write('half');
            throw new Error('thrown late');
          }, '/late'),
          page,
        ]),
      ],
    });
    for (const path of ['/throws', '/rejects', '/hands-on']) expect(await asked(url + path), path).toMatchObject({ status: 500, text: '' });
    expect((await asked(`${url}/passes`)).status).toBe(404);
    expect((await asked(`${url}/late`)).broken).toBe(true);
    const told = logger.texts('error').join('\n');
    for (const words of ['thrown here', 'rejected here', 'handed on', 'thrown late']) expect(told).toContain(words);
    expect((await asked(`${url}/page`)).status).toBe(200);
  });

  it('are waited for by close(), and cut when they take too long', async () => {
    const { open, opened } = gate();
    const { open: arrive, opened: arrived } = gate();
    const slow: PluginRoute = {
      ...page,
      handler: async (_req, res) => {
        arrive();
        await opened;
        res.end('late');
      },
    };
    const { url, gateway } = await running('http://127.0.0.1:1', { plugins: [answering('slow', [slow])] });
    const answer = asked(`${url}/page`);
    await arrived;
    const closed = gateway.close();
    open();
    expect((await answer).text).toBe('late');
    await closed;

    const never: PluginRoute = { ...page, handler: (_req, res) => res.write('begun') };
    const other = await running('http://127.0.0.1:1', { plugins: [answering('never', [never])], timeouts: { closeMs: 20 } });
    const cut = asked(`${other.url}/page`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await other.gateway.close();
    expect((await cut).broken).toBe(true);
  });

  it('wait until the gateway is ready, and are refused when it closed', async () => {
    const { open, opened } = gate();
    const slowly = definePlugin({ name: 'slowly', create: () => ({ start: () => opened, routes: [page] }) })();
    const { url, gateway } = await running('http://127.0.0.1:1', { plugins: [slowly] });
    const answer = asked(`${url}/page`);
    open();
    expect((await answer).status).toBe(200);
    await gateway.close();
    expect((await asked(`${url}/page`)).status).toBe(503);
  });

  it('cannot be two that answer the same request', () => {
    expect(problemsOf(answering('one', [page]), answering('two', [{ ...page, path: '/*' }]))).toEqual([
      {
        path: 'plugins (two): GET /*',
        expected: 'a path of its own',
        received: expect.stringContaining('one that is taken: GET ') as string,
      },
    ]);
    for (const path of ['/v1/models', '/v1/models/chat', '/health/live'])
      expect(problemsOf(answering('one', [{ ...page, path }])), path).toHaveLength(1);
  });

  it.each([
    [{ ...page, method: 'OPTIONS' }, 'method'],
    [{ ...page, path: 'page' }, 'path'],
    [{ ...page, path: '/a//b' }, 'path'],
    [{ ...page, path: '/../b' }, 'path'],
    [{ ...page, path: '/a/*/*' }, 'path'],
    [{ ...page, path: '/a?b' }, 'path'],
    [{ ...page, access: 'principal' }, 'access'],
    [{ ...page, handler: undefined }, 'handler'],
  ])('are checked when the gateway is built: %o', (route, field) => {
    expect(problemsOf(answering('bad', [route as never])).map(({ path }) => path)).toEqual([`plugins (bad).routes[0].${field}`]);
  });

  it('are a list', () => {
    expect(problemsOf(answering('bad', 'page' as never))).toMatchObject([{ path: 'plugins (bad).routes', expected: 'a list of routes' }]);
    expect(problemsOf(answering('bad', [null as never]))).toMatchObject([{ path: 'plugins (bad).routes[0]', expected: 'a route' }]);
    expect(() => built(answering('bad', [null as never]))).toThrow(GatewayConfigError);
  });
});
