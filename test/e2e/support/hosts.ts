import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import type express from 'express';
import express5, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { listening } from '../../core/harness/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../../core/harness/recording-logger.ts';
import { triesOnce } from '../../core/harness/tries-once.ts';

// Neither has types here: Express 4 is an alias of the package, and what we use of it Express 5 has too.
const require = createRequire(import.meta.url);
const express4 = require('express4') as typeof express;

/** Makes `compression()`, as hosts use it. */
export const compression = require('compression') as (options?: { readonly threshold?: number }) => RequestHandler;

/** Both versions of Express that a host may have. */
export const expressVersions: readonly { readonly version: string; readonly express: typeof express }[] = [
  { version: 'Express 4', express: express4 },
  { version: 'Express 5', express: express5 },
];

export interface GuestGateway {
  readonly gateway: Gateway;
  readonly logger: RecordingLogger;
}

/** A gateway in front of one upstream, not mounted yet; the alias `chat` leads to it. Closed when the test ends. */
export function guestGateway(upstreamUrl: string, config: Partial<GatewayConfig> = {}): GuestGateway {
  const logger = recordingLogger();
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'up', baseUrl: `${upstreamUrl}/v1`, apiKey: 'sk-operators-own' })],
    models: { chat: 'up/m' },
    allowAnonymous: true,
    resilience: triesOnce,
    ...config,
    services: [provide(Logger, logger), ...(config.services ?? [])],
  });
  onTestFinished(() => gateway.close());
  return { gateway, logger };
}

export interface Host {
  readonly url: string;
  /** Paths that the host's own 404 page answered. */
  readonly notFound: readonly string[];
  /** Errors that the host's own error handler was given. */
  readonly errors: readonly unknown[];
}

/** Serves an app with a 404 page and an error handler of its own behind everything else. */
export async function hosting(app: Express): Promise<Host> {
  const notFound: string[] = [];
  const errors: unknown[] = [];
  const page: RequestHandler = (req, res) => {
    notFound.push(req.url);
    res.status(404).type('html').send('<h1>Nothing here</h1>');
  };
  // Express knows an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error);
    res.status(500).type('html').send('<h1>We are sorry</h1>');
  };
  app.use(page, onError);
  const { url } = await listening(app);
  return { url, notFound, errors };
}

/** Sends bytes over a socket of its own and gives back every byte that comes, until the server closes it. */
export async function rawExchange(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => {
    answer += data;
  });
  socket.write(request);
  await once(socket, 'close');
  return answer;
}
