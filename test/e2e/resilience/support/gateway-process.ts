// A gateway as a process of its own, that shares its breakers through Redis. Its parent tells it by messages what to call.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { aiGateway } from '../../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { redisStore } from '../../../../services/store-redis/src/service.ts';

const [redis = '', first = '', second = ''] = process.argv.slice(2);

const gateway = aiGateway({
  providers: [openaiCompatible({ name: 'first', baseUrl: `${first}/v1` }), openaiCompatible({ name: 'second', baseUrl: `${second}/v1` })],
  models: { chat: ['first/m', 'second/m'] },
  allowAnonymous: true,
  resilience: { retries: 0, breaker: { consecutive: 3, probeMs: 1_000 } },
  services: [...redisStore({ url: redis, use: ['breakers'] })],
});

const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

process.on('message', (message: string) => void answer(message));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });

async function answer(message: string): Promise<void> {
  if (message === 'health') {
    const first = gateway.health().find(({ target }) => target === 'first/m');
    process.send?.({ breaker: first?.state });
    return;
  }
  const got = await fetch(`http://127.0.0.1:${port}/ai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  await got.text();
  process.send?.({ status: got.status, target: got.headers.get('x-gateway-target') });
}
