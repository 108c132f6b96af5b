import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Admins } from '../../../plugins/admin/src/admins.ts';
import { adminOptions } from '../../../plugins/admin/src/options.ts';
import { admins, secrets } from './support/plane.ts';

function asked(authorization?: string): IncomingMessage {
  return { headers: { ...(authorization !== undefined && { authorization }) } } as IncomingMessage;
}

describe('Admins', () => {
  const known = new Admins(adminOptions.parse(admins));

  it('know each other by their secrets', async () => {
    expect(await known.actorOf(asked(`Bearer ${secrets.root}`))).toEqual({ name: 'admin', role: 'admin', tenant: undefined });
    expect(await known.actorOf(asked(`bearer  ${secrets.ofA} `))).toEqual({ name: 'ann', role: 'editor', tenant: 'a' });
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    secrets.root,
    `Basic ${secrets.root}`,
    `Bearer ${secrets.root}x`,
    `Bearer ${secrets.root.slice(1)}`,
    `Bearer ${secrets.root.toUpperCase()}`,
    `Bearer ${secrets.root} ${secrets.viewer}`,
    `Bearer ${'x'.repeat(15_000)}`,
    `Bearer a${' '.repeat(15_000)}b`,
  ])('know nobody by %.40s', async (authorization) => {
    expect(await known.actorOf(asked(authorization))).toBeUndefined();
  });

  it('are none where nothing says so', async () => {
    const nobody = new Admins(adminOptions.parse({}));
    expect(nobody.configured).toBe(false);
    for (const authorization of [undefined, 'Bearer ', 'Bearer undefined'])
      expect(await nobody.actorOf(asked(authorization))).toBeUndefined();
  });

  describe('by the host app', () => {
    const by = (authenticate: unknown) => new Admins(adminOptions.parse({ authenticate }));

    it('are whom it names', async () => {
      const actor = { name: 'ann', role: 'viewer', tenant: 'a' };
      expect(await by(() => actor).actorOf(asked())).toEqual(actor);
      expect(await by(async () => actor).actorOf(asked())).toEqual(actor);
    });

    it.each([
      undefined,
      null,
      {},
      'ann',
      true,
      { name: 'ann' },
      { name: '', role: 'admin' },
      { name: 'ann', role: 'root' },
      { name: 'ann', role: 'admin', tenant: 1 },
      { name: 'ann', role: 'admin', tenant: '' },
    ])('AUTH-4: are nobody where it says %o', async (actor) => {
      expect(await by(() => actor).actorOf(asked())).toBeUndefined();
    });

    it('are not asked for where a secret is shown: a wrong one is wrong', async () => {
      const host = by(() => ({ name: 'ann', role: 'admin' }));
      expect(await host.actorOf(asked('Bearer wrong'))).toBeUndefined();
      expect(await host.actorOf(asked('Basic wrong'))).toBeUndefined();
    });

    it('are nobody where it fails', async () => {
      await expect(by(() => Promise.reject(new Error('down'))).actorOf(asked())).rejects.toThrow('down');
    });
  });
});
