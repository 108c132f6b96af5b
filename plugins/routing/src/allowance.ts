const minuteMs = 60_000;

/** So many in any minute, in this process: the times of the last ones are kept. */
export class Allowance {
  readonly #perMinute: number;
  #times: number[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes one, if there is one. `now`: monotonic milliseconds. */
  take(now: number): boolean {
    if (this.#times.length >= this.#perMinute) this.#times = this.#times.filter((time) => now - time < minuteMs);
    if (this.#times.length >= this.#perMinute) return false;
    this.#times.push(now);
    return true;
  }
}
