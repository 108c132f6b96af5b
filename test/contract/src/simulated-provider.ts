import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChatRequest, choicesOf, usageOf } from './simulated/chat.ts';
import { chatFormat } from './simulated/chat-wire.ts';
import { type EmbeddingsRequest, embeddings } from './simulated/embeddings.ts';
import type { Answer, SimulatedFormat } from './simulated/format.ts';
import { generateFormat } from './simulated/generate.ts';
import { messagesFormat } from './simulated/messages.ts';
import { checkedBody, checkedInput, failureOf, Refusal } from './simulated/refusals.ts';
import { responsesFormat } from './simulated/responses.ts';

export interface SimulatedProviderOptions {
  /** Port on 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** Refuses other keys with 401. Any key is welcome by default. */
  readonly apiKey?: string;
  /** Refuses other models with 404. Any model is welcome by default. */
  readonly models?: readonly string[];
  /** Milliseconds before the first token. */
  readonly firstTokenMs?: number;
  /** Milliseconds between tokens of a stream. */
  readonly tokenMs?: number;
}

/** What reached the simulated provider. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** `undefined` while it is under way, `aborted` when the caller left before the answer was out. */
  outcome: 'answered' | 'aborted' | undefined;
}

export interface SimulatedProvider {
  /** Base URL of OpenAI's formats, with `/v1`; Anthropic's and Google's stand on the same origin. */
  readonly url: string;
  readonly port: number;
  /** The last requests, oldest first; at most 1,000. */
  readonly requests: readonly RecordedRequest[];
  /** Cuts what is open and stops. */
  close(): Promise<void>;
}

const maxBodyBytes = 32 * 1024 * 1024;
const maxRecorded = 1_000;

/**
 * A provider that speaks OpenAI's Chat Completions and Responses, Anthropic's Messages and Google's generateContent over
 * HTTP and invents its answers: an own server on 127.0.0.1, for development without an account and for tests. It is as strict
 * as the originals, and its answers say that they are simulated. Models named `fail-400`, `fail-401`,
 * `fail-404`, `fail-429`, `fail-500`, `fail-503`, `cut`, `error-event`, `first-event-error`, `silent`, `stall`, `slow`,
 * `no-done`, `html`, `bad-json` and `big` misbehave as their names say.
 */
