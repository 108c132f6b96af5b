import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dialect } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import { Exchange } from '../exchange.ts';
import { type DecisionRecord, type ExplainParts, explain } from '../explain.ts';
import { isHandoffDialect } from '../handoff/dialect.ts';
import { HandoffExchange } from '../handoff/exchange.ts';
import type { Outbound } from '../inbound.ts';
import { handle, type PipelineParts } from '../pipeline.ts';
import type { RouteMatch, RouteTable } from '../routes.ts';
import { errorFields } from '../services/logger.ts';
import { trustsEverybody } from './client-address.ts';
import { ClientBody } from './client-body.ts';
import { type ExpressHandler, ExpressInbound, type ExpressNext, type ExpressRequest, splitUrl } from './express.ts';
import { answerHealth, type GatewayState } from './health.ts';
import { ExpressOutbound } from './outbound.ts';
import type { PluginRoutes } from './plugin-routes.ts';
import { isOffered, type OfferedUpgrade, type SocketFace } from './socket-face.ts';
import { type Served, UnderWay } from './under-way.ts';

export interface ExpressFaceParts {
  readonly parts: PipelineParts;
  readonly routes: RouteTable;
  readonly explain: ExplainParts;
  /** Where a plugin brought WebSockets. */
  readonly sockets?: SocketFace | undefined;
  /** Paths that plugins answer themselves. */
  readonly pluginRoutes: PluginRoutes;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The gateway as a guest in an Express app: answers its own paths, hands everything else on, and can be asked to leave. */
export class ExpressFace {
  readonly #face: ExpressFaceParts;
  readonly #underWay = new UnderWay();
  readonly #started: Promise<void>;
  #state: GatewayState = 'starting';
  #closed: Promise<void> | undefined = undefined;
  #idle: (() => void) | undefined = undefined;
  #warned = false;

