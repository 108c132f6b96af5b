import type { StreamDialect } from '../dialects/dialect.ts';
import type { GatewayError } from '../errors.ts';
import type { StreamEvent } from '../model/events.ts';
import type { StreamBody } from '../model/response.ts';
import { EventQueue } from './event-queue.ts';
import type { RegionSink, RegionSource } from './regions.ts';
import type { Splice } from './splice.ts';
import type { SseBody } from './sse-body.ts';

/** Bytes of what was delivered that are kept; a longer answer cannot be gone on with. */
const maxKept = 64 * 1024;

/** How often one answer is gone on with. */
const maxRecoveries = 2;

/** A second stream, and how it joins the first. */
export interface Continuation {
  readonly body: SseBody;
  readonly splice: Splice;
}

export interface RecoveringBodyOptions {
  /** What the client reads. */
  readonly dialect: StreamDialect;
  /** Gets a stream that goes on after what was delivered; `undefined`: there is none. Rejects as well. */
  readonly recover: (delivered: Buffer, error: GatewayError, broken: SseBody) => Promise<Continuation | undefined>;
  /** Whether the answer went on to its end, or another. */
  readonly told: (resumed: boolean) => void;
}

/**
 * A stream whose upstream may break off: what was delivered is kept, so that another answer can be joined to it without the
 * client noticing. Where that does not work the client gets the error that it would have had.
 */
export class RecoveringBody implements StreamBody, RegionSource, RegionSink {
  readonly kind = 'stream';
  readonly #options: RecoveringBodyOptions;
  #body: SseBody;
  #splice: Splice | undefined = undefined;
  #sink: RegionSink | undefined = undefined;
  #events: EventQueue | undefined = undefined;
  #kept: Buffer[] | undefined = [];
  #keptLength = 0;
  #recoveries = 0;
  /** Why the stream that goes on now was asked for. */
  #broken: GatewayError | undefined = undefined;
  #over = false;

  constructor(body: SseBody, options: RecoveringBodyOptions) {
    this.#body = body;
    this.#options = options;
  }

  get events(): AsyncIterable<StreamEvent> {
    this.#events ??= new EventQueue(this, this.#options.dialect);
    return this.#events;
  }

  /** Whether somebody asked for parsed events. */
  get wrapped(): boolean {
    return this.#events !== undefined;
  }

  attach(sink: RegionSink): void {
    this.#sink = sink;
    this.#body.attach(this);
  }

  resume(): void {
    this.#body.resume();
  }

  abort(error: GatewayError): void {
    if (this.#over) return;
    this.#body.abort(error);
    this.#finish(error);
  }

  region(bytes: Buffer): boolean {
    if (this.#over) return true;
    const frames = this.#splice === undefined ? bytes : this.#joined(() => (this.#splice as Splice).push(bytes));
    return frames === undefined || frames.length === 0 ? true : this.#deliver(frames);
  }

  end(): void {
    if (this.#over) return;
    const frames = this.#splice === undefined ? undefined : this.#joined(() => (this.#splice as Splice).end());
    if (this.#over) return;
    if (frames !== undefined) this.#deliver(frames);
    if (this.#broken !== undefined) this.#options.told(true);
    this.#finish(undefined);
  }

  fail(error: GatewayError): void {
    if (this.#over) return;
    void this.#recover(error);
  }

  #deliver(frames: Buffer): boolean {
    this.#keptLength += frames.length;
    if (this.#keptLength > maxKept) this.#kept = undefined;
    else this.#kept?.push(frames);
    return this.#sink?.region(frames) ?? true;
  }

  /** Frames of the second stream, as far as they fit; else the first's error stands. */
  #joined(frames: () => Buffer): Buffer | undefined {
    try {
      return frames();
    } catch {
      const error = this.#broken as GatewayError;
      this.#body.abort(error);
      this.#lost(error);
      return undefined;
    }
  }

  async #recover(error: GatewayError): Promise<void> {
    const kept = this.#kept;
    const broken = this.#broken ?? error;
    if (kept === undefined || this.#recoveries === maxRecoveries) {
      this.#lost(broken);
      return;
    }
    this.#recoveries += 1;
    this.#broken = broken;
    const continuation = await this.#options.recover(Buffer.concat(kept), error, this.#body).catch(() => undefined);
    if (this.#over) {
      continuation?.body.abort(broken); // its client left meanwhile
      return;
    }
    if (continuation === undefined) {
      this.#lost(broken);
      return;
    }
    this.#body = continuation.body;
    this.#splice = continuation.splice;
    this.#body.attach(this);
  }

  #lost(error: GatewayError): void {
    if (this.#broken !== undefined) this.#options.told(false);
    this.#finish(error);
  }

  #finish(error: GatewayError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#kept = undefined;
    if (error === undefined) this.#sink?.end();
    else this.#sink?.fail(error);
  }
}
