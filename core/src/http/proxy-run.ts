import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { gatewayError } from '../errors.ts';
import { Gathered } from '../gathered.ts';
import type { Clock, Timer } from '../services/clock.ts';
import type { ClientBody } from './client-body.ts';
import type { Proxied, ProxyMiddleware, ProxyRequest } from './proxied.ts';
import { StandInRequest, StandInResponse } from './stand-ins.ts';

export interface ProxyRunOptions {
  readonly clock: Clock;
  readonly connectMs: number;
  /** Hears of what breaks after the answer's head came. */
  readonly onBroken: (error: Error) => void;
}

/** The runs under way, by the response that their proxy was given. */
const runs = new WeakMap<ServerResponse, ProxyRun>();

/** A proxy at work for one request. Ends once: by its answer's end, by a failure, or by `abort`. */
export class ProxyRun {
  readonly answered: Promise<Proxied>;
  readonly #options: ProxyRunOptions;
  readonly #response: StandInResponse;
  #settle: { readonly resolve: (answer: Proxied) => void; readonly reject: (error: Error) => void } | undefined;
  #connecting: Timer | undefined = undefined;
  #over = false;

  constructor(proxy: ProxyMiddleware, request: ProxyRequest, body: ClientBody | undefined, options: ProxyRunOptions) {
    this.#options = options;
    this.answered = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.answered.catch(() => {}); // whoever waits is told
    const standIn = new StandInRequest(request, body, (error) => this.#fail(error));
    // A broken answer is seen by who reads it.
    this.#response = new StandInResponse(standIn, () => {});
    runs.set(this.#response, this);
    void this.#start(proxy, standIn);
  }

  async #start(proxy: ProxyMiddleware, request: StandInRequest): Promise<void> {
    try {
      await proxy(request, this.#response, (error) => this.failed(error ?? new Error('the proxy passed the request on')));
    } catch (error) {
      this.failed(error);
    }
  }

  /** The request has a socket. Node has no limit of its own for how long that takes to connect. */
  sent(request: ClientRequest): void {
    if (this.#over) {
      request.destroy(); // given up before the proxy began
      return;
    }
    // Also when nobody is told why: after a 101 that nobody asked for, say.
    request.once('close', () => this.failed(new Error('closed without an answer')));
    const { socket } = request;
    if (!socket?.connecting) return;
    const ready = 'encrypted' in socket ? 'secureConnect' : 'connect';
    this.#connecting = this.#options.clock.after(this.#options.connectMs, () => this.failed(new Error('no connection in time')));
    const over = (): void => this.#connecting?.cancel();
    socket.once(ready, over).once('close', over);
  }

  answer(message: IncomingMessage): void {
    if (this.#settle === undefined || this.#over) {
      message.destroy();
      return;
    }
    message.on('error', () => {}); // its close tells
    this.#settle.resolve({
      status: message.statusCode as number,
      headers: message.headers,
      body: message,
      words: (maxBytes, ms) => words(message, this.#options.clock, maxBytes, ms),
    });
    this.#settle = undefined;
  }

  failed(cause: unknown): void {
    if (this.#settle !== undefined)
      this.#fail(
        gatewayError(isParserError(cause) ? 'GW_UPSTREAM_BAD_RESPONSE' : 'GW_UPSTREAM_UNREACHABLE', {
          cause,
          details: { what: 'a malformed message' },
        }),
      );
  }

  /** Closes the upstream's connection. */
  abort(error: Error): void {
    this.#end(false);
    this.#settle?.reject(error);
    this.#settle = undefined;
  }

  /** The answer is whole. */
  end(): void {
    this.#end(true);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    const early = this.#settle !== undefined;
    this.abort(error);
    if (!early) this.#options.onBroken(error);
  }

  #end(complete: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#connecting?.cancel();
    this.#response.leave(complete);
  }
}

/**
 * What a proxy's server has to tell: `createProxyMiddleware({ plugins: [reportTransfers], ejectPlugins: true, selfHandleResponse: true })`.
 * In place of http-proxy-middleware's own, which write errors with the client's host and path into the response.
 */
export function reportTransfers(server: ProxyEvents): void {
  server.on('proxyReq', (request, _req, res) => runs.get(res)?.sent(request));
  server.on('proxyRes', (message, _req, res) => runs.get(res)?.answer(message));
  for (const event of ['error', 'econnreset'] as const)
    server.on(event, (error, _req, res) => {
      if ('writableFinished' in res) runs.get(res as ServerResponse)?.failed(error);
    });
}

/** As far as it is needed: the events of httpxy's server. */
export interface ProxyEvents {
  on(event: 'proxyReq', listener: (request: ClientRequest, req: IncomingMessage, res: ServerResponse) => void): unknown;
  on(event: 'proxyRes', listener: (message: IncomingMessage, req: IncomingMessage, res: ServerResponse) => void): unknown;
  on(event: 'error' | 'econnreset', listener: (error: Error, req: IncomingMessage, res: object) => void): unknown;
}

function isParserError(cause: unknown): boolean {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('HPE_');
}

function words(message: IncomingMessage, clock: Clock, maxBytes: number, ms: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const gathered = new Gathered();
    const over = (): void => {
      timer.cancel();
      message.off('data', onData).off('close', over);
      message.pause();
      resolve(gathered.whole());
    };
    const onData = (piece: Buffer): void => {
      if (gathered.length + piece.length > maxBytes) over();
      else gathered.add(piece);
    };
    const timer = clock.after(ms, over);
    message.on('data', onData).on('close', over);
  });
}
