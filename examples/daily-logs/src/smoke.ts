// Starts the example on a free port, makes three calls and reads the file of the day. Ends with an error when a line is wrong.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const folder = await mkdtemp(join(tmpdir(), 'daily-logs-'));
const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(provider.url, folder);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
try {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai/v1/chat/completions`;
  for (const [body, status] of [
    [{ model: 'chat' }, 200],
    [{ model: 'chat', stream: true }, 200],
    [{ model: 'no-such-model' }, 404],
  ] as const) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    assert.equal(answer.status, status);
    await answer.text();
  }
  await gateway.close();

  const days = (await readdir(folder)).filter((name) => /^ai-\d{4}-\d\d-\d\d\.log$/.test(name)).sort();
  const texts = await Promise.all(days.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, outcome, status, streamed, target }) => [level, outcome, status, streamed, target]),
    [
      ['info', 'completed', 200, false, 'simulated/chat'],
      ['info', 'completed', 200, true, 'simulated/chat'],
      ['warn', 'completed', 404, false, undefined],
    ],
  );
  assert.ok(lines[0].usage.output > 0);
  assert.ok(!texts.join('').includes('Hello'), 'no text of a call is in the file');
  console.log(`${days.join(', ')} has a line for each call.`);
} finally {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await provider.close();
  await rm(folder, { recursive: true });
}
