import { PeakEwma } from '@express-ai-gateway/core/plugin';
import { BoundedMap } from './bounded-map.ts';
import type { InFlight } from './in-flight.ts';

/** What a target costs while its first attempt is still out: nobody sends it a second one before it has answered once. */
const untriedMs = 1_000_000;

/** How long targets take to answer: to the first content of a stream, or to the whole of another answer. */
export class LatencyTable {
  readonly #averages = new BoundedMap<PeakEwma>();
  readonly #inFlight: InFlight;
  readonly #decayMs: number;

  constructor(inFlight: InFlight, decayMs: number) {
    this.#inFlight = inFlight;
    this.#decayMs = decayMs;
  }

  observe(target: string, streamed: boolean, now: number, ms: number): void {
    const key = keyOf(target, streamed);
    const average = this.#averages.get(key) ?? new PeakEwma(this.#decayMs);
    average.observe(now, ms);
    this.#averages.set(key, average);
  }

  /** Something is known only when it is bad: an attempt that failed, or one whose client would not wait longer. */
  observeAtLeast(target: string, streamed: boolean, now: number, ms: number): void {
    if (ms > (this.#averages.get(keyOf(target, streamed))?.value(now) ?? 0)) this.observe(target, streamed, now, ms);
  }

  /** Milliseconds expected, times the attempts that would be under way. Nothing known and nothing under way: 0, try it. */
  cost(target: string, streamed: boolean, now: number): number {
    const busy = this.#inFlight.of(target);
    const known = this.#averages.get(keyOf(target, streamed))?.value(now);
    if (known === undefined) return busy === 0 ? 0 : untriedMs + busy;
    return known * (busy + 1);
  }
}

function keyOf(target: string, streamed: boolean): string {
  return `${streamed ? 'stream' : 'whole'} ${target}`;
}
