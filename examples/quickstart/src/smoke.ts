// Starts the quickstart on a free port, uses it as its reader would, and ends. Fails when something is not as printed.

import assert from 'node:assert/strict';
import { greeting } from './greeting.ts';
import { start } from './running.ts';

const running = await start({}, 0);
try {
  assert.match(greeting(running), /answers are simulated/);

  const page = await fetch(running.url);
  assert.match(await page.text(), /<h1>/);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/);

  const plane = `${running.url}/ai/admin`;
  assert.equal((await fetch(plane)).status, 401);
  assert.equal((await fetch(plane, { headers: { authorization: `Bearer ${running.adminSecret}` } })).status, 200);

  const own = await fetch(`${running.url}/api/hello`);
  assert.deepEqual(await own.json(), { hello: 'from a route of the app itself' });

  const answer = await fetch(`${running.url}/ai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }], stream: true }),
  });
  assert.match(await answer.text(), /^data: .*"choices"[\s\S]*data: \[DONE\]\n\n$/);
  console.log('The quickstart serves its page, its route, a streamed answer and its admin plane.');
} finally {
  await running.close();
}