  constructor(face: ExpressFaceParts) {
    this.#face = face;
    this.#started = face.start().then(
      () => {
        if (this.#state === 'starting') this.#state = 'ready';
      },
      (error: unknown) => {
        if (this.#state === 'starting') this.#state = 'broken';
        throw error;
      },
    );
    this.#started.catch(() => {}); // whoever asks ready() is told; requests get 503
  }

  ready(): Promise<void> {
    return this.#started;
  }

  readonly handler: ExpressHandler = (req, res, next) => {
    if (!this.#warned && trustsEverybody(req)) this.#warnOfTrust();
    const { path, query } = splitUrl((req as ExpressRequest).url);
    const upgrade = req.headers.upgrade === undefined ? undefined : this.#face.sockets?.offered(req);
    if (upgrade !== undefined) {
      this.#open(upgrade, res, path, query, next);
      return;
    }
    if (answerHealth(req.method, path, this.#state, res)) return;
    const found = this.#face.routes.find(req.method as string, path, req.headers);
    if (found === undefined) {
      this.#servePlugin(req, res, path, next);
      return;
    }
    if ('allow' in found) {
      refuse(res, found.dialect, notAllowed(req.method as string, path, found.allow));
      return;
    }
    if (this.#state === 'ready') this.#serve(req, res, found, path, query);
    else void this.#onceReady(res, found.dialect, () => this.#serve(req, res, found, path, query));
  };

  /**
   * WebSockets where a plugin brought them. An upgrade that nobody takes hangs: others of ours are refused. The server does not
   * say where the gateway is mounted, so paths are known by their end; those of nobody's here are left to whoever else
   * listens, and refused when nobody does.
   */
  readonly upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { path } = splitUrl(req.url ?? '/');
    if (this.#face.sockets?.offer(req, socket, head, path)) return;
    if (othersListen(socket) && !this.#face.routes.routes.some((route) => endsLike(path, route.path))) return;
    socket.on('error', () => {}); // its client may be gone: nobody else listens any more, and it would end the process
    // Another gateway of the app may take it, which hears of it in this turn too.
    queueMicrotask(() => {
      if (isOffered(req)) return;
      socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => socket.destroy());
    });
  };

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #onceReady(res: ServerResponse, dialect: Dialect, serve: () => void): Promise<void> {
    if (this.#state === 'starting') await this.#started.catch(() => {});
    if (this.#state === 'ready') serve();
    // On the same connection the client would only meet this process again.
    else if (this.#state === 'closing')
      refuse(res, dialect, gatewayError('GW_CLOSING', { headers: { 'retry-after': '1', connection: 'close' } }));
    else refuse(res, dialect, gatewayError('GW_NOT_READY', { headers: { 'retry-after': '1' } }));
  }

  #warnOfTrust(): void {
    this.#warned = true;
    this.#face.parts.logger.log(
      'error',
      'The app\'s setting "trust proxy" is true: every client could choose its address. The gateway takes the connection\'s own instead; set it to the number or the addresses of your proxies.',
    );
  }

  /** A path that a plugin answers itself, or none of ours. */
  #servePlugin(req: IncomingMessage, res: ServerResponse, path: string, next: ExpressNext): void {
    const { pluginRoutes } = this.#face;
    const route = pluginRoutes.find(req.method, path);
    const allow = route === undefined ? pluginRoutes.allow(path) : undefined;
    if (route !== undefined) void this.#onceReady(res, openaiChat, () => pluginRoutes.serve(route, req, res));
    else if (allow !== undefined) refuse(res, openaiChat, notAllowed(req.method as string, path, allow));
    else next();
  }

  /** A WebSocket that is asked for, and came through the host's app to us. */
  #open(upgrade: OfferedUpgrade, res: ServerResponse, path: string, query: string, next: ExpressNext): void {
    const sockets = this.#face.sockets as SocketFace;
    const route = sockets.find(path);
    if (route === undefined) {
      next();
      return;
    }
    void this.#onceReady(res, route.dialect, () => {
      const problem = sockets.problem(upgrade.req);
      if (problem !== undefined) refuse(res, route.dialect, problem);
      else if (!res.destroyed) void sockets.serve(upgrade, res, route, path, query, this.#run);
    });
  }

  #serve(req: IncomingMessage, res: ServerResponse, route: RouteMatch, path: string, query: string): void {
    if (res.destroyed) return; // its client left while the host's middleware had it
    const exchange = this.#exchange(new ExpressInbound(req as ExpressRequest, path, query), req, route.dialect);
    void this.#handle(exchange, route, new ExpressOutbound(res, () => exchange.abort(gatewayError('GW_CLIENT_CLOSED'))));
  }

  /** Never rejects. */
  #handle(exchange: Exchange, route: RouteMatch, outbound: Outbound): Promise<void> {
    const served = this.#underWay.add(exchange, outbound);
    return handle(this.#face.parts, exchange, route, outbound)
      .then(() => this.#logDecision(exchange))
      .catch((error: unknown) => this.#escaped(exchange, outbound, error))
      .finally(() => this.#over(served));
  }

  /** The same for an exchange that did not come by a route's path. */
  readonly #run = (exchange: Exchange, dialect: Dialect, outbound: Outbound): Promise<void> =>
    this.#handle(exchange, { dialect, parameter: undefined }, outbound);

  #exchange(inbound: ExpressInbound, req: IncomingMessage, dialect: Dialect): Exchange {
    const { parts } = this.#face;
    if (!isHandoffDialect(dialect)) return new Exchange(parts, inbound, dialect);
    const { maxBodyBytes = parts.limits.bodyBytes } = dialect.handoff;
    return new HandoffExchange(parts, inbound, dialect, new ClientBody(req, maxBodyBytes));
  }

  /** `handle` never rejects; should it, this one exchange fails and nothing else. */
  #escaped(exchange: Exchange, outbound: Outbound, error: unknown): void {
    exchange.logger.log('error', 'An exchange failed outside its pipeline: this is a defect of the gateway.', {
      exchange: exchange.id,
      ...errorFields(error),
    });
    try {
      const body = Buffer.from(exchange.dialect.errorBody(gatewayError('GW_INTERNAL'), exchange.id));
      if (!outbound.started)
        outbound.send(500, ['content-type', 'application/json; charset=utf-8', 'content-length', String(body.length)], body);
      else outbound.cut(Buffer.alloc(0));
    } catch {
      outbound.cut(Buffer.alloc(0)); // a rejection from here would end the host's process
    }
  }

  #over(served: Served): void {
    this.#underWay.delete(served);
    if (!this.#busy) this.#idle?.();
  }

  get #busy(): boolean {
    const { sockets, pluginRoutes } = this.#face;
    return this.#underWay.size > 0 || pluginRoutes.size > 0 || (sockets?.size ?? 0) > 0;
  }

  #logDecision(exchange: Exchange): void {
    if (!exchange.logger.enabled('debug')) return;
    // Without usage: it holds the provider's own object, whose words are nobody's to log.
    const attempts = exchange.attempts.map((attempt) => ({ ...attempt, usage: undefined }));
    exchange.logger.log('debug', 'decision', {
      exchange: exchange.id,
      ...this.#decision(exchange),
      attempts,
      passedOver: exchange.passedOver,
    });
  }

