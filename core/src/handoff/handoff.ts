import type { ExchangeContext } from '../context.ts';
import type { Proxied, ProxyMiddleware, ProxyRequest } from '../http/proxied.ts';
import type { DialectId } from '../model/call.ts';
import type { ResponseHeaders } from '../model/headers.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';

/**
 * Paths of a plugin's own whose requests and answers pass unread, streamed both ways: images, recordings, files, a team's own
 * services. They are exchanges like any other: `onRequest`, `beforeRoute` (with an opaque call), `attempt`, `afterResponse`,
 * one settlement. The gateway owns time, size, back-pressure, abort and what the client reads of errors; the handoff owns
 * where a request goes and which headers go along.
 */
export interface Handoff {
  /** Lower-case letters, digits, dots, dashes; stands as `dialect` in settlements and logs. */
  readonly name: string;
  readonly routes: readonly HandoffRoute[];
  /** The dialect whose errors its clients understand. Default `openai-chat`. */
  readonly errors?: DialectId;
  /** The model that clients name, where it is known without reading. */
  readonly model?: string;
  /** Bytes of a request's body. Default `limits.bodyBytes`. */
  readonly maxBodyBytes?: number;
  /** Milliseconds, in place of the gateway's own. */
  readonly timeouts?: Partial<HandoffTimeouts>;
  /** Where such a request goes, for settlements and the plugins' `attempt`. `rest`: what `*` stands for, undecoded. */
  target(rest: string | undefined): Target;
  /**
   * Sends the request and gives the answer's head. Throws a `GatewayError` to refuse, before or after it was sent. Called once per
   * exchange; what `through` began ends with the exchange, whatever happens.
   */
  carry(transfer: Transfer): Promise<Carried>;
}

export interface HandoffRoute {
  /** `HEAD` comes with `GET`. */
  readonly methods: readonly HandoffMethod[];
  /** Below the mount; a single `*` stands for one or more characters, slashes among them. */
  readonly path: string;
}

export type HandoffMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HandoffTimeouts {
  /** To connect, TLS included. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** From the request to the end of the answer. */
  readonly totalMs: number;
}

/** One request on its way through a handoff. */
export interface Transfer {
  readonly context: ExchangeContext;
  readonly target: Target;
  readonly method: string;
  /** Below the mount, undecoded; without dotted segments, doubled slashes or encoded ones of either. */
  readonly path: string;
  /** What the route's `*` stands for, undecoded; `undefined` for literal paths. */
  readonly rest: string | undefined;
  /** Without `?`. */
  readonly query: string;
  /** Whether the client sends a body. Never for `GET` and `HEAD`: nobody agrees on what it would mean. */
  readonly hasBody: boolean;
  /** Aborts when the client leaves, a limit passes or the gateway ends. */
  readonly signal: AbortSignal;
  /**
   * Runs a proxy middleware for this request and gives what the upstream answers. The middleware gets stand-ins for request
   * and response: of the client's own head it sees nothing, and it cannot write to the client. Only a request without a body
   * can be sent again.
   */
  through(proxy: ProxyMiddleware, request: ProxyRequest): Promise<Proxied>;
}

/** An answer that is carried to the client. */
export interface Carried {
  readonly status: number;
  /** For the client: an allow-list's, never all of the upstream's. */
  readonly headers: ResponseHeaders;
  readonly contentType?: string | undefined;
  readonly contentLength?: number | undefined;
  readonly body: Proxied['body'];
  /** Asked when the answer is over. */
  usage?(): Usage | undefined;
}
