import { type GatewayError, gatewayError } from '../errors.ts';
import type { Clock, Timer } from '../services/clock.ts';

/** Milliseconds. */
export interface HandoffLimits {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Whose turn it is to say something: nobody's while a client takes its time to read, for that has a limit of its own. */
export type Turn = 'client' | 'upstream' | 'nobody';

/** Idle and total limit of a transfer, with one timer: a byte only notes the time. */
export class HandoffDeadline {
  readonly #clock: Clock;
  readonly #limits: HandoffLimits;
  readonly #turn: () => Turn;
  readonly #late: (error: GatewayError) => void;
  readonly #startedAt: number;
  #lastByteAt: number;
  #answering = false;
  #timer: Timer | undefined = undefined;

  constructor(clock: Clock, limits: HandoffLimits, turn: () => Turn, late: (error: GatewayError) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#turn = turn;
    this.#late = late;
    this.#startedAt = clock.monotonic();
    this.#lastByteAt = this.#startedAt;
    this.#arm(Math.min(limits.idleMs, limits.totalMs));
  }

  /** A byte passed, in whatever direction. */
  byte(): void {
    this.#lastByteAt = this.#clock.monotonic();
  }

  /** The answer has begun. */
  answering(): void {
    this.#answering = true;
    this.byte();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#check());
  }

  #check(): void {
    const { idleMs, totalMs } = this.#limits;
    const now = this.#clock.monotonic();
    const turn = this.#turn();
    const total = this.#startedAt + totalMs - now;
    const idle = (turn === 'nobody' ? now : this.#lastByteAt) + idleMs - now;
    if (total > 0 && idle > 0) this.#arm(Math.min(total, idle));
    else
      this.#late(
        turn === 'client' ? gatewayError('GW_BODY_TIMEOUT', { details: { limit: total > 0 ? idleMs : totalMs } }) : this.#slow(total),
      );
  }

  #slow(total: number): GatewayError {
    const { idleMs, totalMs } = this.#limits;
    if (total <= 0) return gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what: 'finish its answer', limit: totalMs } });
    const what = this.#answering ? 'go on with its answer' : 'begin its answer';
    return gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what, limit: idleMs } });
  }
}
