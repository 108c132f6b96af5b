// `npm run prove:limits [-- --short]`: what rate limits cost a request, counted in this process and in a real Redis, and how often they ask Redis.
// Measured at the plugin's hooks within real requests; prints a table, exits with 1 where a goal is missed.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { ServiceProvision } from '../../core/src/services/container.ts';
import type { RateLimitOptions } from '../../plugins/rate-limit/src/options.ts';
import { rateLimit } from '../../plugins/rate-limit/src/plugin.ts';
import { redisStore } from '../../services/store-redis/src/index.ts';
import { redisServer } from '../kit/redis-server.ts';
import { served } from './served.ts';
import { watched } from './watched.ts';

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const samples = values.short ? 4_000 : 30_000;

/** What, measured, goal, whether it is met. */
type Row = [string, string, string, boolean];

const one: RateLimitOptions = { rules: [{ requests: 1e9, window: '1h' }] };
const four: RateLimitOptions = {
  rules: [
    { name: 'a', per: ['key'], requests: 1e9, tokens: 1e12, window: '1m' },
    { name: 'b', per: ['tenant'], requests: 1e9, window: '1d' },
    { name: 'c', per: ['ip'], requests: 1e9, window: '1h' },
    { name: 'd', per: ['key'], concurrent: 1_000 },
  ],
};

interface Cost {
  readonly p50: number;
  readonly p99: number;
}

/** Microseconds of both hooks together, of requests one after the other. */
async function costOf(limits: RateLimitOptions, upstream: string, services: readonly ServiceProvision[] = []): Promise<Cost> {
  const early: number[] = [];
  const late: number[] = [];
  const plugin = watched(
    watched(rateLimit(limits), 'onRequest', (nanos) => early.push(nanos)),
    'beforeRoute',
    (nanos) => late.push(nanos),
  );
  const { ask, close } = await served([plugin], services, [], { upstream, allowAnonymous: true });
  const body = JSON.stringify({ model: 'up/m', messages: [{ role: 'user', content: 'Hello there, how are you?' }] });
  const head = `POST /ai/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const request = Buffer.from(head + body);
  for (let at = 0; at < samples; at += 1) {
    const status = await ask(request);
    if (status !== 200) throw new Error(`expected 200, received ${status}`);
  }
  await close();
  const both = early
    .map((nanos, at) => (nanos + (late[at] ?? 0)) / 1_000)
    .slice(samples >> 1)
    .sort((a, b) => a - b);
  return { p50: both[both.length >> 1] as number, p99: both[Math.floor(both.length * 0.99)] as number };
}

async function simulated(): Promise<{ url: string; close(): void }> {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const answer = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [], usage });
  const server = createServer((req, res) => {
    req.resume().on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => server.close() };
}

const micros = ({ p50, p99 }: Cost): string => `${p50.toFixed(0)} µs at p50, ${p99.toFixed(0)} at p99`;

async function proof(): Promise<Row[]> {
  const provider = await simulated();
  const rows: Row[] = [];
  for (const [name, limits] of [
    ['one rule', one],
    ['five limits of four rules', four],
  ] as const) {
    const cost = await costOf(limits, provider.url);
    rows.push([`${name}, in this process`, micros(cost), 'p50 ≤ 100 µs', cost.p50 <= 100]);
  }
  const redis = await redisServer();
  for (const [name, limits] of [
    ['one rule', one],
    ['five limits of four rules', four],
  ] as const) {
    const cost = await costOf(limits, provider.url, redisStore({ url: redis.url, use: ['counters'] }));
    rows.push([`${name}, in Redis`, micros(cost), 'p50 ≤ 2,000 µs', cost.p50 <= 2_000]);
  }
  await redis.kill();
  provider.close();
  return rows;
}

const rows = await proof();
for (const [what, measured, goal, met] of rows) console.log(`${met ? 'met   ' : 'missed'}  ${what}: ${measured} (goal ${goal})`);
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
