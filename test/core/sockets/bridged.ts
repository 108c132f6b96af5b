import http, { type IncomingHttpHeaders } from 'node:http';
import express, { type RequestHandler } from 'express';
import { onTestFinished, vi } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import type { DialOptions, RefusedDial, SocketEngine } from '../../../core/src/http/socket-engine.ts';
import type { Sockets } from '../../../core/src/http/sockets.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import type { MessageSocket } from '../../../core/src/sockets/message-socket.ts';
import { listening } from '../harness/loopback.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { triesOnce } from '../harness/tries-once.ts';
import { ScriptedSocket } from './scripted-socket.ts';

/** Both sides of a gateway's WebSockets, in the test's hands. */
export class ScriptedEngine implements SocketEngine {
  readonly accepted: ScriptedSocket[] = [];
  readonly protocols: (string | undefined)[] = [];
  readonly dialled: ScriptedSocket[] = [];
  readonly dials: DialOptions[] = [];
  /** How upstreams answer. */
  answer: (options: DialOptions) => Promise<MessageSocket | RefusedDial> | undefined = () => undefined;

  accept: SocketEngine['accept'] = ({ socket }, { headers, protocol }) => {
    const client = new ScriptedSocket();
    const lines = Object.entries({ connection: 'Upgrade', upgrade: 'websocket', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
    client.onOver = () => socket.destroy();
    this.accepted.push(client);
    this.protocols.push(protocol);
    return client;
  };

  dial: SocketEngine['dial'] = async (options) => {
    this.dials.push(options);
    const answered = await this.answer(options);
    if (answered !== undefined) return answered;
    const upstream = new ScriptedSocket();
    this.dialled.push(upstream);
    return upstream;
  };
}

export interface Opened {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Where it was opened. */
  readonly client: ScriptedSocket;
}

export interface Bridged {
  readonly gateway: Gateway;
  readonly engine: ScriptedEngine;
  readonly settlements: Settlement[];
  readonly url: string;
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<Opened>;
  /** A Realtime session, with its upstream's end. */
  realtime(): Promise<{ readonly client: ScriptedSocket; readonly upstream: ScriptedSocket }>;
}

export interface BridgedOptions {
  readonly sockets?: Partial<Sockets>;
  readonly plugins?: readonly GatewayPlugin[];
  readonly config?: Partial<GatewayConfig>;
  /** The host's own, before the gateway. */
  readonly before?: RequestHandler;
  readonly upstreamUrl?: string;
}

const nowhere = 'http://127.0.0.1:9';

/** A gateway with WebSockets at `/ai`: `voice` and `chat` lead to one OpenAI. */
export async function bridged({ sockets, plugins = [], config, before, upstreamUrl = nowhere }: BridgedOptions = {}): Promise<Bridged> {
  const engine = new ScriptedEngine();
  const settlements: Settlement[] = [];
  const watch = definePlugin({
    name: 'watch',
    opaque: true,
    create: () => ({ onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) }),
  });
  const brings = definePlugin({
    name: 'scripted-sockets',
    create: () => ({
      sockets: { ...open, engine, ...sockets },
    }),
  });
  const gateway = aiGateway({
    providers: [openai({ apiKey: 'sk-operators-own', baseUrl: `${upstreamUrl}/v1` })],
    models: { voice: ['openai/gpt-realtime'], chat: ['openai/gpt-5'] },
    allowAnonymous: true,
    resilience: triesOnce,
    timeouts: { closeMs: 1_000 },
    plugins: [watch(), ...plugins, brings()],
    ...config,
    services: [provide(Logger, recordingLogger()), ...(config?.services ?? [])],
  });
  const app = express();
  if (before !== undefined) app.use(before);
  const server = await listening(app.use('/ai', gateway));
  server.on('upgrade', gateway.upgrade);
  onTestFinished(async () => {
    for (const socket of [...engine.accepted, ...engine.dialled]) socket.leave();
    await gateway.close();
  });
  await gateway.ready();
  const url = `${server.url}/ai`;
  const ask = (path: string, headers = {}): Promise<Opened> => upgraded(`${url}${path}`, headers, engine);
  const realtime = async () => {
    const { client, status } = await ask('/v1/realtime?model=voice');
    if (status !== 101) throw new Error(`refused with ${status}`);
    return { client, upstream: engine.dialled.at(-1) as ScriptedSocket };
  };
  return { gateway, engine, settlements, url, open: ask, realtime };
}

const open: Omit<Sockets, 'engine'> = {
  dialects: ['openai-responses', 'openai-realtime'],
  origins: [],
  maxConnections: 10,
  maxPerPrincipal: 10,
  maxQueued: 2,
  lifeMs: 60_000,
};

/** Asks for a WebSocket, as any client does. */
function upgraded(url: string, own: Readonly<Record<string, string>>, engine: ScriptedEngine): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'c'.repeat(22) };
    const request = http.get(url, { agent: false, headers: { ...handshake, ...own } });
    request.on('error', reject);
    request.on('upgrade', ({ headers }, socket) => {
      socket.on('error', () => {}).resume();
      onTestFinished(() => void socket.destroy());
      resolve({ status: 101, headers, body: '', client: engine.accepted.at(-1) as ScriptedSocket });
    });
    request.on('response', (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (data: string) => {
        body += data;
      });
      res.on('close', () => resolve({ status: res.statusCode as number, headers: res.headers, body, client: new ScriptedSocket() }));
    });
  });
}

/** Waits until it is so. */
export async function until(so: () => boolean): Promise<void> {
  await vi.waitFor(() => {
    if (!so()) throw new Error(`never came: ${so.toString()}`);
  });
}

export function codeOf(body: string): unknown {
  return (JSON.parse(body) as { readonly error: { readonly code: unknown } }).error.code;
}
