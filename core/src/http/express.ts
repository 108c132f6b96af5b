import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BodyLimits, Inbound } from '../inbound.ts';
import type { RequestHeaders } from '../model/headers.ts';
import { clientAddress } from './client-address.ts';
import { type ParsedRequest, readBody } from './read-body.ts';

/** Express's request, versions 4 and 5: what we use of it. */
export interface ExpressRequest extends IncomingMessage {
  readonly url: string;
  readonly ip?: string | undefined;
  readonly originalUrl?: string;
}

export type ExpressNext = (error?: unknown) => void;

/** An Express request handler, without depending on Express's types. */
export type ExpressHandler = (req: IncomingMessage, res: ServerResponse, next: ExpressNext) => void;

/** A listener of a server's `upgrade` event. */
export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Path and query of a request below its mount. `Host` and scheme play no part: a URL is never built from them. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  return { path: path.startsWith('/') ? path : '/', query: mark === -1 ? '' : url.slice(mark + 1) };
}

/** A request of Express as the pipeline sees it. */
export class ExpressInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly #req: ExpressRequest;
  /** Looked up at once: a connection that is over no longer has it, and its settlement may be asked for it. */
  readonly #peer: string | undefined;

  constructor(req: ExpressRequest, path: string, query: string, headers: RequestHeaders = req.headers) {
    this.#req = req;
    this.method = req.method as string;
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.#peer = req.socket.remoteAddress;
  }

  /** The host app's. */
  get request(): IncomingMessage {
    return this.#req;
  }

  get rawHeaders(): readonly string[] {
    return this.#req.rawHeaders;
  }

  get ip(): string | undefined {
    return clientAddress(this.#req, this.#peer);
  }

  readBody(limits: BodyLimits): Promise<Buffer> {
    return readBody(this.#req as ParsedRequest, limits);
  }
}
