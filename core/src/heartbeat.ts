import { headList } from './answer-head.ts';
import type { Exchange } from './exchange.ts';
import type { Outbound } from './inbound.ts';
import type { Timer } from './services/clock.ts';

/**
 * Comments for a client whose stream is silent: SDKs and proxies give up on connections that say nothing. The first one
 * sends the head; from then on errors can only be told inside the stream. One timer that looks at a note of the last
 * write, so that events cost nothing.
 */
export class Heartbeat {
  readonly #exchange: Exchange;
  readonly #outbound: Outbound;
  readonly #intervalMs: number;
  #lastWriteAt = 0;
  #timer: Timer | undefined = undefined;

  constructor(exchange: Exchange, outbound: Outbound, intervalMs: number) {
    this.#exchange = exchange;
    this.#outbound = outbound;
    this.#intervalMs = intervalMs;
  }

  /** Begins for calls that stream; others are not touched. */
  start(): void {
    const call = this.#exchange.call;
    if (call === undefined || !call.stream || call.format.stream === undefined) return;
    this.#lastWriteAt = this.#exchange.clock.monotonic();
    this.#arm(this.#intervalMs);
  }

  /** The client got something. */
  wrote(): void {
    if (this.#timer !== undefined) this.#lastWriteAt = this.#exchange.clock.monotonic();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#exchange.clock.after(ms, () => this.#beat());
  }

  #beat(): void {
    const silentFor = this.#exchange.clock.monotonic() - this.#lastWriteAt;
    if (silentFor < this.#intervalMs) {
      this.#arm(this.#intervalMs - silentFor);
      return;
    }
    const stream = this.#exchange.call?.format.stream;
    if (stream === undefined || this.#exchange.aborted !== undefined) return;
    if (!this.#outbound.started) {
      this.#exchange.statusSent = 200;
      this.#outbound.start(200, headList(this.#exchange, {}, stream.contentType, undefined));
    }
    const comment = Buffer.from(stream.heartbeat);
    this.#exchange.bytesOut += comment.length;
    this.#outbound.write(comment);
    this.#lastWriteAt = this.#exchange.clock.monotonic();
    this.#arm(this.#intervalMs);
  }
}
