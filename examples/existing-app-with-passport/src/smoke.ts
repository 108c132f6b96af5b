// Starts the example and uses it as a browser does: signed out, signed in, from another page, signed out again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';
import { People } from './people.ts';

const people = new People();
people.add({ name: 'ann', org: 'acme', plan: 'pro' }, 'right');
const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(people, provider.url);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function post(path: string, type: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': type, ...headers }, body });
  await answer.arrayBuffer();
  return answer;
}

const signIn = (password: string) => post('/login', 'application/x-www-form-urlencoded', `username=ann&password=${password}`);
const question = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] });
const ask = async (headers?: Record<string, string>) =>
  (await post('/ai/v1/chat/completions', 'application/json', question, headers)).status;

try {
  assert.equal(await ask(), 401);
  assert.equal((await signIn('wrong')).status, 401);
  const cookie = (await signIn('right')).headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.equal(await ask({ cookie }), 200);
  assert.equal(await ask({ cookie, origin: url }), 200);
  assert.equal(await ask({ cookie, origin: 'https://evil.example' }), 403);
  await post('/logout', 'text/plain', '', { cookie });
  assert.equal(await ask({ cookie }), 401);
  console.log('Whoever the app signed in may use the gateway, as long as they are, from its own pages alone.');
} finally {
  server.close();
  server.closeAllConnections();
  await gateway.close();
  await provider.close();
}