export async function startSimulatedProvider(options: SimulatedProviderOptions = {}): Promise<SimulatedProvider> {
  const requests: RecordedRequest[] = [];
  const server = createServer((req, res) => {
    serve(req, res, options, requests).catch((error: unknown) => {
      if (error instanceof Refusal) sendJson(res, error.status, chatFormat.refusalBody(error), error.headers);
      else res.destroy();
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/v1`, port, requests, close };
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  options: SimulatedProviderOptions,
  requests: RecordedRequest[],
): Promise<void> {
  const path = (req.url ?? '/').split('?')[0] as string;
  const body = await readBody(req);
  const recorded: RecordedRequest = {
    method: req.method as string,
    path,
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    body,
    outcome: undefined,
  };
  requests.push(recorded);
  if (requests.length > maxRecorded) requests.shift();
  res.once('close', () => {
    recorded.outcome = res.writableFinished ? 'answered' : 'aborted';
  });
  const query = new URLSearchParams((req.url ?? '').split('?')[1] ?? '');
  const format = formats.find((one) => isPathOf(one, path, query)) ?? chatFormat;
  try {
    if (options.apiKey !== undefined && format.keyOf(req.headers) !== options.apiKey)
      throw new Refusal(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.');
    await answer(`${req.method} ${path}`, format, query, body, res, options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendJson(res, error.status, format.refusalBody(error), error.headers);
  }
}

const formats = [chatFormat, messagesFormat, generateFormat, responsesFormat];

/** Whether a path is a format's own; what stands in the body plays no part. */
function isPathOf(format: SimulatedFormat, path: string, query: URLSearchParams): boolean {
  try {
    return format.read(path, query, Buffer.from('{}'), undefined) !== undefined;
  } catch {
    return true;
  }
}

async function answer(
  route: string,
  format: SimulatedFormat,
  query: URLSearchParams,
  body: Buffer,
  res: ServerResponse,
  options: SimulatedProviderOptions,
): Promise<void> {
  const [method, path] = route.split(' ') as [string, string];
  const request = method === 'POST' ? format.read(path, query, body, options.models) : undefined;
  if (request !== undefined) return chat(request, format, res, options);
  if (route === 'POST /v1/embeddings') {
    const json = checkedBody(body, options.models);
    checkedInput(json);
    const failure = failureOf(json.model);
    if (failure !== undefined) throw failure;
    return sendJson(res, 200, embeddings(json as unknown as EmbeddingsRequest));
  }
  if (route === 'GET /v1/models') {
    const models = options.models ?? ['chat'];
    return sendJson(res, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulated' })) });
  }
  throw new Refusal(404, 'invalid_request_error', 'unknown_url', `Unknown request URL: ${route}.`);
}

let answers = 0;

async function chat(request: ChatRequest, format: SimulatedFormat, res: ServerResponse, options: SimulatedProviderOptions): Promise<void> {
  const failure = failureOf(request.model);
  if (failure !== undefined) throw failure;
  if (request.model === 'silent') return; // until the caller leaves
  if (request.model === 'html') {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in to the Wi-Fi.</body></html>');
    return;
  }
  const choices = choicesOf(request);
  answers += 1;
  const made: Answer = { serial: answers, created: Math.floor(Date.now() / 1000), request, choices, usage: usageOf(request, choices) };
  await pause(request.model === 'slow' ? 500 : (options.firstTokenMs ?? 0), res);
  if (request.stream === true) await stream(made, format, res, options.tokenMs ?? 0);
  else whole(made, format, res);
}

function whole(made: Answer, format: SimulatedFormat, res: ServerResponse): void {
  const text = JSON.stringify(format.whole(made), null, 2);
  const { model } = made.request;
  if (model === 'bad-json') res.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, -20));
  else if (model === 'cut') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    res.write(text.slice(0, 40), () => res.destroy());
  } else if (model === 'big') {
    res.writeHead(200, { 'content-type': 'application/json' });
    void flood(res, () => `"${'x'.repeat(65_536)}",`, `{"choices":[`);
  } else res.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

/** Frames as their original sends them; the fault of a misbehaving model comes after the third. */
async function stream(made: Answer, format: SimulatedFormat, res: ServerResponse, tokenMs: number): Promise<void> {
  const { model } = made.request;
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  if (model === 'first-event-error') {
    res.end(format.errorFrame);
    return;
  }
  let sent = 0;
  for (const frame of format.frames(made)) {
    if (res.destroyed) return;
    await write(res, frame);
    sent += 1;
    if (sent === 3 && (await misbehave(model, format.errorFrame, res))) return;
    await pause(model === 'slow' ? 100 : tokenMs, res);
  }
  res.end(model === 'no-done' ? undefined : format.lastFrame);
}

/** Whether the stream is over by it. */
async function misbehave(model: string, error: string, res: ServerResponse): Promise<boolean> {
  if (model === 'cut') res.destroy();
  else if (model === 'error-event') res.end(error);
  else if (model === 'bad-json') res.end('data: {"id":"chatcmpl-simulated","choices":[{"ind\n\n');
  else if (model === 'big') await flood(res, () => `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(1_000)}"}}]}\n\n`, '');
  else if (model !== 'stall') return false;
  return true;
}

/** Until the caller leaves, at the caller's pace; at most 4 GiB. */
async function flood(res: ServerResponse, piece: () => string, opening: string): Promise<void> {
  await write(res, opening);
  for (let bytes = 0; bytes < 4 * 1024 ** 3 && !res.destroyed; ) {
    const text = piece();
    bytes += text.length;
    await write(res, text);
  }
  res.destroy();
}

function write(res: ServerResponse, text: string): Promise<void> | undefined {
  if (res.destroyed || text === '' || res.write(text)) return undefined;
  return new Promise((resolve) => {
    const go = (): void => {
      res.off('drain', go);
      res.off('close', go);
      resolve();
    };
    res.once('drain', go);
    res.once('close', go);
  });
}

/** Waits, but not for a caller that has left. */
function pause(ms: number, res: ServerResponse): Promise<void> | undefined {
  if (ms <= 0 || res.destroyed) return undefined;
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      res.off('close', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    res.once('close', over);
  });
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req) {
    length += (part as Buffer).length;
    if (length > maxBodyBytes) throw new Refusal(413, 'invalid_request_error', null, 'The body is too large.');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function sendJson(res: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  if (res.destroyed) return;
  res.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_simulated', ...headers }).end(JSON.stringify(body));
}
