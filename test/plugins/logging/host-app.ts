// An app of its own that logs to standard output, for standard-output.test.ts: it tells its port, answers, and ends when told.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { aiGateway, openaiCompatible } from '@express-ai-gateway/core';
import { definePlugin } from '@express-ai-gateway/core/plugin';
import { logging } from '@express-ai-gateway/logging';
import express from 'express';

const answering = definePlugin({ name: 'answering', create: () => ({ beforeRoute: (context) => context.answer({ text: 'Yes.' }) }) });

/** Makes a line some 8 KiB long: the system holds back some 100 KiB for a reader that does not read. */
const padding = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`padding${index}`, 'x'.repeat(200)]));

const gateway = aiGateway({
  providers: [openaiCompatible({ name: 'none', baseUrl: 'http://127.0.0.1:1/v1' })],
  models: { chat: 'none/m' },
  plugins: [logging({ maxWaiting: 32, fields: () => padding }), answering()],
  allowAnonymous: true,
});
const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
await once(server, 'listening');

async function close(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await gateway.close();
  process.disconnect();
}

process.on('message', (message) => {
  if (message === 'waiting') process.send?.({ waiting: process.stdout.writableLength });
  if (message === 'close') void close();
});
process.send?.({ port: (server.address() as AddressInfo).port });
