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
  /** Whether a key over its limit is refused without asking the store again in its window. Not for what may be given back. */
  readonly block: boolean;
  /** Counts while the store is away. */
  readonly insurance?: CounterLimiter | undefined;
  /** Told each time the store cannot count. */
  readonly failed?: ((error: unknown) => void) | undefined;
}

/** What a limiter answers when it counted; names the limiter that did, for the store may be away now and back when points return. */
export class Counted extends RateLimiterRes {
  readonly limiter: CounterLimiter;

  constructor(limiter: CounterLimiter, { value, resetsInMs }: CounterState, changed: number) {
    super(Math.max(0, limiter.points - value), resetsInMs, value, value === changed);
    this.limiter = limiter;
  }
}

/** A limiter of rate-limiter-flexible whose counters are the gateway's: memory, Redis, PostgreSQL or SQLite, as the team provides it. */
export class CounterLimiter extends RateLimiterStoreAbstract<CounterState> {
  readonly #counters: CounterStore;
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
    this.#failed = failed;
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
    return new Counted(this, stored, changedPoints);
  }
}
