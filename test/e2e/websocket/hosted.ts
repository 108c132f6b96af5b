import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import express, { type RequestHandler } from 'express';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { principal } from '../../../core/src/slot.ts';
import { type WebSocketOptions, webSocket } from '../../../plugins/websocket/src/index.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import type { SelfSigned } from '../../kit/self-signed.ts';

export interface Hosted {
  readonly gateway: Gateway;
  readonly origin: string;
  readonly settlements: readonly Settlement[];
  /** Keys that are let in; taking one out revokes it. */
  readonly keys: Set<string>;
  /** The gateway's ends of its clients' connections. */
  readonly connections: readonly Socket[];
  /** Opens a plain WebSocket; `status` where it was refused. */
  open(
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ socket: WebSocket; status: number | undefined; said: object[] }>;
}

export interface HostedOptions {
  readonly config?: Partial<GatewayConfig>;
  readonly sockets?: WebSocketOptions;
  readonly before?: RequestHandler;
  readonly tls?: SelfSigned;
}

/** A gateway with WebSockets at `/ai` of an Express app; who has the key `gw_alice` may come in. */
export async function hosted(upstream: string, { config = {}, sockets = {}, before, tls }: HostedOptions = {}): Promise<Hosted> {
  const settlements: Settlement[] = [];
  const keys = new Set(['gw_alice']);
  const known = definePlugin({
    name: 'known',
    opaque: true,
    provides: [principal],
    create: () => ({
      onRequest(context) {
        const key = String(context.headers.authorization).replace('Bearer ', '');
        if (keys.has(key)) context.set(principal, { id: key, kind: 'key', tenant: key });
        context.onSettled((settlement) => void settlements.push(settlement));
      },
    }),
  });
  const { plugins = [], ...rest } = config;
  const gateway = aiGateway({
    providers: [openai({ apiKey: 'sk-operators-own', baseUrl: `${upstream}/v1` })],
    models: { chat: 'openai/gpt-5', voice: 'openai/gpt-realtime' },
    services: [provide(Logger, recordingLogger())],
    resilience: { backoff: { baseMs: 1, capMs: 5, toldCapMs: 5 } },
    plugins: [known(), ...plugins, webSocket(sockets)],
    ...rest,
  });
  const app = express();
  if (before !== undefined) app.use(before);
  app.use('/ai', gateway);
  const server = tls === undefined ? createServer(app) : createSecureServer(tls, app);
  server.on('upgrade', gateway.upgrade);
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await gateway.ready();
  const opened: WebSocket[] = [];
  onTestFinished(async () => {
    for (const socket of opened) socket.terminate();
    await gateway.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    gateway,
    settlements,
    keys,
    connections,
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/ai`,
    open(path, headers = { authorization: 'Bearer gw_alice' }) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ai${path}`, { headers });
      opened.push(socket);
      const said: object[] = [];
      socket.on('message', (data) => said.push(JSON.parse(String(data)) as object));
      socket.on('error', () => {});
      return new Promise((resolve) => {
        socket.once('open', () => resolve({ socket, status: undefined, said }));
        socket.once('unexpected-response', (request, response) => {
          resolve({ socket, status: response.statusCode, said });
          request.destroy();
        });
        socket.once('close', () => resolve({ socket, status: 0, said }));
      });
    },
  };
}

/** Waits until something is so; a machine that is busy takes its time. */
export function until(holds: () => boolean): Promise<void> {
  return vi.waitFor(() => {
    if (!holds()) throw new Error('not yet');
  }, 10_000);
}
