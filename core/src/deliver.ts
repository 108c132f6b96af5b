import { headList } from './answer-head.ts';
import type { StreamDialect } from './dialects/dialect.ts';
import { eventsOf } from './dialects/sse-event.ts';
import { GatewayError, gatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { CarriedBody } from './handoff/carried-body.ts';
import { deliverCarried } from './handoff/delivery.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Outbound } from './inbound.ts';
import type { StreamEvent } from './model/events.ts';
import type { GatewayResponse, JsonBody, StreamBody } from './model/response.ts';
import { errorFields } from './services/logger.ts';
import { StallLimit } from './stall-limit.ts';
import { RecoveringBody } from './upstream/recovering-body.ts';
import type { RegionSink } from './upstream/regions.ts';
import { SseBody } from './upstream/sse-body.ts';

/** Milliseconds. */
export interface DeliveryLimits {
  /** That a client may take nothing. */
  readonly stallMs: number;
  /** For all events of a plugin's; those of an upstream have limits of their own. */
  readonly totalMs: number;
}

/**
 * Writes the exchange's response to the client. Rejects when it breaks before its head is out, for another can be sent
 * then; what breaks later is written into the stream, and the stream is cut.
 */
export async function deliver(exchange: Exchange, outbound: Outbound, heartbeat: Heartbeat, limits: DeliveryLimits): Promise<void> {
  if (exchange.aborted !== undefined) return;
  const response = exchange.response as GatewayResponse;
  const stream = exchange.call?.format.stream;
  if (response.body.kind === 'json') {
    heartbeat.stop();
    if (!outbound.started) sendWhole(exchange, outbound, response, response.body);
    else breakStream(exchange, outbound, stream as StreamDialect, exchange.error ?? gatewayError('GW_INTERNAL'));
    return;
  }
  if (response.body.kind === 'opaque') {
    if (!(response.body instanceof CarriedBody)) throw new TypeError('An opaque body is made by a handoff.');
    return deliverCarried(exchange, outbound, response, response.body, limits.stallMs);
  }
  if (stream === undefined) throw new TypeError('A streamed response needs a dialect that streams.');
  const writer = new StreamWriter(exchange, outbound, response, stream, heartbeat, limits);
  if ((response.body instanceof SseBody || response.body instanceof RecoveringBody) && !response.body.wrapped)
    await writer.raw(response.body);
  else await writer.events(response.body);
}

function sendWhole(exchange: Exchange, outbound: Outbound, response: GatewayResponse, body: JsonBody): void {
  const bytes = body.bytes();
  if (!Buffer.isBuffer(bytes)) throw new TypeError('A body gives its bytes as a Buffer.'); // anything else would be written as something else
  exchange.bytesOut = bytes.length;
  exchange.statusSent = response.status;
  outbound.send(response.status, headList(exchange, response.headers, 'application/json; charset=utf-8', bytes.length), bytes);
}

/** One error event in the client's dialect, then the end of the connection. */
function breakStream(exchange: Exchange, outbound: Outbound, dialect: StreamDialect, error: GatewayError): void {
  exchange.error = error;
  const frame = Buffer.from(dialect.errorFrame(error, exchange.id));
  exchange.bytesOut += frame.length;
  outbound.cut(frame);
}

/** Writes a stream with backpressure: the upstream goes as fast as the client reads, and no faster. */
class StreamWriter {
  readonly #exchange: Exchange;
  readonly #outbound: Outbound;
  readonly #response: GatewayResponse;
  readonly #dialect: StreamDialect;
  readonly #heartbeat: Heartbeat;
  readonly #totalMs: number;
  readonly #stall: StallLimit;
  #onDrain: (() => void) | undefined = undefined;
  #leave: ((reason: GatewayError) => void) | undefined = undefined;
  /** Set once the events took too long. */
  #late: GatewayError | undefined = undefined;

  constructor(
    exchange: Exchange,
    outbound: Outbound,
    response: GatewayResponse,
    dialect: StreamDialect,
    heartbeat: Heartbeat,
    limits: DeliveryLimits,
  ) {
    this.#exchange = exchange;
    this.#outbound = outbound;
    this.#response = response;
    this.#dialect = dialect;
    this.#heartbeat = heartbeat;
    this.#totalMs = limits.totalMs;
    this.#stall = new StallLimit(exchange, outbound, limits.stallMs);
  }

  /** Whole frames as the upstream sent them. */
  raw(body: SseBody | RecoveringBody): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#release();
        resolve();
      };
      this.#watchDrain(() => body.resume());
      this.#begin();
      const sink: RegionSink = {
        region: (bytes) => {
          if (this.#exchange.hasTaps) for (const event of eventsOf(bytes, this.#dialect)) this.#show(event);
          return this.#write(bytes);
        },
        end: () => {
          if (this.#exchange.aborted === undefined) this.#outbound.end();
          done();
        },
        fail: (error) => {
          if (this.#exchange.aborted === undefined) breakStream(this.#exchange, this.#outbound, this.#dialect, error);
          done();
        },
      };
      body.attach(sink);
    });
  }

  /** Events as plugins made or wrapped them. */
  async events(body: StreamBody): Promise<void> {
    let wake: (() => void) | undefined;
    this.#watchDrain(() => wake?.());
    const iterator = body.events[Symbol.asyncIterator]();
    const stopWatching = this.#exchange.onAbort((reason) => {
      this.#leave?.(reason);
      wake?.();
    });
    const limit = this.#exchange.clock.after(this.#totalMs, () => {
      this.#late = gatewayError('GW_HOOK_TIMEOUT');
      this.#leave?.(this.#late);
    });
    try {
      for (;;) {
        const next = await this.#nextUnlessStopped(iterator);
        if (next.done) break;
        // The head goes out with the first event: a generator that fails before it still gets a proper error.
        this.#begin();
        if (this.#exchange.hasTaps) this.#show(next.value);
        if (this.#write(Buffer.from(next.value.raw)) || this.#exchange.stopped !== undefined) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      this.#begin();
      if (this.#exchange.aborted === undefined) this.#outbound.end();
    } catch (error) {
      this.#failed(error);
    } finally {
      stopWatching();
      limit.cancel();
      this.#release();
      void endIterator(iterator);
    }
  }

  /** The next event; rejects at once when the client leaves, the gateway ends or time is over. (Racing would leak per event.) */
  #nextUnlessStopped(iterator: AsyncIterator<StreamEvent>): Promise<IteratorResult<StreamEvent>> {
    return new Promise((resolve, reject) => {
      this.#leave = reject;
      const stopped = this.#exchange.stopped ?? this.#late;
      if (stopped !== undefined) reject(stopped);
      else iterator.next().then(resolve, reject);
    });
  }

  #failed(error: unknown): void {
    const { aborted } = this.#exchange;
    if (aborted !== undefined) return;
    if (!(error instanceof GatewayError))
      this.#exchange.logger.log('error', 'A wrapped stream failed.', { exchange: this.#exchange.id, ...errorFields(error) });
    const told = error instanceof GatewayError ? error : gatewayError('GW_HOOK_FAILED', { cause: error });
    if (!this.#outbound.started) throw told;
    breakStream(this.#exchange, this.#outbound, this.#dialect, told);
  }

  #begin(): void {
    if (this.#outbound.started) return;
    this.#exchange.statusSent = this.#response.status;
    this.#outbound.start(this.#response.status, headList(this.#exchange, this.#response.headers, this.#dialect.contentType, undefined));
  }

  #show(event: StreamEvent): void {
    for (const tap of this.#exchange.taps) tap(event);
  }

  #write(bytes: Buffer): boolean {
    if (this.#exchange.aborted !== undefined) return true;
    this.#exchange.bytesOut += bytes.length;
    this.#heartbeat.wrote();
    const open = this.#outbound.write(bytes);
    if (!open) this.#stall.arm();
    return open;
  }

  #watchDrain(resume: () => void): void {
    this.#onDrain = resume;
    this.#outbound.onDrain(() => {
      this.#stall.stop();
      this.#onDrain?.();
    });
  }

  #release(): void {
    this.#stall.stop();
    this.#onDrain = undefined;
    this.#heartbeat.stop();
  }
}

/** A plugin's iterator may end as badly as it ran. */
async function endIterator(iterator: AsyncIterator<StreamEvent>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Its stream is over: nobody could do anything about it.
  }
}
