import type { Clock, Timer } from '../services/clock.ts';

/** Limits of one attempt. Milliseconds. */
export interface TimeLimits {
  /** From the request until the first byte of a streamed answer. */
  readonly firstByteMs: number;
  /** Between two bytes of an answer. */
  readonly idleMs: number;
  /** From the request to the end of the answer. */
  readonly totalMs: number;
  /** A longer wait between two bytes, asked for when the shorter one is over. */
  readonly patience?: Patience | undefined;
}

export interface Patience {
  readonly idleMs: number;
  /** Whether waiting on is all that can be done. */
  readonly when: () => boolean;
}

export interface LateReport {
  /** What did not happen in time, as in "did not …". */
  readonly what: 'begin its answer' | 'go on with its answer' | 'finish its answer';
  readonly limit: number;
}

/**
 * The three limits with one timer. A byte only notes the time; the timer, when it fires, looks whether a limit is
 * really over and else sleeps for what is left: streams pay no timer per event.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #limits: TimeLimits;
  readonly #late: (report: LateReport) => void;
  readonly #startedAt: number;
  readonly #streaming: boolean;
  #lastByteAt: number | undefined = undefined;
  #timer: Timer | undefined;
  #paused = false;
  #patient = false;

  constructor(clock: Clock, limits: TimeLimits, streaming: boolean, late: (report: LateReport) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#streaming = streaming;
    this.#late = late;
    this.#startedAt = clock.monotonic();
    const { firstByteMs, idleMs, totalMs } = limits;
    this.#arm(Math.min(streaming ? firstByteMs : totalMs, idleMs, totalMs));
  }

  /** A byte of the answer arrived. */
  byte(): void {
    this.#lastByteAt = this.#clock.monotonic();
  }

  /** While the client cannot take more, the upstream's silence is our doing. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#lastByteAt = this.#clock.monotonic();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#check());
  }

  #check(): void {
    let next = this.#next(this.#clock.monotonic());
    if (next.in <= 0 && next.report.what === 'go on with its answer' && !this.#patient && this.#limits.patience?.when() === true) {
      this.#patient = true;
      next = this.#next(this.#clock.monotonic());
    }
    if (next.in <= 0) this.#late(next.report);
    else this.#arm(next.in);
  }

  /** The limit that ends first, and in how many milliseconds. */
  #next(now: number): { readonly in: number; readonly report: LateReport } {
    const { firstByteMs, totalMs, patience } = this.#limits;
    const idleMs = this.#patient && patience !== undefined ? patience.idleMs : this.#limits.idleMs;
    const total = { in: this.#startedAt + totalMs - now, report: { what: 'finish its answer', limit: totalMs } } as const;
    if (this.#paused) return total.in > idleMs ? { in: idleMs, report: total.report } : total;
    if (this.#lastByteAt === undefined) {
      const first = { in: this.#startedAt + firstByteMs - now, report: { what: 'begin its answer', limit: firstByteMs } } as const;
      const { in: left, report } = this.#streaming && first.in < total.in ? first : total;
      return { in: Math.min(left, idleMs), report }; // looks in time to see the first byte's own silence
    }
    const idle = { in: this.#lastByteAt + idleMs - now, report: { what: 'go on with its answer', limit: idleMs } } as const;
    return idle.in < total.in ? idle : total;
  }
}
