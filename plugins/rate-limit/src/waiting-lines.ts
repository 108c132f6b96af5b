import type { Clock } from '@express-ai-gateway/core/plugin';
import type { Admission, Denial } from './admission.ts';
import { Line, type Waiter } from './line.ts';

export interface WaitingLinesOptions {
  /** Milliseconds that a request waits at most. */
  readonly deadlineMs: number;
  /** Requests that wait at the same time, in all lines. */
  readonly max: number;
  readonly clock: Clock;
}

/** A request that may wait. What is rarely needed is made when it is. */
export interface Patient {
  /** Who takes turns with others in the same line. */
  who(): string;
  /** Aborts when it need not wait any more. */
  signal(): AbortSignal;
  /** Every line that it may have to stand in. */
  lines(): readonly string[];
  /** Must not reject. */
  attempt(): Promise<Admission>;
}

/** Requests over a limit that wait for it: one line for each limit and subject, in which every caller has a turn, however many requests it has. */
export class WaitingLines {
  readonly #options: WaitingLinesOptions;
  readonly #lines = new Map<string, Line>();
  /** All who wait, by caller, each caller's in their order. */
  readonly #callers = new Map<string, Set<Waiter>>();
  #count = 0;

  constructor(options: WaitingLinesOptions) {
    this.#options = options;
  }

  /** Tries, and waits for its turn where it was refused or others wait already; gives what it got at last. Never longer than the deadline. */
  async through(patient: Patient): Promise<Admission> {
    const endsAt = this.#options.clock.monotonic() + this.#options.deadlineMs;
    let admission = this.#refusalOfLine(patient) ?? (await patient.attempt());
    let stoodIn: string | undefined;
    // One that another limit refuses when its turn has come stands in that one's line from then on.
    while (admission.refused !== undefined && admission.refused.line !== stoodIn) {
      const { refused } = admission;
      if (!this.#isWorthIt(refused, endsAt) || patient.signal().aborted || !this.#hasRoom(patient.who())) break;
      stoodIn = refused.line;
      admission = await this.#wait(patient, admission, refused, endsAt);
    }
    return admission;
  }

  /** A place of a limit is free: whose turn it is tries now. */
  freed(line: string): void {
    this.#lines.get(line)?.wake();
  }

  /** Where others wait already nobody tries before them. */
  #refusalOfLine(patient: Patient): Admission | undefined {
    if (this.#lines.size === 0) return undefined;
    for (const name of patient.lines()) {
      const line = this.#lines.get(name);
      if (line !== undefined) return { held: [], told: [], shadowed: [], refused: line.closed };
    }
    return undefined;
  }

  /** A limit whose window ends too late is not worth waiting for; a place may be free at any time. */
  #isWorthIt({ waitMs, isPlace }: Denial, endsAt: number): boolean {
    const leftMs = endsAt - this.#options.clock.monotonic();
    return waitMs !== undefined && leftMs > 0 && (isPlace || waitMs <= leftMs);
  }

  /** Where the room is full, whoever has most waiting loses its newest to a caller that has less: nobody fills it alone. */
  #hasRoom(who: string): boolean {
    if (this.#count < this.#options.max) return true;
    let most: ReadonlySet<Waiter> = new Set();
    for (const own of this.#callers.values()) if (own.size > most.size) most = own;
    if (most.size <= (this.#callers.get(who)?.size ?? 0) + 1) return false;
    const newest = [...most].at(-1);
    newest?.leave(newest.last);
    return true;
  }

  #lineOf(denial: Denial): Line {
    const name = denial.line;
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = new Line(this.#options.clock, denial, () => this.#lines.delete(name));
      this.#lines.set(name, line);
    }
    return line;
  }

  #wait(patient: Patient, last: Admission, refused: Denial, endsAt: number): Promise<Admission> {
    const { clock } = this.#options;
    const line = this.#lineOf(refused);
    const signal = patient.signal();
    return new Promise((resolve) => {
      const over = (): void => void leave(waiter.last);
      const leave = (admission: Admission): boolean => {
        if (!line.remove(waiter)) return false;
        this.#forget(waiter);
        timer.cancel();
        signal.removeEventListener('abort', over);
        resolve(admission);
        return true;
      };
      const waiter: Waiter = { who: patient.who(), endsAt, attempt: () => patient.attempt(), last, leave };
      const timer = clock.after(Math.max(0, endsAt - clock.monotonic()), over);
      signal.addEventListener('abort', over, { once: true });
      this.#remember(waiter);
      line.add(waiter);
    });
  }

  #remember(waiter: Waiter): void {
    this.#count += 1;
    const own = this.#callers.get(waiter.who);
    if (own === undefined) this.#callers.set(waiter.who, new Set([waiter]));
    else own.add(waiter);
  }

  #forget(waiter: Waiter): void {
    this.#count -= 1;
    const own = this.#callers.get(waiter.who);
    own?.delete(waiter);
    if (own?.size === 0) this.#callers.delete(waiter.who);
  }
}
