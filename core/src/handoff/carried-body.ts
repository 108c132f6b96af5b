import type { Readable } from 'node:stream';
import { GatewayError, gatewayError } from '../errors.ts';
import type { OpaqueBody } from '../model/response.ts';

/** Takes the bytes of an answer; false: wait for `resume`. */
export interface OpaqueSink {
  data(piece: Buffer): boolean;
  end(): void;
  fail(error: Error): void;
}

/** Hears of a body, whether somebody takes it or not. */
export interface BodyWatch {
  piece(): void;
  /** Once: without an error when its last byte came. */
  over(error?: Error): void;
}

/** An answer on its way from the upstream's socket to the client's. Ends once: by its own end, a cut, or `abort`. */
export class CarriedBody implements OpaqueBody {
  readonly kind = 'opaque';
  readonly contentType: string | undefined;
  readonly byteLength: number | undefined;
  readonly #source: Readable;
  readonly #watch: BodyWatch;
  #sink: OpaqueSink | undefined = undefined;
  #error: Error | undefined = undefined;
  #over = false;
  #paused = false;

  constructor(source: Readable, contentType: string | undefined, byteLength: number | undefined, watch: BodyWatch) {
    this.contentType = contentType;
    this.byteLength = byteLength;
    this.#source = source;
    this.#watch = watch;
    // Listened to before anybody takes it: a cut must not be missed, nor end the host's process.
    source
      .on('end', () => this.#end())
      .on('error', (error) => this.#cut(error))
      .on('close', () => this.#cut());
    if (source.readableEnded) this.#end();
    else if (source.destroyed) this.#cut();
  }

  /** Whether a client takes its time. */
  get paused(): boolean {
    return this.#paused;
  }

  bytes(): never {
    throw new TypeError('An opaque body is carried unread: its bytes are nowhere whole. Look at body.kind first.');
  }

  attach(sink: OpaqueSink): void {
    this.#sink = sink;
    if (this.#error !== undefined) sink.fail(this.#error);
    else if (this.#over) sink.end();
    else
      this.#source.on('data', (piece: Buffer) => {
        if (this.#over) return;
        this.#watch.piece();
        if (sink.data(piece)) return;
        this.#paused = true;
        this.#source.pause();
      });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#watch.piece(); // the silence until now was the client's doing
    this.#source.resume();
  }

  abort(error: Error): void {
    if (this.#over) return;
    this.#finish(error);
    this.#source.destroy();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.over();
    this.#sink?.end();
  }

  #cut(cause?: Error): void {
    if (!this.#over) this.#finish(cause instanceof GatewayError ? cause : gatewayError('GW_UPSTREAM_TRUNCATED', { cause }));
  }

  #finish(error: Error): void {
    this.#over = true;
    this.#error = error;
    this.#watch.over(error);
    this.#sink?.fail(error);
  }
}
