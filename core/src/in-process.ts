import { gatewayError } from './errors.ts';
import type { BodyLimits, Inbound, Outbound } from './inbound.ts';

/** A request made by code of this process: the same pipeline, no socket. */
export class InProcessInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly query = '';
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly ip = undefined;
  readonly #body: Buffer;

  constructor(method: string, path: string, headers: Readonly<Record<string, string>>, body: Buffer) {
    this.method = method;
    this.path = path;
    this.headers = headers;
    this.rawHeaders = Object.entries(headers).flat();
    this.#body = body;
  }

  async readBody(limits: BodyLimits): Promise<Buffer> {
    if (this.#body.length > limits.bytes) throw gatewayError('GW_BODY_TOO_LARGE', { details: { limit: limits.bytes } });
    return this.#body;
  }
}

/** Collects a whole answer. Calls that stream are not made in process yet, so `write` has nobody to wait for. */
export class InProcessOutbound implements Outbound {
  status = 0;
  readonly queued = false;
  readonly waiting = false;
  readonly closed: Promise<boolean>;
  readonly #chunks: Buffer[] = [];
  #close: (complete: boolean) => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get started(): boolean {
    return this.status !== 0;
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  send(status: number, _headers: readonly string[], body: Buffer): void {
    this.status = status;
    this.#chunks.push(body);
    this.#close(true);
  }

  start(status: number): void {
    this.status = status;
  }

  write(bytes: Buffer): boolean {
    this.#chunks.push(bytes);
    return true;
  }

  onDrain(): void {}

  end(): void {
    this.#close(true);
  }

  cut(lastWords: Buffer): void {
    this.#chunks.push(lastWords);
    this.#close(false);
  }

  /** Nobody waits for the answer any more. */
  leave(): void {
    this.#close(false);
  }
}
