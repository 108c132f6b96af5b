import { type GatewayError, gatewayError } from '../errors.ts';
import { type ParsedRequest, readBody } from './read-body.ts';

/** Takes a body piece by piece. */
export interface BodySink {
  data(piece: Buffer): void;
  end(): void;
  fail(error: GatewayError): void;
}

/** A client's body that goes on as it comes, never gathered. Nothing of it is read before somebody attaches. */
export class ClientBody {
  /** Bytes that have come so far. */
  received = 0;
  /** Hears of each piece, for who minds the time. */
  onPiece: (() => void) | undefined = undefined;
  readonly #req: ParsedRequest;
  readonly #limit: number;
  #sink: BodySink | undefined = undefined;
  /** A body parser of the host read it before us. */
  #consumed: Buffer | undefined = undefined;
  #flowing = false;
  #over = false;
  #refused = false;

  constructor(req: ParsedRequest, limit: number) {
    this.#req = req;
    this.#limit = limit;
  }

  /** Whether there is one. Bodies of GET and HEAD mean nothing (RFC 9110 §9.3.1), and are not sent on. */
  get present(): boolean {
    const { method, headers } = this.#req;
    if (method === 'GET' || method === 'HEAD') return false;
    return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  }

  /** As declared, or as a body parser left it; `undefined` when nobody said. */
  get length(): number | undefined {
    if (this.#consumed !== undefined) return this.#consumed.length;
    const declared = this.#req.headers['content-length'];
    return declared === undefined ? undefined : Number(declared);
  }

  /** Whether somebody waits for the client's next piece. */
  get awaited(): boolean {
    return this.#flowing && !this.#over;
  }

  /** Before anything is sent: refuses a body that is too large by its own word, and finds what a body parser left of it. */
  async open(): Promise<void> {
    if (!this.present) return;
    if ((this.length ?? 0) > this.#limit) throw this.#tooLarge();
    if (this.#req._body !== true && !this.#req.readableEnded) return;
    if (!isWhole(this.#req)) throw gatewayError('GW_BODY_CONSUMED');
    this.#consumed = await readBody(this.#req, { bytes: this.#limit, ms: 0 });
  }

  attach(sink: BodySink): void {
    this.#sink = sink;
    if (this.#consumed !== undefined) return;
    this.#req.pause(); // else the first listener would begin
    this.#req.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onGone).on('close', this.#onGone);
  }

  resume(): void {
    if (this.#over || this.#flowing) return;
    this.#flowing = true;
    if (this.#consumed === undefined) this.#req.resume();
    else {
      this.#onData(this.#consumed);
      this.#onEnd();
    }
  }

  pause(): void {
    if (!this.#flowing || this.#over) return;
    this.#flowing = false;
    this.#req.pause();
  }

  /** Nobody wants the rest. It is read into nothing, as Node does, so that the connection can go on; but not what is too large. */
  release(): void {
    if (this.#sink === undefined) return;
    this.#sink = undefined;
    this.#flowing = false;
    this.#req.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onGone).off('close', this.#onGone);
    this.#req.on('error', () => {}); // a late reset concerns nobody
    if (this.#refused) this.#req.pause();
    else this.#req.resume();
  }

  readonly #onData = (data: Buffer | string): void => {
    // Text, where middleware that listens too has set an encoding.
    const piece = typeof data === 'string' ? Buffer.from(data, this.#req.readableEncoding ?? 'utf8') : data;
    this.received += piece.length;
    this.onPiece?.();
    if (this.received > this.#limit) this.#fail(this.#tooLarge());
    else this.#sink?.data(piece);
  };

  readonly #onEnd = (): void => {
    if (this.#over) return;
    // Somebody read the beginning before us: what is left is not the client's body.
    if (this.received < (this.length ?? 0)) {
      this.#fail(gatewayError('GW_BODY_CONSUMED'));
      return;
    }
    this.#over = true;
    this.#sink?.end();
  };

  readonly #onGone = (): void => this.#fail(gatewayError('GW_CLIENT_CLOSED'));

  #tooLarge(): GatewayError {
    this.#refused = true;
    return gatewayError('GW_BODY_TOO_LARGE', { details: { limit: this.#limit } });
  }

  #fail(error: GatewayError): void {
    if (this.#over) return;
    this.#over = true;
    this.#req.pause();
    this.#sink?.fail(error);
  }
}

/** Bytes and text are the body itself. A parsed value is one only where JSON was: the file of a parsed form is elsewhere. */
function isWhole({ body, headers }: ParsedRequest): boolean {
  return Buffer.isBuffer(body) || typeof body === 'string' || /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '');
}
