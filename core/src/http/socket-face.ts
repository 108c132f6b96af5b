import type { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dialect } from '../dialects/dialect.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { Exchange, ExchangeParts } from '../exchange.ts';
import type { Outbound } from '../inbound.ts';
import type { RequestHeaders } from '../model/headers.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { RouteInfo } from '../routes.ts';
import { principal } from '../slot.ts';
import { type BeforeRoute, type Opening, OpeningExchange } from '../sockets/opening.ts';
import type { Session } from '../sockets/session.ts';
import { EarlyBytes } from './early-bytes.ts';
import { ExpressInbound, type ExpressRequest } from './express.ts';
import type { Sockets } from './sockets.ts';
import { UpgradeOutbound } from './upgrade-outbound.ts';

/** A path at which clients may open a WebSocket. */
export interface SocketRoute {
  /** Below the mount. */
  readonly path: string;
  readonly dialect: Dialect;
  /** A new session's beginning. */
  readonly opening: () => Opening;
}

export interface SocketFaceParts {
  readonly sockets: Sockets;
  readonly routes: readonly SocketRoute[];
  readonly parts: ExchangeParts;
  /** Bytes of one message of a client's. */
  readonly messageBytes: number;
}

/** Runs an exchange to its end; never rejects. */
export type Run = (exchange: Exchange, dialect: Dialect, outbound: Outbound) => Promise<void>;

/** An upgrade that may become one of ours. */
export interface OfferedUpgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly early: EarlyBytes;
}

/** Upgrades on their way through a host's app. Of all gateways: in an app of several each hears of every upgrade, and one is handed over once. */
const offered = new WeakMap<IncomingMessage, OfferedUpgrade>();

/** Whether a gateway of this app has an upgrade on its way through the app. */
export function isOffered(req: IncomingMessage): boolean {
  return offered.has(req);
}

interface Open {
  readonly session: Session;
  readonly principal: string | undefined;
}

/**
 * WebSockets of a gateway that is a guest. An upgrade passes by Express, so that nothing the host checks there (its session, its
 * own limits, where the gateway is mounted) would be checked for it: each is handed to the server's own listeners as the
 * request that it is, and only if it comes through to the gateway it is opened. Whoever answers before has refused it.
 */
export class SocketFace {
  readonly #face: SocketFaceParts;
  readonly #open = new Set<Open>();
  /** Being opened, and whose they are once that is known: many at once are no way past the limits. */
  readonly #opening = new Map<OfferedUpgrade, string | undefined>();
  #onEmpty: (() => void) | undefined = undefined;

  constructor(face: SocketFaceParts) {
    this.#face = face;
  }

