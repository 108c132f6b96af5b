import type { Clock } from '@express-ai-gateway/core/plugin';

/** Keys remembered at most. One that is forgotten is asked of the store again: that grants nothing. */
const maxKeys = 10_000;

/** Keys over their limit, until their window ends, in the form that rate-limiter-flexible asks for them; its own goes by the wall clock, which jumps. */
export class BlockedKeys {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addMs(key: string, ms: number): void {
    this.#until.delete(key);
    this.#until.set(key, this.#clock.monotonic() + ms);
    if (this.#until.size > maxKeys) for (const oldest of this.#until.keys()) return void this.#until.delete(oldest);
  }

  /** Milliseconds until the key may ask again; 0: now. */
  msBeforeExpire(key: string): number {
    const until = this.#until.get(key);
    if (until === undefined) return 0;
    const left = until - this.#clock.monotonic();
    if (left > 0) return left;
    this.#until.delete(key);
    return 0;
  }

  delete(key?: string): void {
    if (key === undefined) this.#until.clear();
    else this.#until.delete(key);
  }
}
