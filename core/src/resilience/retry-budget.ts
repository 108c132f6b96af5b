import type { Clock } from '../services/clock.ts';
import { RollingRatio } from './rolling-ratio.ts';

export interface RetryBudgetOptions {
  /** Retries per request. */
  readonly ratio: number;
  /** Retries within the window that are always allowed: with little traffic a share is nothing. */
  readonly minimum: number;
  readonly windowMs: number;
}

export const retryBudgetDefaults: RetryBudgetOptions = Object.freeze({ ratio: 0.1, minimum: 3, windowMs: 10_000 });

/**
 * Bounds what retries add to the traffic of one target. Retries multiply where everything fails: three attempts per layer are
 * threefold load on what is already down. The bound is a share of traffic, as in Finagle and Envoy, and not a number per request.
 */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #options: RetryBudgetOptions;
  /** Of all requests, the retries they had. */
  readonly #window: RollingRatio;

  constructor(clock: Clock, options: Partial<RetryBudgetOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...retryBudgetDefaults, ...options };
    this.#window = new RollingRatio(this.#options.windowMs);
  }

  /** A first attempt. */
  requested(): void {
    this.#window.add(this.#clock.monotonic(), false);
  }

  /** Takes one retry out of the budget, if there is one. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const { all, part } = this.#window.passTo(now);
    const { ratio, minimum } = this.#options;
    if (part + 1 > Math.max(minimum, ratio * all)) return false;
    this.#window.addPart(now);
    return true;
  }
}
