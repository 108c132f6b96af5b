// Starts the example, fetches tokens as a client does and calls with OpenAI's own library. Ends with an error when one is let in that should not be.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import OpenAI from 'openai';
import { makeApp } from './app.ts';
import { Browser } from './browser.ts';
import { apis, startIdentityProvider } from './identity-provider.ts';

const identityProvider = await startIdentityProvider();
const provider = await startSimulatedProvider();
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { app, gateway } = await makeApp(appUrl, provider.url, identityProvider);
server.on('request', app);
const baseURL = `${appUrl}/ai/v1`;

/** The status of a call with this token. */
async function call(apiKey: string): Promise<number> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  return client.chat.completions.create({ model: 'chat', messages }).then(
    () => 200,
    (error: unknown) => (error as { status: number }).status,
  );
}

try {
  assert.equal(await call(await identityProvider.token()), 200);
  const opaque = await identityProvider.token({ resource: apis.opaque });
  assert.equal(await call(opaque), 200);
  await identityProvider.revoke(opaque);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // an answer is believed for a second
  assert.equal(await call(opaque), 401);
  assert.equal(await call(await identityProvider.token({ resource: apis.other })), 401);
  assert.equal(await call(await identityProvider.token({ scope: 'embed' })), 403);
  assert.equal(await call('nonsense'), 401);

  const browser = new Browser();
  const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };
  assert.equal((await browser.post(`${baseURL}/chat/completions`, question)).status, 401);
  const page = await browser.signIn(`${appUrl}/login`, 'ann');
  assert.deepEqual(await page.json(), { signedInAs: 'ann' });
  assert.equal((await browser.post(`${baseURL}/chat/completions`, question)).status, 200);
  await browser.post(`${appUrl}/logout`, {});
  assert.equal((await browser.post(`${baseURL}/chat/completions`, question)).status, 401);
  console.log('Tokens of the identity provider let in whom they should, until they are revoked; people sign in and out.');
} finally {
  server.close();
  server.closeAllConnections();
  await gateway.close();
  await provider.close();
  await identityProvider.close();
}
