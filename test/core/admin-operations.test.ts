import { describe, expect, it } from 'vitest';
import { type AdminOperationParts, addAdminOperations } from '../../core/src/admin-operations.ts';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { type AdminRoute, AdminRoutes, collectedAdminRoutes } from '../../core/src/services/admin-routes.ts';
import { running, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

const admin = { name: 'me', role: 'admin', tenant: undefined } as const;

function ask(routes: readonly AdminRoute[], path: string, actor: typeof admin | { name: string; role: 'admin'; tenant: string } = admin) {
  const route = routes.find((one) => one.path === path) as AdminRoute;
  return route.handle({ actor, params: {}, query: {}, body: undefined, audit() {} });
}

describe('addAdminOperations', () => {
  it('tells what a gateway was built from, its routes and how targets do, without a secret', async () => {
    let operations: readonly AdminRoute[] = [];
    const looking = definePlugin({
      name: 'looking',
      requires: [AdminRoutes],
      create: (_options, { adminRoutes }) => ({
        start: () => {
          operations = adminRoutes.list();
        },
      }),
    })();
    const { gateway, chat } = await running((await upstream()).url, { plugins: [looking] });
    await chat();
    expect(operations.map(({ method, path, role }) => `${method} ${path} ${role}`)).toEqual([
      'GET /routes viewer',
      'GET /targets viewer',
      'GET /config viewer',
    ]);
    expect(await ask(operations, '/routes')).toEqual({ routes: gateway.routes });
    expect(await ask(operations, '/targets')).toMatchObject({ targets: [{ target: 'up/m' }] });
    const config = await ask(operations, '/config');
    expect(config).toMatchObject({
      providers: [{ name: 'up', dialects: expect.arrayContaining(['openai-chat']) as string[] }],
      models: { chat: ['up/m'] },
      plugins: [{ name: 'looking', onFailure: 'closed' }],
      services: ['Logger'],
      limits: { bodyBytes: 10_485_760 },
    });
    expect(JSON.stringify(config)).not.toContain('sk-operators-own');
  });

  it('tells nothing of it to administrators of one tenant', async () => {
    const operations = collectedAdminRoutes();
    addAdminOperations(operations, {
      config: { providers: [], plugins: [], services: [] } as never,
      targets: () => [],
      routes: () => [],
    } satisfies AdminOperationParts);
    for (const { path } of operations.list())
      await expect(ask(operations.list(), path, { name: 'ann', role: 'admin', tenant: 'a' })).rejects.toMatchObject({
        status: 403,
        code: 'ADMIN_TENANT_BOUND',
      });
  });
});
