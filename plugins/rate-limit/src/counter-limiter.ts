import type { Clock, CounterState, CounterStore } from '@express-ai-gateway/core/plugin';
import { RateLimiterRes } from 'rate-limiter-flexible';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import { BlockedKeys } from './blocked-keys.ts';

export interface CounterLimiterOptions {
  readonly counters: CounterStore;
  readonly clock: Clock;
  readonly keyPrefix: string;
  /** Per window. */
  readonly points: number;
  readonly windowMs: number;
  /** Whether a key over its limit is refused without asking the store again in its window. Only where nothing is ever given back. */
  readonly block: boolean;
  /** Counts while the store is away. */
  readonly insurance?: CounterLimiter | undefined;
  /** Told each time the store cannot count. */
  readonly failed?: ((error: unknown) => void) | undefined;
}

/**
 * Milliseconds before a window's end from which nothing is given back any more, for it would come too late. Stores tell the end by their
 * own clock, and their answer takes its time.
 */
const lateMs = 250;

/** What a limiter answers when it counted; names the limiter that did, for the store may be away now and back when points return. */
export class Counted extends RateLimiterRes {
  readonly limiter: CounterLimiter;
  /** Monotonic milliseconds. */
  readonly endsAt: number;

  constructor(limiter: CounterLimiter, { value, resetsInMs }: CounterState, changed: number, now: number) {
    super(Math.max(0, limiter.points - value), resetsInMs, value, value === changed);
    this.limiter = limiter;
    this.endsAt = now + resetsInMs;
  }
}

/** A limiter of rate-limiter-flexible whose counters are the gateway's: memory, Redis, PostgreSQL or SQLite, as the team provides it. */
export class CounterLimiter extends RateLimiterStoreAbstract<CounterState> {
  readonly #counters: CounterStore;
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #failed: ((error: unknown) => void) | undefined;

  constructor({ counters, clock, keyPrefix, points, windowMs, block, insurance, failed }: CounterLimiterOptions) {
    super({
      points,
      duration: windowMs / 1_000,
      keyPrefix,
      inMemoryBlockOnConsumed: block ? points + 1 : 0,
      ...(insurance !== undefined && { insuranceLimiter: insurance }),
    });
    this._inMemoryBlockedKeys = new BlockedKeys(clock);
    this.#counters = counters;
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#failed = failed;
  }

  /**
   * Gives points back to the window that ends at `endsAt`, and to no other: a later one would let in more than its limit. Not the
   * library's `reward`, which credits the insurance where the store is away, with what it never took.
   */
  async giveBack(key: string, points: number, endsAt: number): Promise<void> {
    if (this.#clock.monotonic() >= endsAt - Math.min(lateMs, this.#windowMs / 10)) return;
    const { resetsInMs } = await this._upsert(this.getKey(key), -points, this.#windowMs);
    const isNext = this.#clock.monotonic() + resetsInMs > endsAt + this.#windowMs / 2;
    if (isNext) await this._upsert(this.getKey(key), points, this.#windowMs);
  }

  protected override async _upsert(key: string, points: number, msDuration: number): Promise<CounterState> {
    try {
      return await this.#counters.add(key, points, msDuration);
    } catch (error) {
      this.#failed?.(error);
      throw error;
    }
  }

  protected override _getRateLimiterRes(_key: string, changedPoints: number, stored: CounterState): RateLimiterRes {
    return new Counted(this, stored, changedPoints, this.#clock.monotonic());
  }
}
