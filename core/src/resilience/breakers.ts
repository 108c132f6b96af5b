import type { Clock } from '../services/clock.ts';
import { type Admission, Breaker, type BreakerKind, type BreakerOptions, breakerDefaults } from './breaker.ts';

export interface BreakersOptions extends Partial<BreakerOptions> {
  /** Targets remembered. Clients may name models of a provider freely, so there is a bound. */
  readonly targets?: number;
}

/** Targets in the order to ask them. */
export interface Order<T> {
  readonly targets: readonly T[];
  /** From this index on breakers are open: to be asked only after those before it failed, and admitted as a last resort. */
  readonly lastResortFrom: number;
}

export interface TargetHealth {
  readonly target: string;
  readonly state: BreakerKind;
  /** In the breaker's window, since it closed. */
  readonly calls: number;
  readonly failures: number;
  /** Milliseconds until a call may find out whether it is well again; 0 while nothing is to be found out. */
  readonly probeInMs: number;
  /** Milliseconds for which others are asked before it, because it said that it has too much to do. */
  readonly coolingMs: number;
}

export type BreakersListener = (change: { readonly target: string; readonly from: BreakerKind; readonly to: BreakerKind }) => void;

interface Entry {
  readonly breaker: Breaker;
  coolUntil: number;
}

const defaultTargets = 1_000;
/** Nobody is passed over for longer because of what a provider said. */
const longestCoolingMs = 60_000;

/**
 * The breakers of one gateway's targets.
 *
 * The last one is never ejected. Where every other target was asked or is open too, an open one is asked anyway: one call at a
 * time, and at the earliest `lastResortMs` (1 s) after it failed; calls between fail at once, with the time to retry after. Failing
 * fast for a whole probe interval would give such callers a sure failure instead of a likely one, though one poisonous request,
 * retried twice, is enough to open a breaker; asking without any limit would be no breaker. Where another target answers,
 * nothing of this is reached: an outage costs the threshold and one attempt per probe interval.
 */
export class Breakers {
  readonly #clock: Clock;
  readonly #options: BreakersOptions;
  readonly #changed: BreakersListener | undefined;
  readonly #own: (target: string) => Partial<BreakerOptions>;
  readonly #kept: ReadonlySet<string>;
  readonly #entries = new Map<string, Entry>();

  /** `own`: what holds for one target alone; `kept`: those that are never forgotten. */
  constructor(
    clock: Clock,
    options: BreakersOptions = {},
    changed?: BreakersListener,
    own: (target: string) => Partial<BreakerOptions> = () => ({}),
    kept: ReadonlySet<string> = new Set(),
  ) {
    this.#clock = clock;
    this.#options = options;
    this.#changed = changed;
    this.#own = own;
    this.#kept = kept;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Another process's breaker of a target opened or closed. */
  hear(target: string, state: 'open' | 'closed'): void {
    this.#entry(target).breaker.hear(state);
  }

  /** Lets an attempt at a target pass, or not. */
  admit(target: string, lastResort = false): Admission | undefined {
    return this.#entry(target).breaker.admit(lastResort);
  }

  /** Which to ask first: those that may be asked in their own order, then the cooling ones, then the open ones by when they are due. */
  order<T extends { readonly id: string }>(targets: readonly T[]): Order<T> {
    if (targets.every(({ id }) => this.#isWell(id))) return { targets, lastResortFrom: targets.length };
    const now = this.#clock.monotonic();
    const open = targets.filter(({ id }) => this.#dueInMs(id) > 0);
    const others = targets.filter((target) => !open.includes(target));
    const cooling = others.filter(({ id }) => (this.#entries.get(id)?.coolUntil ?? now) > now);
    const ready = others.filter((target) => !cooling.includes(target));
    open.sort((one, other) => this.#dueInMs(one.id, true) - this.#dueInMs(other.id, true));
    return { targets: [...ready, ...cooling, ...open], lastResortFrom: others.length };
  }

  /** Asks others first for `ms` from now: the target is well, but has too much to do. What was said before is never cut short. */
  cool(target: string, ms: number): void {
    if (!(ms > 0)) return;
    const entry = this.#entry(target);
    entry.coolUntil = Math.max(entry.coolUntil, this.#clock.monotonic() + Math.min(ms, longestCoolingMs));
  }

  /** Milliseconds after which one of these targets would be asked again, for `retry-after`. */
  retryInMs(targets: readonly { readonly id: string }[]): number {
    const longest = this.#options.lastResortMs ?? breakerDefaults.lastResortMs; // a probe under way mostly ends before its limit
    return Math.min(longest, ...targets.map(({ id }) => this.#dueInMs(id, true)));
  }

  /** A snapshot of plain data. */
  health(): readonly TargetHealth[] {
    const now = this.#clock.monotonic();
    return [...this.#entries].map(([target, { breaker, coolUntil }]) => {
      const { calls, failures } = breaker.counts();
      return { target, state: breaker.state.kind, calls, failures, probeInMs: breaker.dueInMs(), coolingMs: Math.max(0, coolUntil - now) };
    });
  }

  #isWell(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return true;
    if (entry.breaker.state.kind !== 'closed') return false;
    return entry.coolUntil === 0 || entry.coolUntil <= this.#clock.monotonic();
  }

  #dueInMs(id: string, lastResort = false): number {
    return this.#entries.get(id)?.breaker.dueInMs(lastResort) ?? 0;
  }

  #entry(target: string): Entry {
    const known = this.#entries.get(target);
    if (known !== undefined) return known;
    if (this.#entries.size >= (this.#options.targets ?? defaultTargets)) this.#forgetOne();
    const changed = this.#changed;
    const entry: Entry = {
      breaker: new Breaker(
        this.#clock,
        { ...this.#options, ...this.#own(target) },
        changed && ((from, to) => changed({ target, from, to })),
      ),
      coolUntil: 0,
    };
    this.#entries.set(target, entry);
    return entry;
  }

  /** The oldest that is closed, for it knows the least; else the oldest. */
  #forgetOne(): void {
    let leaving: string | undefined;
    for (const [target, { breaker }] of this.#entries) {
      if (this.#kept.has(target)) continue;
      leaving ??= target;
      if (breaker.state.kind !== 'closed') continue;
      leaving = target;
      break;
    }
    if (leaving !== undefined) this.#entries.delete(leaving);
  }
}
