import { type Dispatcher, Pool } from 'undici';

/** One request to an upstream. Everything in it is ours: built from parsed data, never copied from the client's head. */
export interface UpstreamRequest {
  readonly origin: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Buffer | string;
}

/** Hears what happens to a request. After `end` or `fail` nothing follows. */
export interface UpstreamListener {
  head(status: number, headers: UpstreamHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  fail(error: unknown): void;
}

/** The upstream's headers, lower-case names. */
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Holds on to a request under way. */
export interface UpstreamConnection {
  /** Closes the socket; the listener hears nothing more. */
  abort(): void;
  pause(): void;
  resume(): void;
}

export interface TransportLimits {
  /** Milliseconds to connect, TLS included. */
  readonly connectMs: number;
  /** Sockets per upstream. */
  readonly connections: number;
}

/**
 * The only place that opens sockets to upstreams. One pool per origin; no redirects, no decompression, no HTTP/2 (its
 * fault modes are not worth its gains here), no limits of time: those belong to whoever asked.
 */
export class Transport {
  readonly #pools = new Map<string, Pool>();
  readonly #limits: TransportLimits;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  open(request: UpstreamRequest, listener: UpstreamListener): UpstreamConnection {
    const handler = new ConnectionHandler(listener);
    this.#pool(request.origin).dispatch({ method: 'POST', path: request.path, headers: request.headers, body: request.body }, handler);
    return handler;
  }

  /** Closes idle sockets at once, others when their request ends. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    this.#pools.clear();
  }

  /** As many pools as there are configured providers: origins come from the config only. */
  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: this.#limits.connections,
        connectTimeout: this.#limits.connectMs,
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: 4_000,
        keepAliveMaxTimeout: 60_000,
        allowH2: false,
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}

/** undici's handler, reduced to what a request needs. Abort and pause may come before there is a socket. */
class ConnectionHandler implements Dispatcher.DispatchHandler, UpstreamConnection {
  readonly #listener: UpstreamListener;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #over = false;

  constructor(listener: UpstreamListener) {
    this.#listener = listener;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('aborted before the request was sent'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: UpstreamHeaders): void {
    if (status < 200 || this.#over) return; // informational heads are not the answer
    this.#controller = controller;
    this.#listener.head(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#listener.data(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.fail(error);
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController): void {
    // Nobody asked for an upgrade: a 101 is not an answer.
    controller.abort(new Error('unexpected upgrade'));
    this.onResponseError(controller, new Error('unexpected upgrade'));
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.abort(new Error('aborted'));
  }

  pause(): void {
    if (!this.#over) this.#controller?.pause();
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume();
  }
}