  get routes(): readonly RouteInfo[] {
    return this.#face.routes.map(({ path, dialect }) => ({
      method: 'GET',
      path,
      dialect: dialect.id,
      access: 'principal',
      upgrade: 'websocket',
    }));
  }

  /** Sessions that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether an upgrade may be one of ours, wherever the gateway is mounted; then it is on its way through the app. */
  offer(req: IncomingMessage, socket: Duplex & { readonly server?: EventEmitter }, head: Buffer, path: string): boolean {
    if (offered.has(req)) return true;
    const { server } = socket;
    if (server === undefined || req.method !== 'GET' || !/^websocket$/i.test(req.headers.upgrade ?? '')) return false;
    if (!this.#face.routes.some((route) => path.endsWith(route.path))) return false;
    socket.on('error', () => {}); // nobody else listens any more, and it would end the process
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket as Socket);
    res.once('finish', () => (socket as Socket).destroySoon());
    offered.set(req, { req, socket, early: new EarlyBytes(socket, head) });
    server.emit('request', req, res);
    return true;
  }

  /** The upgrade that a request of the app's is. */
  offered(req: IncomingMessage): OfferedUpgrade | undefined {
    return offered.get(req);
  }

  find(path: string): SocketRoute | undefined {
    return this.#face.routes.find((route) => route.path === path);
  }

  /** Why nobody may open one now, whoever asks. */
  problem({ headers }: IncomingMessage): GatewayError | undefined {
    const { maxConnections, origins } = this.#face.sockets;
    const { origin, host } = headers;
    // Browsers let any page open a WebSocket to anywhere, with the cookies of there (RFC 6455 §10.2).
    if (origin !== undefined && !origins.includes(origin) && !isOwn(origin, host)) return gatewayError('GW_FORBIDDEN_ORIGIN');
    if (this.#open.size + this.#opening.size < maxConnections) return undefined;
    return gatewayError('GW_TOO_MANY_SOCKETS', { details: { limit: maxConnections }, headers: { 'retry-after': '1' } });
  }

  /** Asks who it is, like for every request, and opens it. */
  async serve(upgrade: OfferedUpgrade, res: ServerResponse, route: SocketRoute, path: string, query: string, run: Run): Promise<void> {
    const opening = route.opening();
    const inbound = new ExpressInbound(upgrade.req as ExpressRequest, path, query, withCredential(upgrade.req.headers));
    const exchange = new OpeningExchange(this.#face.parts, inbound, route.dialect, {
      prepare: (own, beforeRoute) => this.#prepare(upgrade, opening, own, beforeRoute),
      begin: (client, own, hooks) => opening.begin(client, own, hooks),
      abandon: () => opening.abandon(),
    });
    const outbound = new UpgradeOutbound(
      res,
      (headers) => this.#accept(upgrade, res, exchange, headers, run),
      () => exchange.abort(gatewayError('GW_CLIENT_CLOSED')),
    );
    this.#opening.set(upgrade, undefined);
    await run(exchange, route.dialect, outbound);
    this.#opening.delete(upgrade);
    opening.abandon();
  }

  /** Sessions end when what is under way in them is over. */
  close(): void {
    for (const { session } of [...this.#open]) session.close();
  }

  cut(): void {
    for (const { session } of [...this.#open]) session.cut();
  }

  /** Calls back each time that none is open any more. */
  onEmpty(listener: () => void): void {
    this.#onEmpty = listener;
  }

  async #prepare(
    upgrade: OfferedUpgrade,
    opening: Opening,
    exchange: OpeningExchange,
    beforeRoute: BeforeRoute,
  ): Promise<GatewayResponse | undefined> {
    const { maxPerPrincipal: limit } = this.#face.sockets;
    const id = exchange.getSlot(principal)?.id;
    const all = [...[...this.#open].map((open) => open.principal), ...this.#opening.values()];
    if (all.filter((one) => one === id).length >= limit)
      throw gatewayError('GW_TOO_MANY_SOCKETS', { details: { limit }, headers: { 'retry-after': '1' } });
    this.#opening.set(upgrade, id);
    return opening.prepare(exchange, beforeRoute);
  }

  #accept(upgrade: OfferedUpgrade, res: ServerResponse, exchange: OpeningExchange, headers: readonly string[], run: Run): boolean {
    const { sockets, messageBytes, parts } = this.#face;
    res.detachSocket(upgrade.socket as Socket);
    const { req, socket, early } = upgrade;
    const client = sockets.engine.accept(
      { req, socket, head: early.take() },
      {
        maxBytes: messageBytes,
        headers: handshake(headers),
        protocol: protocolsOf(req.headers).find((protocol) => protocol === 'realtime'),
      },
    );
    if (client === undefined) return false;
    let over = (): void => {
      ended = true; // before it had begun: its upstream was gone already
    };
    let ended = false;
    const hooks = { run: (own: Exchange, outbound: Outbound) => run(own, own.dialect, outbound), onOver: () => over() };
    const session = exchange.opening.begin(client, exchange, hooks);
    if (ended) return true;
    const open = { session, principal: exchange.getSlot(principal)?.id };
    const life = parts.clock.after(sockets.lifeMs, () => session.close());
    over = () => {
      life.cancel();
      this.#open.delete(open);
      if (this.#open.size === 0) this.#onEmpty?.();
    };
    this.#open.add(open);
    this.#opening.delete(upgrade); // it counts once
    return true;
  }
}

/** Whether a page comes from where the gateway is. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function protocolsOf(headers: RequestHeaders): string[] {
  const value = headers['sec-websocket-protocol'];
  return typeof value === 'string' ? value.split(',').map((one) => one.trim()) : [];
}

/** Browsers cannot set headers: OpenAI's client for them sends its key as a subprotocol (openai 7.57 `realtime/websocket`). */
function withCredential(headers: RequestHeaders): RequestHeaders {
  const marked = protocolsOf(headers).find((protocol) => protocol.startsWith(keyProtocol));
  if (marked === undefined || headers.authorization !== undefined) return headers;
  return { ...headers, authorization: `Bearer ${marked.slice(keyProtocol.length)}` };
}

const keyProtocol = 'openai-insecure-api-key.';

/** What a head says of a body has no meaning in a handshake. */
function handshake(list: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < list.length; at += 2)
    if (!/^(?:content-.*|connection|upgrade|sec-websocket-.*|transfer-encoding)$/.test(list[at] as string))
      headers[list[at] as string] = list[at + 1] as string;
  return headers;
}
