import type { Clock, Timer } from '@express-ai-gateway/core/plugin';
import type { Admission } from './admission.ts';

export interface WaitingLinesOptions {
  /** Milliseconds that a request waits at most. */
  readonly deadlineMs: number;
  /** Requests that wait at the same time, in all lines. */
  readonly max: number;
  readonly clock: Clock;
}

/** A request that may wait. */
export interface Patient {
  /** Who takes turns with others in the same line. */
  readonly who: string;
  /** Aborts when it need not wait any more. */
  readonly signal: AbortSignal;
  /** Every line that it may have to stand in. */
  readonly lines: readonly string[];
  attempt(): Promise<Admission>;
}

interface Waiter {
  readonly who: string;
  readonly signal: AbortSignal;
  attempt(): Promise<Admission>;
  /** The last refusal, which it gets when its time is over. */
  last: Admission;
  leave(admission: Admission): void;
}

/** Milliseconds between two looks at a limit that says nothing of its end. */
const lookMs = 100;

/** Requests over a limit that wait for it: one line for each limit and subject, in which every caller has a turn, however many requests it has. */
export class WaitingLines {
  readonly #options: WaitingLinesOptions;
  readonly #lines = new Map<string, Line>();
  #count = 0;

  constructor(options: WaitingLinesOptions) {
    this.#options = options;
  }

  /** Tries, and waits for its turn where it was refused or others wait already; gives what it got at last. Never longer than the deadline. */
  async through(patient: Patient): Promise<Admission> {
    const { deadlineMs, max, clock } = this.#options;
    const endsAt = clock.monotonic() + deadlineMs;
    const longest = patient.lines.map((name) => this.#lines.get(name)).find((line) => line !== undefined);
    if (longest !== undefined && this.#count < max) return this.#wait(longest, patient, longest.last, endsAt);
    const first = await patient.attempt();
    const { refused } = first;
    if (refused?.waitMs === undefined || this.#count >= max || patient.signal.aborted) return first;
    // A limit whose window ends too late is not worth waiting for; a place may be free at any time.
    if (!refused.isPlace && refused.waitMs > deadlineMs) return first;
    return this.#wait(this.#lineOf(refused.line, first), patient, first, endsAt);
  }

  /** A place of a limit is free: whose turn it is tries now. */
  freed(line: string): void {
    this.#lines.get(line)?.wake();
  }

  #lineOf(name: string, last: Admission): Line {
    let line = this.#lines.get(name);
    if (line === undefined) {
      const own: Line = new Line(this.#options.clock, last, () => {
        if (this.#lines.get(name) === own) this.#lines.delete(name);
      });
      line = own;
      this.#lines.set(name, line);
    }
    return line;
  }

  #wait(line: Line, patient: Patient, first: Admission, endsAt: number): Promise<Admission> {
    const { clock } = this.#options;
    this.#count += 1;
    return new Promise((resolve) => {
      const over = (): void => leave(waiter.last);
      const leave = (admission: Admission): void => {
        if (!line.remove(waiter)) return;
        this.#count -= 1;
        timer.cancel();
        patient.signal.removeEventListener('abort', over);
        resolve(admission);
      };
      const { who, signal } = patient;
      const waiter: Waiter = { who, signal, attempt: () => patient.attempt(), last: first, leave };
      const timer = clock.after(Math.max(0, endsAt - clock.monotonic()), over);
      signal.addEventListener('abort', over, { once: true });
      line.add(waiter);
    });
  }
}

/** Those who wait for one limit. One of them tries at a time. */
class Line {
  readonly #clock: Clock;
  readonly #emptied: () => void;
  /** Whose turn is next stands first. */
  readonly #turns = new Map<string, Waiter[]>();
  #timer: Timer | undefined = undefined;
  #trying = false;
  /** Somebody gave a place back while another tried. */
  #woken = false;
  /** The refusal that they wait for the end of. */
  last: Admission;

  constructor(clock: Clock, last: Admission, emptied: () => void) {
    this.#clock = clock;
    this.last = last;
    this.#emptied = emptied;
  }

  add(waiter: Waiter): void {
    const own = this.#turns.get(waiter.who);
    if (own === undefined) this.#turns.set(waiter.who, [waiter]);
    else own.push(waiter);
    if (!this.#trying && this.#timer === undefined) this.#lookAfter(this.last);
  }

  /** Whether it was there. */
  remove(waiter: Waiter): boolean {
    const own = this.#turns.get(waiter.who);
    const at = own?.indexOf(waiter) ?? -1;
    if (own === undefined || at === -1) return false;
    own.splice(at, 1);
    if (own.length === 0) this.#turns.delete(waiter.who);
    if (this.#turns.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#emptied();
    }
    return true;
  }

  wake(): void {
    this.#woken = true;
    if (this.#trying) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    void this.#serve();
  }

  /** Lets one after the other try, until one is refused. */
  async #serve(): Promise<void> {
    this.#trying = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#woken = false;
      const admission = await next.attempt();
      if (admission.refused === undefined) {
        await this.#goes(next, admission);
        continue;
      }
      this.last = admission;
      next.last = admission;
      if (this.#woken) continue;
      if (this.#turns.size > 0) this.#lookAfter(admission);
      break;
    }
    this.#trying = false;
  }

  /** One whose time was over while it tried gives back what it got. */
  async #goes(waiter: Waiter, admission: Admission): Promise<void> {
    if (this.#turns.get(waiter.who)?.includes(waiter) !== true) {
      await Promise.all(admission.held.map(({ taken }) => taken.giveBack()));
      return;
    }
    this.#turnOver(waiter.who);
    waiter.leave(admission);
  }

  #next(): Waiter | undefined {
    for (const [first] of this.#turns.values()) return first;
    return undefined;
  }

  /** Whoever had a turn stands last. */
  #turnOver(who: string): void {
    const own = this.#turns.get(who);
    if (own === undefined) return;
    this.#turns.delete(who);
    this.#turns.set(who, own);
  }

  #lookAfter({ refused }: Admission): void {
    const ms = refused?.isPlace === true ? lookMs : Math.max(1, Math.ceil(refused?.waitMs ?? lookMs));
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = undefined;
      void this.#serve();
    });
  }
}
