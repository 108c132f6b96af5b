import { Duplex } from 'node:stream';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { within } from '../within.ts';

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
  /** The request goes out: from now on the upstream may have it. Nothing else comes before, but a failure. */
  sent(): void;
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

/** Time for requests under way when the transport closes. Milliseconds. */
const closeMs = 5_000;

/**
 * A provider's sockets, and who waits for one: our own line, for a request that its caller gave up must leave it at once,
 * and undici would keep it, body and all, until its turn.
 */
interface Upstream {
  readonly pool: Pool;
  active: number;
  readonly waiting: Map<ConnectionHandler, UpstreamRequest>;
}

/**
 * The only place that opens sockets to upstreams. One pool per origin; no redirects, no decompression, no HTTP/2 (its
 * fault modes are not worth its gains here), no limits of time: those belong to whoever asked.
 */
export class Transport {
  readonly #upstreams = new Map<string, Upstream>();
  readonly #limits: TransportLimits;
  /** The request that is handed to its pool right now: a socket that is opened meanwhile is opened for it alone. */
  #opening: ConnectionHandler | undefined = undefined;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  open(request: UpstreamRequest, listener: UpstreamListener): UpstreamConnection {
    const upstream = this.#upstream(request.origin);
    const handler = new ConnectionHandler(listener, () => this.#over(upstream, handler));
    if (upstream.active < this.#limits.connections) this.#dispatch(upstream, request, handler);
    else upstream.waiting.set(handler, request);
    return handler;
  }

  #dispatch(upstream: Upstream, { path, headers, body }: UpstreamRequest, handler: ConnectionHandler): void {
    upstream.active += 1;
    this.#opening = handler;
    upstream.pool.dispatch({ method: 'POST', path, headers, body }, handler);
    this.#opening = undefined;
  }

  /** A request ended, or its caller no longer wants it: one that waited takes its place. */
  #over(upstream: Upstream, handler: ConnectionHandler): void {
    if (upstream.waiting.delete(handler)) return;
    upstream.active -= 1;
    const [next] = upstream.waiting;
    if (next === undefined) return;
    upstream.waiting.delete(next[0]);
    this.#dispatch(upstream, next[1], next[0]);
  }

  /** Closes idle sockets at once, others when their request ends; those that take too long are cut. */
  async close(): Promise<void> {
    const pools = [...this.#upstreams.values()].map(({ pool }) => pool);
    this.#upstreams.clear();
    await Promise.all(pools.map((pool) => within(closeMs, pool.close()).catch(() => pool.destroy())));
  }

  /** As many as there are configured providers: origins come from the config only. */
  #upstream(origin: string): Upstream {
    let upstream = this.#upstreams.get(origin);
    if (upstream === undefined) {
      upstream = { pool: this.#pool(origin), active: 0, waiting: new Map() };
      this.#upstreams.set(origin, upstream);
    }
    return upstream;
  }

  #pool(origin: string): Pool {
    return new Pool(origin, {
      connections: this.#limits.connections,
      connect: this.#connector(),
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 60_000,
      allowH2: false,
    });
  }

  /** Opens sockets as undici does, and lets the request that waits for one know it: undici itself aborts only what was sent. */
  #connector(): buildConnector.connector {
    const connect = buildConnector({ timeout: this.#limits.connectMs, allowH2: false });
    return (options, callback) => {
      const socket: unknown = connect(options, callback);
      if (socket instanceof Duplex) this.#opening?.connecting(socket);
    };
  }
}

/** undici's handler, reduced to what a request needs. Abort and pause may come before there is a socket. */
class ConnectionHandler implements Dispatcher.DispatchHandler, UpstreamConnection {
  readonly #listener: UpstreamListener;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  /** Until the request starts: the socket that is opened for it. */
  #socket: Duplex | undefined = undefined;
  #over = false;

  readonly #onOver: () => void;

  constructor(listener: UpstreamListener, onOver: () => void) {
    this.#listener = listener;
    this.#onOver = onOver;
  }

  connecting(socket: Duplex): void {
    this.#socket = socket;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#socket = undefined;
    if (this.#over) controller.abort(new Error('aborted before the request was sent'));
    else this.#listener.sent();
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
    this.#end();
    this.#listener.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#end();
    this.#listener.fail(error);
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController): void {
    // Nobody asked for an upgrade: a 101 is not an answer.
    controller.abort(new Error('unexpected upgrade'));
    this.onResponseError(controller, new Error('unexpected upgrade'));
  }

  abort(): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(new Error('aborted'));
    this.#socket?.destroy(new Error('aborted')); // with an error, for the pool waits to hear of one
  }

  pause(): void {
    if (!this.#over) this.#controller?.pause();
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume();
  }

  #end(): void {
    this.#over = true;
    this.#onOver();
  }
}
