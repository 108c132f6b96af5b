import { once } from 'node:events';
import http from 'node:http';
import { Writable } from 'node:stream';
import { type LoggingOptions, logging } from '@express-ai-gateway/logging';
import winston from 'winston';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { type Running, running } from '../../core/harness/loopback.ts';

export type Line = Readonly<Record<string, unknown>>;

export interface Collector {
  readonly transport: winston.transport;
  /** The lines so far. */
  readonly lines: readonly Line[];
  /** As they were written. */
  readonly text: string;
}

/** A winston transport whose lines a test can read. */
export function collecting(options: { readonly level?: string } = {}): Collector {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return {
    transport: new winston.transports.Stream({ stream, ...options }),
    get text() {
      return text;
    },
    get lines() {
      return linesIn(text);
    },
  };
}

/** One JSON object on each line, and nothing else. */
export function linesIn(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

export interface Logged extends Running {
  /** Closes the gateway, which waits for every exchange and every line. */
  lines(): Promise<readonly Line[]>;
}

/** A gateway that logs into memory. The plugins stand after logging. */
export async function logged(
  upstreamUrl: string,
  { plugins = [], ...config }: Partial<GatewayConfig> = {},
  options: Omit<LoggingOptions, 'transports' | 'logger'> = {},
): Promise<Logged> {
  const sink = collecting();
  const gateway = await running(upstreamUrl, { ...config, plugins: [logging({ ...options, transports: [sink.transport] }), ...plugins] });
  return {
    ...gateway,
    async lines() {
      await gateway.gateway.close();
      return sink.lines;
    },
  };
}

/** A client that asks for a stream and leaves after its first bytes. */
export async function leaveInStream(url: string, headers: http.OutgoingHttpHeaders = {}): Promise<void> {
  const request = http.request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  request.end(JSON.stringify({ model: 'chat', stream: true, messages: [{ role: 'user', content: 'Hello' }] }));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  await once(response, 'data');
  response.on('error', () => {}); // its own leaving
  request.on('error', () => {});
  response.destroy();
}
