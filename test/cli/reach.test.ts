import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reach } from '../../cli/src/reach.ts';
import { listening } from '../core/harness/loopback.ts';

const pepper = 'Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo';

async function server() {
  const asked: string[] = [];
  const { url } = await listening((req, res) => {
    asked.push(`${req.url}`);
    res.writeHead(200, { connection: 'close' }).end('{"keys":[]}');
  });
  return { url, asked };
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'gateway.db');
}

describe('reach', () => {
  it('takes the gateway that options say, or else the environment', async () => {
    const { url, asked } = await server();
    const list = { limit: 1 };
    const env = { ADMIN_SECRET: 's', GATEWAY_URL: `${url}/env/` };
    await (await reach({ url: `${url}/ai` }, env, false)).keys.list(list);
    await (await reach({}, env, false)).keys.list(list);
    await (await reach({ url, adminPath: '/ops/keys-admin/' }, env, false)).keys.list(list);
    expect(asked).toEqual(['/ai/admin/keys?limit=1', '/env/admin/keys?limit=1', '/ops/keys-admin/keys?limit=1']);
  });

  it('takes the store that options say, or else the environment', async () => {
    const store = file();
    const { keys, close } = await reach({ store }, { GATEWAY_PEPPER: pepper, GATEWAY_URL: 'https://elsewhere.example' }, true);
    await keys.create({ label: 'ci' });
    await close();
    const again = await reach({}, { GATEWAY_PEPPER: pepper, GATEWAY_STORE: store }, false);
    expect((await again.keys.list({ limit: 5 })).keys).toHaveLength(1);
    await again.close();
  });

  it.each([
    ['nothing', {}, {}, 'Where are the keys? Say one of'],
    ['two places', { url: 'https://my.app', store: 'x.db' }, {}, 'not both'],
    ['two places by the environment', {}, { GATEWAY_URL: 'https://my.app', GATEWAY_STORE: 'x.db' }, 'not both'],
    ['a gateway without secret', { url: 'https://my.app' }, {}, 'ADMIN_SECRET is not set'],
    ['a gateway with an empty secret', { url: 'https://my.app' }, { ADMIN_SECRET: '' }, 'ADMIN_SECRET is not set'],
    ['a store without pepper', { store: 'x.db' }, { ADMIN_SECRET: 's' }, 'GATEWAY_PEPPER is not set'],
    ['a file that is not there', { store: 'no-such.db' }, { GATEWAY_PEPPER: pepper }, 'There is no file "no-such.db"'],
  ])('says what is missing of %s', async (_what, flags, env, said) => {
    await expect(reach(flags, env, false)).rejects.toThrow(said);
  });
});
