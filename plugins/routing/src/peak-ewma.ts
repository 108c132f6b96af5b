/**
 * A moving average that jumps to a peak at once and comes down slowly (Finagle's Peak EWMA): a target that became slow is left
 * before many calls have met it. It falls towards 0 while nothing is observed, so that a target once left is tried again.
 */
export class PeakEwma {
  readonly #decayMs: number;
  #value: number | undefined = undefined;
  #at = 0;

  /** `decayMs`: in this time an observation loses all but a third of its weight. */
  constructor(decayMs: number) {
    this.#decayMs = decayMs;
  }

  observe(now: number, ms: number): void {
    const before = this.#value;
    const weight = this.#weight(now);
    this.#value = before === undefined || ms > before ? ms : before * weight + ms * (1 - weight);
    this.#at = now;
  }

  /** `undefined` until something was observed. */
  value(now: number): number | undefined {
    return this.#value === undefined ? undefined : this.#value * this.#weight(now);
  }

  #weight(now: number): number {
    return Math.exp(-Math.max(0, now - this.#at) / this.#decayMs);
  }
}
