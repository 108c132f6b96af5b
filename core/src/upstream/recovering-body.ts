import type { StreamDialect } from '../dialects/dialect.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import { Gathered } from '../gathered.ts';
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
  /** How to get a stream that goes on after what was delivered; `undefined`: nobody can be asked for one. */
  readonly recover: (delivered: Buffer, error: GatewayError) => (() => Promise<Continuation>) | undefined;
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
  #kept: Gathered | undefined = new Gathered();
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
    this.#finish(error); // first: what is given up must not look like another break
    this.#body.abort(error);
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
    this.#kept?.add(frames);
    if ((this.#kept?.length ?? 0) > maxKept) this.#kept = undefined;
    return this.#sink?.region(frames) ?? true;
  }

  /** Frames of the second stream, as far as they fit; else the first's error stands. */
  #joined(frames: () => Buffer): Buffer | undefined {
    try {
      return frames();
    } catch {
      this.#lost(this.#broken as GatewayError); // first, as above
      this.#body.abort(gatewayError('GW_RECOVERY_UNFIT'));
      return undefined;
    }
  }

  /** Whether another stream could go on with what was delivered so far. */
  get recoverable(): boolean {
    return this.#way(gatewayError('GW_UPSTREAM_TRUNCATED')) !== undefined;
  }

  #way(error: GatewayError): (() => Promise<Continuation>) | undefined {
    return this.#kept === undefined || this.#recoveries === maxRecoveries ? undefined : this.#options.recover(this.#kept.whole(), error);
  }

  async #recover(error: GatewayError): Promise<void> {
    const told = this.#broken ?? error;
    const way = this.#way(error);
    if (way === undefined) {
      this.#lost(told);
      return;
    }
    this.#recoveries += 1;
    this.#broken = told;
    const continuation = await way().catch(() => undefined);
    if (continuation === undefined) this.#lost(told);
    else if (this.#over)
      continuation.body.abort(gatewayError('GW_CLIENT_CLOSED')); // its client left meanwhile
    else this.#goOn(continuation);
  }

  #goOn({ body, splice }: Continuation): void {
    this.#body = body;
    this.#splice = splice;
    body.attach(this);
  }

  #lost(error: GatewayError): void {
    if (this.#over) return;
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
