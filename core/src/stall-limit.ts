import { gatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Outbound } from './inbound.ts';
import type { Timer } from './services/clock.ts';

/** Disconnects a client that takes nothing of its answer for so long: it holds memory and an upstream for nothing. */
export class StallLimit {
  readonly #exchange: Exchange;
  readonly #outbound: Outbound;
  readonly #ms: number;
  #timer: Timer | undefined = undefined;

  constructor(exchange: Exchange, outbound: Outbound, ms: number) {
    this.#exchange = exchange;
    this.#outbound = outbound;
    this.#ms = ms;
  }

  /** Something waits for the client. */
  arm(): void {
    this.#timer ??= this.#exchange.clock.after(this.#ms, () => this.#over());
  }

  /** The client took something, or nothing waits any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #over(): void {
    this.#timer = undefined;
    // Behind the answer to an earlier request it is not the client who keeps this one waiting.
    if (this.#outbound.queued) {
      this.arm();
      return;
    }
    const error = gatewayError('GW_CLIENT_STALLED');
    this.#exchange.error = error;
    this.#exchange.abort(error);
    this.#outbound.cut(Buffer.alloc(0));
  }
}

/** Resolves once the client has the whole answer that was handed over (`true`), or is gone or disconnected (`false`). */
export function taken(exchange: Exchange, outbound: Outbound, stallMs: number): Promise<boolean> {
  // Most answers are out by now, and cost no timer.
  return outbound.waiting ? takenInTime(exchange, outbound, stallMs) : outbound.closed;
}

async function takenInTime(exchange: Exchange, outbound: Outbound, stallMs: number): Promise<boolean> {
  const stall = new StallLimit(exchange, outbound, stallMs);
  stall.arm();
  outbound.onDrain(() => {
    stall.stop();
    stall.arm();
  });
  try {
    return await outbound.closed;
  } finally {
    stall.stop();
  }
}
