// Starts the example on a free port, makes two calls and looks at the labels. Ends with an error when they are wrong.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(provider.url);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
try {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai/v1/chat/completions`;
  for (const count of ['1', '2']) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-team': 'search' },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-team'), 'search');
    assert.equal(answer.headers.get('x-team-calls'), count);
    await answer.body?.cancel();
  }
  console.log('The plugin labels and counts.');
} finally {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await provider.close();
}
