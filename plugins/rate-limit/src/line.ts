import type { Clock, Timer } from '@express-ai-gateway/core/plugin';
import { type Admission, type Denial, giveBack } from './admission.ts';

/** A request that waits. */
export interface Waiter {
  readonly who: string;
  /** Monotonic milliseconds until which it waits. */
  readonly endsAt: number;
  /** Must not reject. */
  attempt(): Promise<Admission>;
  /** The last refusal, which it gets when its time is over. */
  last: Admission;
  /** Takes it out of its line, with this. Whether it was there. */
  leave(admission: Admission): boolean;
}

/** Milliseconds between two looks for a place, which other processes free without a word. */
const lookMs = 100;

/** Those who wait for one limit. One of them tries at a time. */
export class Line {
  readonly #clock: Clock;
  readonly #emptied: () => void;
  /** Whose turn is next stands first. */
  readonly #turns = new Map<string, Set<Waiter>>();
  #timer: Timer | undefined = undefined;
  #trying = false;
  /** Somebody gave a place back while another tried. */
  #woken = false;
  #closed: Denial;
  #opensAt: number;

  constructor(clock: Clock, closed: Denial, emptied: () => void) {
    this.#clock = clock;
    this.#closed = closed;
    this.#opensAt = clock.monotonic() + (closed.waitMs ?? 0);
    this.#emptied = emptied;
  }

  /** The refusal that they wait for the end of, as it stands now. */
  get closed(): Denial {
    return { ...this.#closed, waitMs: Math.max(0, this.#opensAt - this.#clock.monotonic()) };
  }

  add(waiter: Waiter): void {
    const own = this.#turns.get(waiter.who);
    if (own === undefined) this.#turns.set(waiter.who, new Set([waiter]));
    else own.add(waiter);
    if (!this.#trying && this.#timer === undefined) this.#lookLater();
  }

  /** Whether it was there. Who is not there gets nothing that a try brings. */
  remove(waiter: Waiter): boolean {
    const own = this.#turns.get(waiter.who);
    if (own?.delete(waiter) !== true) return false;
    if (own.size === 0) this.#turns.delete(waiter.who);
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

  /** Lets one after the other try, until this limit refuses one. Whom another limit refuses goes to the line of that one. */
  async #serve(): Promise<void> {
    this.#trying = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#woken = false;
      const admission = await next.attempt();
      if (admission.refused?.line === this.#closed.line) {
        next.last = admission;
        this.#close(admission.refused);
        if (this.#woken) continue;
        break;
      }
      this.#turnOver(next.who);
      if (!next.leave(admission)) await giveBack(admission.held); // its time was over while it tried
    }
    this.#trying = false;
    if (this.#turns.size > 0) this.#lookLater();
  }

  #next(): Waiter | undefined {
    for (const own of this.#turns.values()) for (const first of own) return first;
    return undefined;
  }

  /** Whoever had a turn stands last. */
  #turnOver(who: string): void {
    const own = this.#turns.get(who);
    if (own === undefined) return;
    this.#turns.delete(who);
    this.#turns.set(who, own);
  }

  /** Whoever cannot be let in within its time hears it now. */
  #close(refused: Denial): void {
    this.#closed = refused;
    this.#opensAt = this.#clock.monotonic() + (refused.waitMs ?? 0);
    if (refused.isPlace) return;
    const waiting = [...this.#turns.values()].flatMap((own) => [...own]);
    for (const waiter of waiting) if (waiter.endsAt < this.#opensAt) waiter.leave({ ...waiter.last, refused });
  }

  #lookLater(): void {
    const { isPlace, waitMs = 0 } = this.closed;
    this.#timer = this.#clock.after(isPlace ? lookMs : Math.max(1, Math.ceil(waitMs)), () => {
      this.#timer = undefined;
      void this.#serve();
    });
  }
}
