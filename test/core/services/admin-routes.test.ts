import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { type AdminRoute, AdminRoutes, collectedAdminRoutes } from '../../../core/src/services/admin-routes.ts';
import { running } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

function route(method: AdminRoute['method'], path: string): AdminRoute {
  return { method, path, role: 'editor', summary: 'Does something.', handle: async () => ({ method, path }) };
}

const actor = { name: 'me', role: 'admin', tenant: undefined } as const;

describe('collectedAdminRoutes', () => {
  it('lists what was added, in that order', () => {
    const routes = collectedAdminRoutes();
    expect(routes.list()).toEqual([]);
    routes.add(route('GET', '/keys'));
    routes.add(route('POST', '/keys'));
    routes.add(route('GET', '/keys/:id'));
    expect(routes.list().map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /keys', 'POST /keys', 'GET /keys/:id']);
  });

  it('refuses a route that is there already, and keeps the first', async () => {
    const routes = collectedAdminRoutes();
    routes.add({ ...route('GET', '/keys'), handle: async () => 'first' });
    expect(() => routes.add({ ...route('GET', '/keys'), handle: async () => 'second' })).toThrow(
      'The admin route GET /keys is registered twice.',
    );
    expect(await routes.list()[0]?.handle({ actor, params: {}, query: {}, body: undefined, audit() {} })).toBe('first');
    expect(routes.list()).toHaveLength(1);
  });

  it('keeps a route as it was added: its role cannot be lowered later', () => {
    const routes = collectedAdminRoutes();
    const mine = { ...route('DELETE', '/keys/:id') };
    routes.add(mine);
    (mine as { role: string }).role = 'viewer';
    const listed = routes.list()[0] as { role: string };
    expect(listed.role).toBe('editor');
    expect(() => {
      listed.role = 'viewer';
    }).toThrow(TypeError);
  });

  it('gives a list of its own: nothing gets in by way of it', () => {
    const routes = collectedAdminRoutes();
    routes.add(route('GET', '/keys'));
    (routes.list() as AdminRoute[]).push(route('POST', '/unchecked'));
    expect(routes.list()).toHaveLength(1);
  });

  it('is one for the plugins of a gateway, and another for another gateway', async () => {
    const seen: string[][] = [];
    const adding = (name: string) =>
      definePlugin({
        name,
        requires: [AdminRoutes],
        create(_options, { adminRoutes }) {
          adminRoutes.add(route('GET', `/${name}`));
          const listed = () => adminRoutes.list().map(({ path }) => path);
          return { start: () => void seen.push(listed().filter((path) => /^\/[ab]$/.test(path))) };
        },
      })();
    const one = await running('http://127.0.0.1:1', { plugins: [adding('a'), adding('b')] });
    const other = await running('http://127.0.0.1:1', { plugins: [adding('a')] });
    await one.gateway.ready();
    await other.gateway.ready();
    expect(seen).toEqual([['/a', '/b'], ['/a', '/b'], ['/a']]);
  });
});