  #decision(exchange: Exchange): DecisionRecord {
    const { method, path } = exchange.inbound;
    return explain(this.#face.explain, { method, path, body: exchange.call?.document.text });
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    await this.#started.catch(() => {});
    await this.#drain();
    const { late } = this.#face.parts;
    while (late !== undefined && late.size > 0) await Promise.all(late);
    await this.#face.stop();
  }

  /** Clients that do not take their last words lose their connection. */
  #cutAll(): void {
    for (const { exchange, outbound } of this.#underWay.all()) {
      exchange.abort(gatewayError('GW_CLOSING'));
      outbound.cut(Buffer.alloc(0));
    }
    this.#face.sockets?.cut();
    this.#face.pluginRoutes.cut();
  }

  /** Waits for exchanges under way; those that take too long are ended with an error. */
  async #drain(): Promise<void> {
    const { sockets, parts, pluginRoutes } = this.#face;
    const { clock, timeouts } = parts;
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    const emptied = (): void => {
      if (!this.#busy) this.#idle?.();
    };
    sockets?.onEmpty(emptied);
    pluginRoutes.onEmpty(emptied);
    sockets?.close();
    if (!this.#busy) return;
    let timer = clock.after(timeouts.closeMs, () => {
      for (const { exchange } of this.#underWay.all()) exchange.end(gatewayError('GW_CLOSING'));
      timer = clock.after(lastWordsMs, () => this.#cutAll());
    });
    await idle;
    timer.cancel();
  }
}

/** Whether a path, wherever it is mounted, may be one of this route's. */
function endsLike(path: string, route: string): boolean {
  const star = route.indexOf('*');
  return star === -1 ? path.endsWith(route) : path.includes(route.slice(0, star)) && path.endsWith(route.slice(star + 1));
}

/** Time for the error that ends an exchange to reach its client. Milliseconds. */
const lastWordsMs = 1_000;

/** Node itself no longer minds a socket once somebody listens for upgrades: its next error would end the process. */
function othersListen(socket: Duplex & { readonly server?: Server }): boolean {
  return socket.server !== undefined && socket.server.listenerCount('upgrade') > 1;
}

function notAllowed(method: string, path: string, allow: string): GatewayError {
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  return gatewayError('GW_METHOD_NOT_ALLOWED', { details: { method, path: shown, allow }, headers: { allow } });
}

/** An answer before there is an exchange. */
function refuse(res: ServerResponse, dialect: Dialect, error: GatewayError): void {
  if (res.destroyed) return;
  const id = randomUUID();
  const body = dialect.errorBody(error, id);
  res.writeHead(error.status, {
    ...(!error.retryable && { 'x-should-retry': 'false' }),
    ...error.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
    ...(dialect.requestIdHeader !== undefined && { [dialect.requestIdHeader]: id }),
  });
  res.end(body);
}
