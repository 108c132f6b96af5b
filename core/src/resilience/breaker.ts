import type { Clock } from '../services/clock.ts';
import { RollingRatio } from './rolling-ratio.ts';

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly consecutive: number;
  /** Share of failures that opens it, of at least `calls` within `windowMs`. */
  readonly ratio: number;
  readonly calls: number;
  readonly windowMs: number;
  /** From opening to the first probe, and between probes. */
  readonly probeMs: number;
  /** The same where there is no other target left to ask; see `breakers.ts`. */
  readonly lastResortMs: number;
  /** A probe that has not reported after this long frees its place: breakers of peers stay half-open for ever (Polly#311). */
  readonly probeLimitMs: number;
}

export const breakerDefaults: BreakerOptions = Object.freeze({
  consecutive: 3,
  ratio: 0.5,
  calls: 20,
  windowMs: 10_000,
  probeMs: 10_000,
  lastResortMs: 1_000,
  probeLimitMs: 60_000,
});

/** Times are the clock's monotonic milliseconds. */
export type BreakerState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly since: number; readonly probeAt: number }
  | { readonly kind: 'half-open'; readonly since: number; readonly probe: Admission; readonly freeAt: number };

export type BreakerKind = BreakerState['kind'];

/** Told after the change. Must not throw: it runs where an attempt reports. */
export type BreakerListener = (from: BreakerKind, to: BreakerKind) => void;

type Report = 'succeeded' | 'failed' | 'ignored';

/** A call that a breaker let pass. Its first report counts, later ones do not. */
export class Admission {
  readonly isProbe: boolean;
  /** The spell of the breaker that it belongs to: a spell ends with each opening and each closing. */
  spell: number;
  readonly #breaker: Breaker;
  #settled = false;

  constructor(breaker: Breaker, spell: number, isProbe: boolean) {
    this.#breaker = breaker;
    this.spell = spell;
    this.isProbe = isProbe;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Content arrives: a probe has shown enough, others need not wait for the end of a long stream. Not a report. */
  answering(): void {
    if (this.isProbe && !this.#settled) this.#breaker.answering(this);
  }

  succeeded(): void {
    this.#settle('succeeded');
  }

  failed(): void {
    this.#settle('failed');
  }

  /** It says nothing of the target's health: the client left, or the request was refused. */
  ignored(): void {
    this.#settle('ignored');
  }

  #settle(report: Report): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#breaker.report(this, report);
  }
}

const closed: BreakerState = Object.freeze({ kind: 'closed' });

/**
 * Keeps calls from a target that fails. Closed, it counts; open, it refuses; half-open, one call at a time finds out. No timer:
 * what is due is seen by the next call. A closed breaker costs a call one small object and two additions.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #options: BreakerOptions;
  readonly #changed: BreakerListener | undefined;
  readonly #window: RollingRatio;
  #state: BreakerState = closed;
  #spell = 0;
  #inRow = 0;

  constructor(clock: Clock, options: Partial<BreakerOptions> = {}, changed?: BreakerListener) {
    this.#clock = clock;
    this.#options = { ...breakerDefaults, ...options };
    this.#changed = changed;
    this.#window = new RollingRatio(this.#options.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** What it has counted since it closed. */
  counts(): { readonly inRow: number; readonly calls: number; readonly failures: number } {
    const { all, part } = this.#window.passTo(this.#clock.monotonic());
    return { inRow: this.#inRow, calls: all, failures: part };
  }

  /** Lets a call pass, or not. Who gets an admission reports. */
  admit(lastResort = false): Admission | undefined {
    const state = this.#state;
    if (state.kind === 'closed') return new Admission(this, this.#spell, false);
    const now = this.#clock.monotonic();
    if (now < this.#dueAt(state, lastResort)) return undefined;
    const probe = new Admission(this, this.#spell, true);
    this.#become({ kind: 'half-open', since: state.since, probe, freeAt: now + this.#options.probeLimitMs });
    return probe;
  }

  /** Milliseconds until a call would be let pass, at the latest; 0 where it would be now. */
  dueInMs(lastResort = false): number {
    return this.#state.kind === 'closed' ? 0 : Math.max(0, this.#dueAt(this.#state, lastResort) - this.#clock.monotonic());
  }

  /** Another process has found out. What goes on here is asked again after the probe interval, or at once. */
  hear(state: 'open' | 'closed'): void {
    if (state === 'closed' && this.#state.kind !== 'closed') this.#close();
    else if (state === 'open' && this.#state.kind === 'closed') this.#open(this.#clock.monotonic());
  }

  /** For admissions alone. */
  answering(probe: Admission): void {
    if (probe.spell !== this.#spell || this.#state.kind === 'closed') return;
    this.#close();
    probe.spell = this.#spell; // how it ends still counts
  }

  /** For admissions alone. What began before the last opening or closing says nothing of now. */
  report(admission: Admission, report: Report): void {
    if (admission.spell !== this.#spell) return;
    const now = this.#clock.monotonic();
    if (this.#state.kind === 'closed') this.#count(now, admission, report);
    // Even one whose place was taken meanwhile has shown that the target answers: slow targets would be shut out for ever.
    else if (report === 'succeeded') this.#close();
    else if (this.#state.kind !== 'half-open' || this.#state.probe !== admission) return;
    else if (report === 'failed') this.#open(now);
    else this.#become({ kind: 'open', since: this.#state.since, probeAt: now });
  }

  #count(now: number, { isProbe }: Admission, report: Report): void {
    if (report === 'ignored') return;
    const failed = report === 'failed';
    this.#window.add(now, failed);
    this.#inRow = failed ? this.#inRow + 1 : 0;
    // A probe that closed it by its first content, and broke off then, was no good after all.
    if (failed && (isProbe || this.#tooMany())) this.#open(now);
  }

  #tooMany(): boolean {
    const { consecutive, ratio, calls } = this.#options;
    return this.#inRow >= consecutive || (this.#window.all >= calls && this.#window.part >= ratio * this.#window.all);
  }

  #dueAt(state: Exclude<BreakerState, { kind: 'closed' }>, lastResort: boolean): number {
    if (state.kind === 'half-open') return state.freeAt;
    return lastResort ? Math.min(state.probeAt, state.since + this.#options.lastResortMs) : state.probeAt;
  }

  #open(now: number): void {
    this.#begin({ kind: 'open', since: now, probeAt: now + this.#options.probeMs });
  }

  #close(): void {
    this.#begin(closed);
  }

  #begin(state: BreakerState): void {
    this.#spell += 1;
    this.#inRow = 0;
    this.#window.clear();
    this.#become(state);
  }

  #become(state: BreakerState): void {
    const from = this.#state.kind;
    this.#state = state;
    if (from !== state.kind) this.#changed?.(from, state.kind);
  }
}
