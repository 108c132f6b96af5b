import { gatewayError } from '../errors.ts';
import type { BodyLimits, Inbound } from '../inbound.ts';
import type { RequestHeaders } from '../model/headers.ts';

/** What a connection was opened with, for the exchanges that its messages become. */
export interface OpenedBy {
  readonly path: string;
  readonly query: string;
  readonly ip: string | undefined;
  readonly headers: RequestHeaders;
  readonly rawHeaders: readonly string[];
  readonly opener: Inbound;
}

/** Headers of the one request that opened the connection: they say nothing of what a message asks. */
const ofTheHandshake = /^(?:connection|upgrade|sec-websocket-.*|idempotency-key|content-.*|transfer-encoding)$/;

/** What every message of a connection comes with: who sends it is asked again each time. */
export function openedBy(opener: Inbound): OpenedBy {
  const { path, query, ip, headers } = opener;
  const kept = Object.entries(headers).filter(([name]) => !ofTheHandshake.test(name));
  const own: RequestHeaders = Object.freeze({ ...Object.fromEntries(kept), 'content-type': 'application/json' });
  const rawHeaders = Object.entries(own).flatMap(([name, value]) => [name, String(value)]);
  return { path, query, ip, headers: own, rawHeaders, opener };
}

/** One message of a client's, as a request. */
export class FrameInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly rawHeaders: readonly string[];
  readonly ip: string | undefined;
  readonly opener: Inbound;
  readonly #body: Buffer;

  constructor(method: string, by: OpenedBy, body: Buffer) {
    this.method = method;
    this.path = by.path;
    this.query = by.query;
    this.headers = by.headers;
    this.rawHeaders = by.rawHeaders;
    this.ip = by.ip;
    this.opener = by.opener;
    this.#body = body;
  }

  async readBody(limits: BodyLimits): Promise<Buffer> {
    if (this.#body.length > limits.bytes) throw gatewayError('GW_BODY_TOO_LARGE', { details: { limit: limits.bytes } });
    return this.#body;
  }
}
