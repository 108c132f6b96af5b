import type { BreakerNews } from '../services/breaker-share.ts';
import type { Clock } from '../services/clock.ts';
import { Aimd, fixedLimit } from './aimd.ts';
import type { Admission, BreakerOptions } from './breaker.ts';
import { Breakers, type BreakersListener, type Order, type TargetHealth } from './breakers.ts';
import { Latency } from './latency.ts';
import { LoadLimit } from './load-limit.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Settings, TargetSettings } from './settings.ts';

/** What is remembered of one target. */
export interface TargetState {
  readonly load: LoadLimit;
  /** To a stream's first content, and to a whole answer: two things. */
  readonly streams: Latency;
  readonly wholes: Latency;
  readonly retries: RetryBudget;
  /** Milliseconds that a call may wait for its turn. */
  readonly queueMs: number;
}

export interface TargetReport extends TargetHealth {
  /** Calls under way, how many may be, and how many wait. */
  readonly inFlight: number;
  readonly limit: number;
  readonly waiting: number;
  /** Milliseconds to the first token: the average of late, and what 19 of 20 did not exceed. */
  readonly firstTokenMs: number | undefined;
  readonly p95FirstTokenMs: number | undefined;
}

export interface TargetStatesOptions {
  readonly settings: Settings;
  /** Most calls under way at a target whose limit is found out. */
  readonly connections: number;
  /** Of breakers, by what happened here. */
  readonly changed: BreakersListener;
  /** Targets that the config names: they are never forgotten for others that clients make up. */
  readonly configured?: ReadonlySet<string>;
}

/** Targets remembered; clients may name models of a provider freely. */
const maxTargets = 1_000;

/** A breaker that never opens. */
const never: Partial<BreakerOptions> = { consecutive: Number.POSITIVE_INFINITY, calls: Number.POSITIVE_INFINITY };

/** How the targets of one gateway do: breakers, load, latency, the budget of retries. Everything by the target's id. */
export class TargetStates {
  readonly #clock: Clock;
  readonly #options: TargetStatesOptions;
  readonly #breakers: Breakers;
  readonly #states = new Map<string, TargetState>();
  /** What changes now another process has told. */
  #hearing = false;

  constructor(clock: Clock, options: TargetStatesOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#breakers = new Breakers(
      clock,
      { targets: maxTargets },
      (change) => {
        if (!this.#hearing) options.changed(change);
      },
      (target) => {
        const { breaker } = options.settings.target(target);
        return breaker === false ? never : breaker;
      },
      options.configured,
    );
  }

  of(target: string): TargetState {
    const known = this.#states.get(target);
    if (known !== undefined) return known;
    const state = this.#made(this.#options.settings.target(target));
    if (this.#states.size >= maxTargets) this.#forgetOne();
    this.#states.set(target, state);
    return state;
  }

  /** Another process's breaker of a target opened or closed. */
  hear({ target, state }: BreakerNews): void {
    this.#hearing = true;
    this.#breakers.hear(target, state);
    this.#hearing = false;
  }

  admit(target: string, lastResort: boolean): Admission | undefined {
    return this.#breakers.admit(target, lastResort);
  }

  order<T extends { readonly id: string }>(targets: readonly T[]): Order<T> {
    return this.#breakers.order(targets);
  }

  cool(target: string, ms: number): void {
    this.#breakers.cool(target, ms);
  }

  retryInMs(target: string): number {
    return this.#breakers.retryInMs([{ id: target }]);
  }

  /** A snapshot of plain data. */
  report(): readonly TargetReport[] {
    return this.#breakers.health().map((health) => {
      const { load, streams } = this.of(health.target);
      const { inFlight, limit, waiting } = load;
      return { ...health, inFlight, limit, waiting, firstTokenMs: streams.averageMs, p95FirstTokenMs: streams.p95Ms };
    });
  }

  #made({ concurrency, queueMs, queueLength }: TargetSettings): TargetState {
    const { connections } = this.#options;
    const limit = concurrency === 'adaptive' ? new Aimd({ initial: connections, max: connections }) : fixedLimit(concurrency);
    return {
      load: new LoadLimit(this.#clock, limit, queueLength),
      streams: new Latency(this.#clock),
      wholes: new Latency(this.#clock),
      retries: new RetryBudget(this.#clock),
      queueMs,
    };
  }

  /** The oldest that nobody asks now. */
  #forgetOne(): void {
    for (const [target, { load }] of this.#states)
      if (load.inFlight === 0 && load.waiting === 0 && this.#options.configured?.has(target) !== true) {
        this.#states.delete(target);
        return;
      }
  }
}
