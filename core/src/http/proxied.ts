import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** A connect middleware that sends a request on, such as http-proxy-middleware's with `selfHandleResponse`. */
export type ProxyMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/** What a proxy is given to send: all of it, but for `host` and the body's framing. */
export interface ProxyRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sees the client's body as it passes. */
  readonly inspector?: BodyInspector;
}

/** Throws a `GatewayError` to end the transfer: the piece at hand, and all that would follow, never reach the upstream. */
export interface BodyInspector {
  push(piece: Buffer): void;
  /** The body is over; its end was not sent on yet. */
  end(): void;
}

/** What an upstream answered. */
export interface Proxied {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** The body's first bytes, until so many or so late; never rejects, for an error's words are worth no error of their own. */
  words(maxBytes: number, ms: number): Promise<Buffer>;
}
