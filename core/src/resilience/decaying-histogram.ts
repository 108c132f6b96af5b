/** Four buckets per doubling, from 1 ms to 18 minutes: what is read is true to a fifth. */
const perDoubling = 4;
const buckets = 20 * perDoubling + 1;
/** Weights grow, instead of all that was noted shrinking each time; before they leave the range of numbers all are brought down. */
const heaviest = 2 ** 40;

/** Where most durations lie, of late: counts in buckets, each worth half as much after `halfLifeMs`. Bounded, and deterministic. */
export class DecayingHistogram {
  readonly #halfLifeMs: number;
  readonly #counts = new Float64Array(buckets);
  #total = 0;
  /** When a count weighs 1. */
  #since = 0;

  constructor(halfLifeMs = 300_000) {
    this.#halfLifeMs = halfLifeMs;
  }

  observe(now: number, ms: number): void {
    if (!(ms >= 0)) return;
    if (this.#weight(now) > heaviest) this.#bringDown(now);
    const weight = this.#weight(now);
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + weight;
    this.#total += weight;
  }

  /** A duration that `share` of them do not exceed; `undefined` while too few are remembered to say so. */
  quantile(now: number, share: number): number | undefined {
    // Of fewer, not one is expected beyond. What decayed to a hair less by rounding still counts.
    if ((this.#total / this.#weight(now)) * (1 - share) < 0.999) return undefined;
    let sum = 0;
    const enough = this.#total * share * (1 - 1e-9);
    for (const [bucket, count] of this.#counts.entries()) {
      sum += count;
      if (sum >= enough) return 2 ** (bucket / perDoubling);
    }
    return 2 ** ((buckets - 1) / perDoubling);
  }

  #weight(now: number): number {
    return 2 ** ((now - this.#since) / this.#halfLifeMs);
  }

  #bringDown(now: number): void {
    const factor = 1 / this.#weight(now);
    this.#total = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      this.#counts[bucket] = count * factor;
      this.#total += count * factor;
    }
    this.#since = now;
  }
}

/** Bucket `n` holds what is above `2 ** ((n - 1) / perDoubling)` up to `2 ** (n / perDoubling)`. */
function bucketOf(ms: number): number {
  return Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log2(ms) * perDoubling)));
}
