// The process whose memory is measured: an Express app with the gateway, and nothing else. Its parent asks, it answers.

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, Logger, type LogLevel, openaiCompatible, provide } from '@express-ai-gateway/core';
import express from 'express';
import { Books } from './bookkeeping.ts';
import type { Asked, Census, Closed, GatewayProcessOptions, MemorySample } from './gateway-child.ts';
import { controlPath } from './mix.ts';
import { counting, habits, leaking } from './plugins.ts';
import { watchTimers } from './timers.ts';

const options = JSON.parse(process.argv[2] as string) as GatewayProcessOptions;
const timers = watchTimers();
const books = new Books();

const gateway = aiGateway({
  resilience: { backoff: { baseMs: 1, capMs: 5, toldCapMs: 5 } }, // all retries, none of the waiting
  providers: [openaiCompatible({ name: 'up', baseUrl: options.upstream, apiKey: 'sk-soak' })],
  models: { chat: 'up/chat', second: ['up/fail-503', 'up/chat'] },
  plugins: [counting(books), habits(), ...(options.plant === undefined ? [] : [leaking(options.plant)])],
  services: [provide(Logger, { enabled: (level) => level === 'error', log })],
  allowAnonymous: true,
  limits: { bodyBytes: options.bodyBytes, connections: 2_048 },
  timeouts: { closeMs: options.closeMs },
});
function log(level: LogLevel, message: string): void {
  if (level === 'error') books.errorLines.push(message);
}
const sockets = new Agent({ keepAlive: true });
/** What the gateway does for an abandoned request, with nothing around it. */
function barePipe(req: IncomingMessage, res: ServerResponse): void {
  const headers = { 'content-type': 'application/json', 'openai-beta': String(req.headers['openai-beta']) };
  const upstream = request(`${options.upstream}/chat/completions`, { method: 'POST', agent: sockets, headers });
  upstream.on('error', () => {});
  res.on('close', () => upstream.destroy());
  req.pipe(upstream);
}

const server = createServer(express().use('/ai', gateway).post(controlPath, barePipe));
let warnings = 0;
process.on('warning', () => {
  warnings += 1;
});

let patienceMs = 10_000;

const answers = {
  /** Memory after a full collection, once nothing is under way. */
  async sample(): Promise<MemorySample> {
    await until(() => books.settlements.open === 0, patienceMs);
    if (books.settlements.open > 0) patienceMs = 100; // what never ends is not waited for again
    for (let round = 0; round < 4; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc?.();
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed, external, rss, books: books.counts() };
  },
  async close(): Promise<Closed> {
    const open = books.settlements.open;
    const start = performance.now();
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      limit = setTimeout(resolve, options.closeMs + 15_000, false);
    });
    const done = await Promise.race([gateway.close().then(() => true), late]);
    clearTimeout(limit);
    return { openBefore: open, done, ms: performance.now() - start, books: books.counts() };
  },
  /** What is left once the server is closed too. */
  async census(): Promise<Census> {
    sockets.destroy();
    await new Promise((resolve) => server.close(resolve));
    await until(() => left().length === 0 && timers.live === 0, 6_000);
    return { resources: left(), timers: timers.live, warnings, books: books.counts() };
  },
};

/** What keeps the process alive: sockets, servers, timers, … Its standard streams and the channel to the parent stay. */
function left(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap');
}

async function until(holds: () => boolean, limitMs: number): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!holds() && performance.now() < limit) await new Promise((resolve) => setImmediate(resolve));
}

process.on('message', ({ id, question }: Asked) => {
  answers[question]().then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, failure: String(error) }),
  );
});
process.on('disconnect', () => process.exit());

await gateway.ready();
server.listen(0, '127.0.0.1', () => process.send?.({ id: 0, answer: (server.address() as AddressInfo).port }));
