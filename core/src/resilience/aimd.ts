/** How many calls may be under way at a target. */
export interface ConcurrencyLimit {
  readonly current: number;
  /** Counts the limit's cuts: what was admitted before the last one says nothing of it. */
  readonly round: number;
  /** A call was served while `inFlight` were under way, itself among them. */
  served(inFlight: number): void;
  /** The target said that it has too much to do, to a call that was admitted in `round`. */
  overloaded(round: number): void;
}

export function fixedLimit(current: number): ConcurrencyLimit {
  return { current, round: 0, served: () => undefined, overloaded: () => undefined };
}

export interface AimdOptions {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** What is left of the limit after a cut. */
  readonly cut: number;
}

export const aimdDefaults: AimdOptions = Object.freeze({ initial: 64, min: 1, max: 1_024, cut: 0.7 });

/**
 * Additive increase, multiplicative decrease: as TCP finds its window, on the target's own word that it is overloaded (429, 529).
 * Not on latency, as Netflix's gradient limits: how long a model takes depends on the prompt, its cached part and the length of the
 * answer, by a factor of a hundred, so that a few long prompts look like a queue. And a provider over its limit says so.
 */
export class Aimd implements ConcurrencyLimit {
  readonly #options: AimdOptions;
  #limit: number;
  #round = 0;

  constructor(options: Partial<AimdOptions> = {}) {
    this.#options = { ...aimdDefaults, ...options };
    this.#limit = this.#options.initial;
  }

  get current(): number {
    return Math.floor(this.#limit);
  }

  get round(): number {
    return this.#round;
  }

  /** Grows by the number of calls served until the first cut, afterwards by one per limit; only while half of it is used. */
  served(inFlight: number): void {
    if (inFlight * 2 < this.current) return;
    this.#limit = Math.min(this.#options.max, this.#limit + (this.#round === 0 ? 1 : 1 / this.#limit));
  }

  /** One cut per round, however many calls were refused together. */
  overloaded(round: number): void {
    if (round !== this.#round) return;
    this.#round += 1;
    this.#limit = Math.max(this.#options.min, this.#limit * this.#options.cut);
  }
}
