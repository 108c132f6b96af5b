import { type GatewayError, gatewayError } from '../errors.ts';
import { Gathered } from '../gathered.ts';
import type { Clock } from '../services/clock.ts';
import type { RequestOpener } from './carrier.ts';
import { Deadline, type TimeLimits } from './deadline.ts';
import type { UpstreamConnection, UpstreamHeaders, UpstreamListener, UpstreamRequest } from './transport.ts';

/** Takes the bytes of an answer. */
export interface ByteSink {
  data(chunk: Buffer): void;
  end(): void;
  fail(error: GatewayError): void;
}

/** Where the bytes of an answer come from. */
export interface ByteSource {
  /** Whether the last byte came, or will never come. */
  readonly over: boolean;
  /** Hands the bytes over, those that already came first. */
  attach(sink: ByteSink): void;
  pause(): void;
  resume(): void;
  /** Closes the socket; whoever listens hears the error. Does nothing once the answer is over. */
  abort(error: GatewayError): void;
}

/** Bytes kept while nobody takes them; then the upstream waits. */
const maxUnread = 64 * 1024;

/**
 * The answer to one request under way: its head as a promise, its bytes to whoever attaches. Ends exactly once: by the
 * upstream, by a limit, or by `abort`. Timer and socket are released there.
 */
export class Reply implements UpstreamListener, ByteSource {
  status = 0;
  /** Whether the upstream may have the request. */
  isSent = false;
  headers: UpstreamHeaders = {};

  readonly #connection: UpstreamConnection;
  readonly #deadline: Deadline;
  readonly #onOver: () => void;
  #settleHead: { resolve: (reply: Reply) => void; reject: (error: GatewayError) => void } | undefined;
  #sink: ByteSink | undefined = undefined;
  #unread: Buffer[] = [];
  #unreadLength = 0;
  /** Whether the sink asked for a pause. */
  #paused = false;
  #ended = false;
  #error: GatewayError | undefined = undefined;
  #over = false;

  readonly received: Promise<Reply>;

  constructor(opener: RequestOpener, request: UpstreamRequest, limits: TimeLimits, streaming: boolean, clock: Clock, onOver: () => void) {
    this.#onOver = onOver;
    this.received = new Promise((resolve, reject) => {
      this.#settleHead = { resolve, reject };
    });
    this.#deadline = new Deadline(clock, limits, streaming, ({ what, limit }) =>
      this.abort(gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what, limit } })),
    );
    this.#connection = opener.open(request, this);
  }

  /** Whether the last byte came, or will never come. */
  get over(): boolean {
    return this.#over;
  }

  sent(): void {
    this.isSent = true;
  }

  head(status: number, headers: UpstreamHeaders): void {
    this.status = status;
    this.headers = headers;
    this.#settleHead?.resolve(this);
    this.#settleHead = undefined;
  }

  data(chunk: Buffer): void {
    this.#deadline.byte();
    if (this.#sink !== undefined) {
      this.#sink.data(chunk);
      return;
    }
    this.#unread.push(chunk);
    this.#unreadLength += chunk.length;
    if (this.#unreadLength > maxUnread) this.#connection.pause();
  }

  end(): void {
    this.#finish();
    this.#ended = true;
    this.#sink?.end();
  }

  fail(cause: unknown): void {
    const code = this.status === 0 ? codeBeforeHead(cause) : 'GW_UPSTREAM_TRUNCATED';
    this.#stop(gatewayError(code, { cause, details: { what: 'a malformed message' } }));
  }

  /** Closes the socket; whoever listens hears the error. Does nothing once the answer is over. */
  abort(error: GatewayError): void {
    if (this.#over) return;
    this.#connection.abort();
    this.#stop(error);
  }

  /** Hands the bytes over, those that already came first. */
  attach(sink: ByteSink): void {
    this.#sink = sink;
    const unread = this.#unread;
    const waits = this.#unreadLength > maxUnread;
    this.#unread = [];
    this.#unreadLength = 0;
    for (const chunk of unread) sink.data(chunk);
    if (this.#error !== undefined) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else if (waits && !this.#paused) this.#connection.resume(); // last, for it hands over at once what it has
  }

  pause(): void {
    this.#paused = true;
    this.#connection.pause();
    this.#deadline.pause(true);
  }

  resume(): void {
    this.#paused = false;
    this.#deadline.pause(false);
    this.#connection.resume();
  }

  /** The whole body, up to `limit` bytes; beyond it the connection is closed. */
  collect(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const body = new Gathered();
      const tooLarge = (): GatewayError => gatewayError('GW_UPSTREAM_TOO_LARGE', { details: { what: 'an answer', limit } });
      this.attach({
        data: (chunk) => {
          body.add(chunk);
          if (body.length > limit) this.abort(tooLarge());
        },
        end: () => {
          // It may have been over before it was looked at.
          if (body.length > limit) reject(tooLarge());
          else resolve(body.whole());
        },
        fail: reject,
      });
    });
  }

  #stop(error: GatewayError): void {
    this.#finish();
    this.#error = error;
    this.#settleHead?.reject(error);
    this.#settleHead = undefined;
    this.#sink?.fail(error);
  }

  #finish(): void {
    this.#over = true;
    this.#deadline.cancel();
    this.#onOver();
  }
}

/** undici's codes for what can happen before a head arrives. */
function codeBeforeHead(cause: unknown): 'GW_UPSTREAM_UNREACHABLE' | 'GW_UPSTREAM_BAD_RESPONSE' {
  const { name, code } = (cause ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return name === 'HTTPParserError' || (typeof code === 'string' && (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW'))
    ? 'GW_UPSTREAM_BAD_RESPONSE'
    : 'GW_UPSTREAM_UNREACHABLE';
}
