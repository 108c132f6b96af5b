import type { EventObserver } from '../context.ts';
import type { StreamDialect, StreamObserver } from '../dialects/dialect.ts';
import { RegionScan } from '../dialects/region-scan.ts';
import { FrameSplitter } from '../dialects/sse.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { StreamEvent } from '../model/events.ts';
import type { JsonObject } from '../model/json.ts';
import type { StreamBody } from '../model/response.ts';
import { EventQueue } from './event-queue.ts';
import type { RegionSink, RegionSource } from './regions.ts';
import type { ByteSink, ByteSource } from './reply.ts';
import type { StreamTranslation } from './stream-translation.ts';
import { reportedError } from './upstream-errors.ts';

export interface StreamTranslationOptions {
  readonly stages: StreamTranslation;
  readonly to: StreamDialect;
  /** Of the whole stream: formats that say everything again at their end hold it until then. */
  readonly maxBytes: number;
}

export interface SseBodyOptions {
  /** The upstream's. */
  readonly dialect: StreamDialect;
  /** Into the client's dialect, where that is another; whoever looks at events sees the client's. */
  readonly translation?: StreamTranslationOptions | undefined;
  /** Leave out what the gateway's own request for usage added. */
  readonly stripUsage: boolean;
  /** The request that the stream answers. */
  readonly request: JsonObject;
  readonly maxEventBytes: number;
  readonly now: () => number;
  /** An event that is not JSON was left out: the so-manieth of this stream. */
  readonly onBadEvent?: (count: number) => void;
  /** The stream is over, with its error if it broke. */
  readonly onOver: (error: GatewayError | undefined) => void;
}

/** After the dialect's last event an upstream has this long to close its answer. Milliseconds. */
const lingerMs = 1_000;

/** What follows the end of all content: usage, where it comes at all, and the last event. Milliseconds. */
const usageMs = 3_000;
const lastEventMs = 500;

/** Regions kept before somebody takes them; then the upstream waits. */
const maxPending = 64 * 1024;

/**
 * An upstream's event stream. Bytes pass a light scanner (usage, finish, errors, content) and leave as regions of whole
 * frames, untouched but for what the gateway itself asked for. Parsed events exist only for who iterates `events` or
 * taps.
 */
export class SseBody implements StreamBody, ByteSink, RegionSource {
  readonly kind = 'stream';
  readonly observer: StreamObserver;
  firstContentAt: number | undefined = undefined;

  readonly #reply: ByteSource;
  readonly #options: SseBodyOptions;
  readonly #splitter: FrameSplitter;
  readonly #scan: RegionScan;
  readonly #taps: EventObserver[] = [];
  #sink: RegionSink | undefined = undefined;
  #pending: Buffer[] = [];
  #pendingLength = 0;
  #translatedBytes = 0;
  #onContent: (() => void) | undefined = undefined;
  #over = false;
  #error: GatewayError | undefined = undefined;
  #events: EventQueue | undefined = undefined;
  #soon: { readonly ms: number; readonly timer: NodeJS.Timeout } | undefined = undefined;
  /** Whether the upstream waits for a reader. */
  #paused = false;

  constructor(reply: ByteSource, options: SseBodyOptions) {
    this.#reply = reply;
    this.#options = options;
    this.observer = options.dialect.observe(options);
    this.#splitter = new FrameSplitter(options.maxEventBytes);
    const { dialect, onBadEvent } = options;
    this.#scan = new RegionScan({ observer: this.observer, splitter: this.#splitter, dialect, onBadEvent });
  }

  /** Takes the bytes, those that came with the head at once: by now everybody listens who wants to. */
  open(): void {
    this.#reply.attach(this);
  }

