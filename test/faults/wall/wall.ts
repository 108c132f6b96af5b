import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorBody } from './answer.ts';
import { type Attempt, CaseLog, now, type ProviderView } from './case-log.ts';
import { type ChatRequest, Execution } from './execution.ts';
import { planOf } from './plans.ts';

export interface WallOptions {
  /** Port on 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** All times of the table are divided by it. */
  readonly factor: number;
}

export interface Wall {
  /** Base URL, with `/v1`. The log is at `/log?case=…`, without it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A provider that fails on purpose: OpenAI's chat completions, whole and streamed, where the model's name says which of the
 * sixteen faults is met (`plans.ts`). What stands behind `~` in the name keeps cases apart: each has attempts and an outage
 * of its own.
 */
export async function startWall({ port = 0, factor }: WallOptions): Promise<Wall> {
  const faults = new Faults(factor);
  const server = createServer((req, res) => {
    faults.serve(req, res).catch(() => res.destroy());
  });
  server.on('connection', (socket) => {
    socket.setNoDelay(true); // tokens shall arrive when they are written
    faults.openSockets += 1;
    socket.once('close', () => {
      faults.openSockets -= 1;
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Faults {
  openSockets = 0;
  readonly #log = new CaseLog();
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://wall');
    if (req.method === 'GET' && url.pathname === '/log')
      return sendJson(res, 200, JSON.stringify(this.#view(url.searchParams.get('case'))));
    const body = await readBody(req);
    if (req.method !== 'POST' || url.pathname !== '/v1/chat/completions')
      return refuseRequest(res, 404, `Unknown request URL: ${req.url}.`);
    const request = chatRequest(body);
    if (request === undefined) return refuseRequest(res, 400, 'The body is no chat completion request.');
    await this.#answer(request, res);
  }

  #view(name: string | null): ProviderView {
    return { case: name ?? '', attempts: this.#log.of(name ?? ''), openSockets: this.openSockets };
  }

  async #answer(request: ChatRequest, res: ServerResponse): Promise<void> {
    const [base = '', name = ''] = request.model.split('~');
    const prefill = request.messages.at(-1)?.role === 'assistant';
    const attempt = this.#log.begin(name, { base, stream: request.stream === true, prefill });
    const same = this.#log.of(name).filter((one) => one.base === base);
    const sinceFirstMs = (attempt.cameAt - (same[0]?.cameAt ?? attempt.cameAt)) * this.#factor;
    const plan = planOf(base, { attempts: same.length, sinceFirstMs, prefill });
    watchEnd(attempt, res);
    const execution = new Execution({ res, attempt, factor: this.#factor, wrote: (bytes) => this.#log.wrote(name, attempt, bytes) });
    await execution.carryOut(plan, request);
  }
}

/** Whatever was not ended by its fault, nor to the last byte, was left by the other side. */
function watchEnd(attempt: Attempt, res: ServerResponse): void {
  res.once('close', () => {
    attempt.endAt = now();
    attempt.end ??= res.writableFinished ? 'answered' : 'left';
  });
}

function chatRequest(body: string): ChatRequest | undefined {
  try {
    const json = JSON.parse(body) as Partial<ChatRequest> | null;
    if (typeof json?.model !== 'string' || !Array.isArray(json.messages)) return undefined;
    return json as ChatRequest;
  } catch {
    return undefined;
  }
}

function refuseRequest(res: ServerResponse, status: number, message: string): void {
  sendJson(res, status, errorBody({ message, type: 'invalid_request_error', code: null }));
}

function sendJson(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

async function readBody(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
