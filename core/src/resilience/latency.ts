import type { Clock } from '../services/clock.ts';
import { DecayingHistogram } from './decaying-histogram.ts';
import { PeakEwma } from './peak-ewma.ts';

/** How long one target takes to its first token, of late: for who chooses the fastest, and for who asks a second one after the p95. */
export class Latency {
  readonly #clock: Clock;
  readonly #average = new PeakEwma();
  readonly #histogram = new DecayingHistogram();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The first token came after `ms`, or, of an attempt that was given up, had not come by then. */
  observe(ms: number): void {
    if (!(ms >= 0)) return;
    const now = this.#clock.monotonic();
    this.#average.observe(now, ms);
    this.#histogram.observe(now, ms);
  }

  /** The peak-sensitive average; a target that nobody asks comes down to 0, so that somebody does. */
  get averageMs(): number | undefined {
    return this.#average.value(this.#clock.monotonic());
  }

  /** What 19 of 20 did not exceed, rounded up by a fifth at most; `undefined` while fewer than 20 are remembered. */
  get p95Ms(): number | undefined {
    return this.#histogram.quantile(this.#clock.monotonic(), 0.95);
  }
}
