import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane, secrets } from './support/plane.ts';

leavesNothing();

describe('admin', () => {
  it.each([{}, { secret: undefined }, { admins: [] }])(
    'ADM-1: %o: there is no admin plane: every path of it is the host app’s own 404',
    async (options) => {
      const { ask, gateway } = await plane(options);
      expect(gateway.routes.filter(({ access }) => access === 'admin')).toEqual([]);
      for (const what of ['GET ', 'GET /', 'GET /keys', 'POST /keys', 'GET /config', 'GET /openapi.json', 'PATCH /things/1'])
        for (const as of [null, secrets.root, 'undefined', '']) expect((await ask(what, { as })).text, what).toContain('Cannot');
    },
  );

  it('stands where its option says', async () => {
    const { url, ask } = await plane({ ...admins, path: '/internal/control' });
    expect((await ask('GET /things/1')).text).toContain('Cannot GET');
    const answer = await fetch(`${url}/internal/control/things/1`, {
      headers: { authorization: `Bearer ${secrets.root}`, connection: 'close' },
    });
    expect(answer.status).toBe(200);
  });

  it('puts every operation into the gateway’s routes, as for administrators', async () => {
    const { gateway } = await plane();
    const routes = gateway.routes.filter(({ access }) => access === 'admin').map(({ method, path }) => `${method} ${path}`);
    expect(routes).toContain('GET /admin');
    expect(routes).toContain('POST /admin/things/*/break');
    expect(routes).toHaveLength(11);
  });
});
