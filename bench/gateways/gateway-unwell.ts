// This gateway in front of three targets, of which one is unwell: it answers 500, or half a second late. Round robin in any
// case; `plain` does nothing about failures.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { aiGateway, harden, openaiCompatible } from '@express-ai-gateway/core';
import { definePlugin } from '@express-ai-gateway/core/plugin';
import { lowestLatency, roundRobin } from '@express-ai-gateway/routing';
import express from 'express';
import { serve, upstreamOrigin } from '../probe.ts';

/** Milliseconds. */
const lateBy = 500;

const [, , , ailment, care] = process.argv;
const well = upstreamOrigin();
const unwell = createServer((req, res) => {
  if (ailment === 'failing') {
    req.resume().on('end', () => res.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'));
    return;
  }
  // Passed on late: the answer itself is the upstream's own.
  const pieces: Buffer[] = [];
  req.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => void passOn(req.url, Buffer.concat(pieces), res));
});

async function passOn(path: string | undefined, body: Buffer, res: ServerResponse): Promise<void> {
  await sleep(lateBy);
  const answer = await fetch(`${well}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(body),
  });
  res.writeHead(answer.status, { 'content-type': 'application/json' }).end(Buffer.from(await answer.arrayBuffer()));
}

await new Promise<void>((resolve) => unwell.listen(0, '127.0.0.1', resolve));

/** No fallback: whose turn it is answers, or nobody. */
const onlyFirst = definePlugin({
  name: 'only-first',
  create: () => ({
    beforeRoute(context) {
      context.targets = context.targets.slice(0, 1);
    },
  }),
});

const at = (name: string, origin: string) => openaiCompatible({ name, baseUrl: `${origin}/v1`, apiKey: 'sk-bench' });
const gateway = aiGateway({
  providers: [at('one', well), at('two', well), at('unwell', `http://127.0.0.1:${(unwell.address() as AddressInfo).port}`)],
  models: { chat: ['one/gpt-bench', 'two/gpt-bench', 'unwell/gpt-bench'] },
  allowAnonymous: true,
  plugins: [
    care === 'latency' ? lowestLatency({ models: 'chat' }) : roundRobin({ models: 'chat' }),
    ...(care === 'plain' ? [onlyFirst()] : []),
  ],
  ...(care === 'plain' && { resilience: { retries: 0, breaker: false, recovery: 'error', concurrency: 10_000 } as const }),
});
serve(harden(createServer(express().use('/ai', gateway))));
