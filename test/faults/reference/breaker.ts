/** Opens on three failures in a row, and lets one attempt through per interval until one succeeds. */
export class Breaker {
  #failures = 0;
  #refusesUntil = Number.NEGATIVE_INFINITY;
  readonly #probeMs: number;

  constructor(probeMs: number) {
    this.#probeMs = probeMs;
  }

  /** Asking takes the probe: the next one is an interval away. */
  allows(): boolean {
    if (this.#failures < 3) return true;
    if (performance.now() < this.#refusesUntil) return false;
    this.#refusesUntil = performance.now() + this.#probeMs;
    return true;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures >= 3) this.#refusesUntil = performance.now() + this.#probeMs;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
