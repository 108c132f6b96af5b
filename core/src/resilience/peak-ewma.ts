/**
 * A moving average that jumps to a peak at once and comes down slowly (Finagle's Peak EWMA): a target that became slow is left
 * before many calls have met it, and tried again as time passes without one.
 */
export class PeakEwma {
  /** Time in which what was seen loses all but a third of its weight. */
  readonly #decayMs: number;
  #value: number | undefined = undefined;
  #at = 0;

  constructor(decayMs = 10_000) {
    this.#decayMs = decayMs;
  }

  observe(now: number, ms: number): void {
    const before = this.#value;
    const weight = this.#weight(now);
    this.#value = before === undefined || ms > before ? ms : before * weight + ms * (1 - weight);
    this.#at = now;
  }

  /** Falls towards 0 while nothing is observed; `undefined` until something was. */
  value(now: number): number | undefined {
    return this.#value === undefined ? undefined : this.#value * this.#weight(now);
  }

  #weight(now: number): number {
    return Math.exp(-Math.max(0, now - this.#at) / this.#decayMs);
  }
}
