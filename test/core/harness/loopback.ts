import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';
import { triesOnce } from './tries-once.ts';

/** A server on a random loopback port; closed, its sockets with it, when the test ends. */
export async function listening(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<http.Server & { url: string }> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => closed(server));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function closed(server: http.Server): Promise<void> {
  const over = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await over;
}

export type Upstream = (req: IncomingMessage, res: ServerResponse, body: string) => unknown;

/** An upstream that counts its requests and hears of clients that leave. */
export async function upstream(answer: Upstream = answerWhole('from upstream')): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = await listening((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      bodies.push(body);
      void answer(req, res, body); // may be asynchronous
    });
  });
  return { url: server.url, bodies };
}

export function answerWhole(text: string): Upstream {
  return (_req, res) => {
    const message = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' };
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [message],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      }),
    );
  };
}

/** One frame of a chat stream. */
export function chunk(content: string): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: null }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}

export const lastChunk = `data: ${JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
})}\n\n`;
export const doneFrame = 'data: [DONE]\n\n';

/** A stream of these texts, whole. */
export function answerStream(...texts: string[]): Upstream {
  return (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(texts.map(chunk).join('') + lastChunk + doneFrame);
  };
}

export interface Running {
  readonly gateway: Gateway;
  readonly logger: RecordingLogger;
  readonly url: string;
  chat(body?: object, options?: { readonly signal?: AbortSignal; readonly headers?: http.OutgoingHttpHeaders }): Promise<Answer>;
}

/** A gateway at `/ai` of an Express app in front of one upstream; the alias `chat` leads to it. */
export async function running(upstreamUrl: string, config: Partial<GatewayConfig> = {}): Promise<Running> {
  const logger = recordingLogger();
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'up', baseUrl: `${upstreamUrl}/v1`, apiKey: 'sk-operators-own' })],
    models: { chat: 'up/m' },
    allowAnonymous: true,
    resilience: triesOnce,
    ...config,
    services: [provide(Logger, logger), ...(config.services ?? [])],
  });
  const server = await listening(express().use('/ai', gateway));
  onTestFinished(() => gateway.close());
  const url = `${server.url}/ai`;
  return { gateway, logger, url, chat: (body, options) => send(`${url}/v1/chat/completions`, { ...question, ...body }, options) };
}

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** Whether the connection broke before the answer's end. */
  readonly broken: boolean;
  readonly json: AnswerJson;
}

/** The members of OpenAI's answers and errors that tests look at. */
export interface AnswerJson {
  readonly error?: { readonly message: string; readonly code: string; readonly type: string; readonly param: string | null };
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly [other: string]: unknown;
}

/** One POST on a connection of its own, so that nothing is left open after it. */
export function send(
  url: string,
  body: object | string,
  options: { readonly signal?: AbortSignal; readonly headers?: http.OutgoingHttpHeaders } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...options.headers };
    const request = http.request(url, { method: 'POST', agent: false, headers, ...(options.signal && { signal: options.signal }) });
    request.on('error', reject);
    request.on('response', (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (data: string) => {
        text += data;
      });
      res.on('error', () => {}); // the close tells
      res.on('close', () =>
        resolve({ status: res.statusCode as number, headers: res.headers, text, broken: !res.complete, json: parsed(text) }),
      );
    });
    request.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function parsed(text: string): AnswerJson {
  try {
    return JSON.parse(text) as AnswerJson;
  } catch {
    return {};
  }
}

/** A promise that a test resolves when it likes. */
export function gate<T = void>(): { readonly open: (value: T) => void; readonly opened: Promise<T> } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