  /** Resolves when content arrived or the stream is over: until then another target may still be asked. */
  async content(): Promise<void> {
    if (!this.observer.content && !this.#over && this.#pendingLength <= maxPending)
      await new Promise<void>((resolve) => {
        this.#onContent = resolve;
      });
    if (this.#error !== undefined && !this.observer.content) throw this.#error;
  }

  /** The parsed events, for wrapping. Reading them gives up raw pass-through. */
  get events(): AsyncIterable<StreamEvent> {
    this.#events ??= new EventQueue(this, this.#seen);
    return this.#events;
  }

  /** What the client, and whoever looks at its events, reads. */
  get #seen(): StreamDialect {
    return this.#options.translation?.to ?? this.#options.dialect;
  }

  /** Whether the last event came, or will never come. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether somebody asked for parsed events. */
  get wrapped(): boolean {
    return this.#events !== undefined;
  }

  tap(observer: EventObserver): void {
    this.#taps.push(observer);
  }

  /** Hands the frames over, those that already came first. */
  attach(sink: RegionSink): void {
    this.#sink = sink;
    const pending = this.#pending;
    this.#pending = [];
    let open = true;
    for (const region of pending) open = sink.region(region) && open;
    if (this.#over) this.#finishSink();
    else if (!open) this.#pause();
    else if (this.#pendingLength > maxPending) this.resume();
    this.#pendingLength = 0;
  }

  /** The sink can take more. */
  resume(): void {
    if (this.#over) return;
    this.#paused = false;
    this.#reply.resume();
    if (this.observer.complete) this.#endSoon();
  }

  /** What has not come by then is our own doing. */
  #pause(): void {
    this.#paused = true;
    clearTimeout(this.#soon?.timer);
    this.#soon = undefined;
    this.#reply.pause();
  }

  /** Nobody wants the rest. */
  abort(error: GatewayError): void {
    if (this.#over) return;
    this.#reply.abort(error);
    this.fail(error); // a reply that had all its bytes already says nothing
  }

  data(chunk: Buffer): void {
    if (this.#over) return;
    let whole = false;
    try {
      whole = this.#splitter.push(chunk);
    } catch (cause) {
      const details = { what: 'a stream event', limit: this.#options.maxEventBytes };
      this.abort(gatewayError('GW_UPSTREAM_TOO_LARGE', { details, cause }));
    }
    if (whole) this.#pass(this.#splitter.bytes, this.#splitter.text);
  }

  end(): void {
    if (this.#over) return;
    const rest = this.#splitter.rest();
    // A last event without its blank line counts when it is whole; half an event must not reach the client.
    if (rest.at(-1) === 0x0a || rest.at(-1) === 0x0d) this.#passLast();
    if (this.#over) return;
    this.#finish(this.observer.complete ? undefined : gatewayError('GW_UPSTREAM_TRUNCATED'));
  }

  fail(error: GatewayError): void {
    if (this.#over) return;
    // Nothing is missing from a stream that broke off after its end; what it was asked to report of usage belongs to it.
    const whole = this.observer.complete && this.observer.usage() !== undefined && error.code === 'GW_UPSTREAM_TRUNCATED';
    this.#finish(whole ? undefined : error);
  }

  /** What follows an event without its blank line, an error or held text, must not become part of it. */
  #passLast(): void {
    const { text } = this.#splitter;
    const lineEnd = text.endsWith('\r\n') ? '\r\n' : text.slice(-1);
    if (this.wrapped || this.#options.translation !== undefined) {
      this.#splitter.complete(lineEnd);
      this.#pass(this.#splitter.bytes, this.#splitter.text);
    } else {
      this.#pass(this.#splitter.bytes, text);
      if (!this.#over && !this.observer.complete) this.#deliver(Buffer.from(lineEnd));
    }
  }

  /** Looks at each frame, and passes on what is to be passed on. */
  #pass(bytes: Buffer, text: string): void {
    let region: Buffer;
    try {
      region = this.#translated(this.#scan.push(bytes, text));
    } catch (cause) {
      // A reader of ours that fails on what a provider sent must not take the process with it.
      this.abort(unreadable(cause));
      return;
    }
    if (region.length > 0) this.#deliver(region);
    if (this.observer.error !== undefined) this.abort(reportedError(this.observer.error));
    else if (this.#scan.spoilt) this.abort(badResponse('events that are not JSON'));
    else if (this.observer.done) this.#endEarly();
    else if (this.observer.complete) this.#endSoon();
    if (this.observer.content && this.firstContentAt === undefined) {
      this.firstContentAt = this.#options.now();
      this.#onContent?.();
    }
  }

  #translated(region: Buffer): Buffer {
    const { translation } = this.#options;
    if (translation === undefined || region.length === 0) return region;
    this.#translatedBytes += region.length;
    if (this.#translatedBytes > translation.maxBytes)
      throw gatewayError('GW_UPSTREAM_TOO_LARGE', { details: { what: 'a stream to translate', limit: translation.maxBytes } });
    return translation.stages.push(region);
  }

  #deliver(region: Buffer): void {
    for (const tap of this.#taps) for (const event of eventsOf(region, this.#seen)) tap(event);
    if (this.#sink !== undefined) {
      if (!this.#sink.region(region) && !this.#reply.over) this.#pause();
      return;
    }
    this.#pending.push(region);
    this.#pendingLength += region.length;
    if (this.#pendingLength <= maxPending) return;
    // So much without content: nobody waits for it any longer.
    this.#onContent?.();
    this.#pause();
  }

  /** The last event came: the client is done, the upstream gets a moment to close so that its socket can be used again. */
  #endEarly(): void {
    this.#finish(undefined);
    if (this.#reply.over) return;
    const timer = setTimeout(() => this.#reply.abort(gatewayError('GW_UPSTREAM_TRUNCATED')), lingerMs);
    timer.unref();
    this.#reply.attach({ data: () => {}, end: () => clearTimeout(timer), fail: () => clearTimeout(timer) });
    // A reader that is behind paused it with the last events; its end must be heard for the socket to be used again.
    this.#reply.resume();
  }

  /** Nothing is missing but the last event, which some never send, nor close: the client does not wait for it. */
  #endSoon(): void {
    const ms = this.observer.usage() === undefined ? usageMs : lastEventMs;
    if (this.#paused || this.#over || this.#soon?.ms === ms) return;
    clearTimeout(this.#soon?.timer);
    const timer = setTimeout(() => {
      this.#finish(undefined);
      this.#reply.abort(gatewayError('GW_UPSTREAM_TRUNCATED'));
    }, ms);
    timer.unref();
    this.#soon = { ms, timer };
  }

  #finish(problem: GatewayError | undefined): void {
    const error = problem ?? this.#endTranslation();
    this.#over = true;
    clearTimeout(this.#soon?.timer);
    this.#error = error;
    this.#options.onOver(error);
    this.#onContent?.();
    if (this.#sink !== undefined) this.#finishSink();
  }

  /** The client's last events. A stream that broke off has none: nothing may look like a clean end. */
  #endTranslation(): GatewayError | undefined {
    const { translation } = this.#options;
    if (translation === undefined) return undefined;
    try {
      this.#deliver(translation.stages.end());
      return undefined;
    } catch (cause) {
      return unreadable(cause);
    }
  }

  #finishSink(): void {
    if (this.#error === undefined) this.#sink?.end();
    else this.#sink?.fail(this.#error);
  }
}

function unreadable(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return badResponse('an event that cannot be read', cause);
}

function badResponse(what: string, cause?: unknown): GatewayError {
  return gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what }, cause });
}
