import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { admin } from '../../plugins/admin/src/index.ts';
import { apiKeys } from '../../plugins/auth-keys/src/index.ts';
import { sqliteStore } from '../../services/store-sqlite/src/index.ts';
import { running, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';

leavesNothing();

const ADMIN_SECRET = 'q8Yp2mXv0sTz5WcJr1nLbKd7hUeGfA4iV6oR9xNjM3E';
const GATEWAY_PEPPER = 'Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo';
const program = join(import.meta.dirname, '../../cli/src/main.ts');

/** The command line as a process, as a shell runs it. */
async function cli(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['--conditions=@express-ai-gateway/source', program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, notes] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    notes += chunk;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, out, notes };
}

/** A running gateway with an admin plane and keys in a file. */
async function gateway() {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = join(folder, 'gateway.db');
  const provider = await upstream();
  const run = await running(provider.url, {
    allowAnonymous: false,
    plugins: [admin({ secret: ADMIN_SECRET }), apiKeys({ pepper: GATEWAY_PEPPER })],
    services: [...sqliteStore({ path: store })],
  });
  const call = async (key: string) => (await run.chat({}, { headers: { authorization: `Bearer ${key}`, connection: 'close' } })).status;
  return { url: run.url, store, call };
}

describe('npx express-ai-gateway', () => {
  it('makes, restricts, rotates and revokes a key of a running gateway', async () => {
    const { url, call } = await gateway();
    const env = { ADMIN_SECRET, GATEWAY_URL: url };
    const made = await cli(env, 'keys', 'create', '--label', 'ci');
    expect(made.status).toBe(0);
    const key = made.out.trim();
    const id = key.split('_')[2] as string;
    expect(await call(key)).toBe(200);
    expect((await cli(env, 'keys', 'restrict', id, '--models', 'other')).status).toBe(0);
    await expect.poll(() => call(key), { timeout: 5_000 }).toBe(403);
    expect((await cli(env, 'keys', 'restrict', id, '--models', 'chat')).status).toBe(0);
    const rotated = (await cli(env, 'keys', 'rotate', id, '--grace', '0s')).out.trim();
    expect(await call(rotated)).toBe(200);
    await expect.poll(() => call(key), { timeout: 5_000 }).toBe(401);
    expect((await cli(env, 'keys', 'revoke', id)).status).toBe(0);
    await expect.poll(() => call(rotated), { timeout: 5_000 }).toBe(401);
    expect((await cli(env, 'keys', 'list')).out).toMatch(new RegExp(`${id} .* revoked `));
  }, 60_000);

  it('works on the store beside a running gateway as well, which sees it within a second', async () => {
    const { store, call } = await gateway();
    const env = { GATEWAY_PEPPER, GATEWAY_STORE: store };
    const key = (await cli(env, 'keys', 'create', '--label', 'ci')).out.trim();
    expect(await call(key)).toBe(200);
    await cli(env, 'keys', 'revoke', key.split('_')[2] as string);
    await expect.poll(() => call(key), { timeout: 1_000 }).toBe(401);
  }, 60_000);

  it('ends with the status of what went wrong, and tells no secret', async () => {
    const { url } = await gateway();
    const refused = await cli({ ADMIN_SECRET: 'wrong-secret', GATEWAY_URL: url }, 'keys', 'list');
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.notes).toBe(
      'express-ai-gateway: The gateway refuses the admin secret. ADMIN_SECRET must be the one that its plugin admin has.\n',
    );
    expect((await cli({}, 'keys', 'nonsense')).status).toBe(2);
    expect((await cli({}, '--version')).out).toBe('0.1.0\n');
  }, 60_000);
});
