// Starts the example, and does with a key what there is to do: by the admin plane, as an operator's script would.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const folder = await mkdtemp(join(tmpdir(), 'api-keys-'));
const [adminSecret, pepper] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const provider = await startSimulatedProvider();
const { app, gateway } = makeApp({ providerUrl: provider.url, adminSecret, pepper, path: join(folder, 'gateway.db') });
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`;

async function post(path: string, credential: string, body: object, method = 'POST'): Promise<{ status: number; json: unknown }> {
  const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  return { status: answer.status, json: await answer.json() };
}

const call = async (key: string, model = 'chat'): Promise<number> =>
  (await post('/v1/chat/completions', key, { model, messages: [{ role: 'user', content: 'Hello' }] })).status;

/** Until a call has this status: a change is seen within a second. */
async function until(status: number, key: string, model?: string): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await call(key, model)) === status) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`no ${status} within two seconds`);
}

interface Made {
  readonly key: string;
  readonly record: { readonly id: string };
}

try {
  const { key, record } = (await post('/admin/keys', adminSecret, { label: 'nightly report' })).json as Made;
  assert.equal(await call(key), 200);
  assert.equal(await call(`${key.slice(0, -1)}x`), 401);
  await post(`/admin/keys/${record.id}`, adminSecret, { restrictions: { models: ['draft'] } }, 'PATCH');
  await until(403, key, 'chat');
  assert.equal(await call(key, 'draft'), 200);
  const rotated = (await post(`/admin/keys/${record.id}/rotate`, adminSecret, { graceSeconds: 0 })).json as Made;
  assert.equal(await call(rotated.key, 'draft'), 200);
  await until(401, key, 'draft');
  await post(`/admin/keys/${record.id}/revoke`, adminSecret, {});
  await until(401, rotated.key, 'draft');
  console.log('A key was made, restricted, rotated and revoked.');
} finally {
  server.close();
  server.closeAllConnections();
  await gateway.close();
  await provider.close();
  await rm(folder, { recursive: true });
}
