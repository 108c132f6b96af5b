import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { anthropic } from '../../core/src/providers/anthropic/anthropic.ts';
import { google } from '../../core/src/providers/google/google.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { Provider } from '../../core/src/providers/provider.ts';
import { provide } from '../../core/src/services/container.ts';
import { Logger } from '../../core/src/services/logger.ts';
import { recordingLogger } from '../core/harness/recording-logger.ts';
import { triesOnce } from '../core/harness/tries-once.ts';
import { type Received, replayingUpstream } from './replaying-upstream.ts';
import type { ProviderSeat, Way } from './ways.ts';

/** The key that upstreams must get and clients must never read. */
export const operatorKey = 'sk-operators-own-0123456789';

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly broken: boolean;
}

/** What another client sends for the same model. */
export type ClientRequest = Pick<Way, 'route' | 'headers' | 'body'>;

/** One exchange: what went up, what came down, what was booked. */
export interface Exchanged {
  readonly answer: Answered;
  readonly received: readonly Received[];
  readonly settled: Settlement | undefined;
}

export interface ReplayHost {
  /** As the way's client asks, in its own format; or as another client does. */
  ask(way: Way, client?: ClientRequest): Promise<Exchanged>;
  /** What the gateway logged as errors. */
  errors(): readonly string[];
  close(): Promise<void>;
}

/** A real gateway in an Express app, in front of a server that replays these ways' recordings. */
export async function replayHost(ways: readonly Way[], plugins: readonly GatewayPlugin[] = []): Promise<ReplayHost> {
  const upstream = await replayingUpstream();
  const seats = [...new Map(ways.map(({ provider }) => [provider.name, provider])).values()];
  const settled: Settlement[] = [];
  const books = definePlugin({
    name: 'books',
    opaque: true,
    create: () => ({ onRequest: (context) => context.onSettled((end) => void settled.push(end)) }),
  });
  const logger = recordingLogger();
  const gateway = aiGateway({
    providers: seats.map((seat) => providerAt(seat, upstream.url)),
    allowAnonymous: true,
    resilience: triesOnce,
    plugins: [books(), ...plugins],
    services: [provide(Logger, logger)],
  });
  const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`;
  return {
    ask: async (way, client) => {
      if (client === undefined) upstream.offer(way);
      else upstream.offerForPath(way);
      const request = client ?? way;
      const answer = await asked(`${origin}${request.route}`, request);
      await settlement(settled);
      return { answer, received: upstream.received(), settled: settled.pop() };
    },
    errors: () => logger.texts('error'),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await gateway.close();
      await upstream.close();
    },
  };
}

/** Of OpenAI's, at one provider. */
const everyFormat: readonly string[] = [
  ...['openai-chat', 'openai-responses', 'openai-input-tokens'],
  ...['openai-completions', 'openai-embeddings', 'openai-moderations'],
];

function providerAt({ name, kind, base, serves = everyFormat }: ProviderSeat, origin: string): Provider {
  const baseUrl = `${origin}${base}`;
  if (kind === 'anthropic') return anthropic({ name, baseUrl, apiKey: operatorKey });
  if (kind === 'google') return google({ name, baseUrl, apiKey: operatorKey });
  return openaiCompatible({ name, baseUrl, apiKey: operatorKey, serves });
}

function asked(url: string, { headers: own, body }: ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...own };
    const request = http.request(url, { method: 'POST', agent: false, headers }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', () => {}); // the close tells
      res.on('close', () =>
        resolve({ status: res.statusCode as number, headers: res.headers, text: Buffer.concat(parts).toString(), broken: !res.complete }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Settled a moment after the answer's last byte. */
async function settlement(settled: readonly Settlement[]): Promise<void> {
  for (let waits = 0; settled.length === 0 && waits < 1_000; waits += 1) await new Promise((go) => setImmediate(go));
}
