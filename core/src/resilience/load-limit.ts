import type { Clock, Timer } from '../services/clock.ts';
import type { ConcurrencyLimit } from './aimd.ts';
import { FairQueue } from './fair-queue.ts';

/** How a call ended, for the limit: what was neither served nor refused for overload says nothing. */
export type LeaseEnd = 'served' | 'overloaded' | 'ignored';

/** No place, and the wait after which there may be one. `full`: nobody more may wait. `late`: there was none in time. */
export interface Shed {
  readonly kind: 'shed';
  readonly reason: 'full' | 'late';
  readonly retryAfterMs: number;
}

/** Who waited has left. */
export interface Left {
  readonly kind: 'left';
}

export type Place = Lease | Shed | Left;

/** Subscribes to the caller's leaving; returns the function that ends the subscription. Tells at once where it has left already. */
export type OnAbort = (left: () => void) => () => void;

/** A place at the target. Given back once; later calls do nothing. */
export class Lease {
  readonly kind = 'lease';
  readonly round: number;
  readonly startedAt: number;
  readonly #limit: LoadLimit;
  #over = false;

  constructor(limit: LoadLimit, round: number, startedAt: number) {
    this.#limit = limit;
    this.round = round;
    this.startedAt = startedAt;
  }

  release(end: LeaseEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#limit.giveBack(this, end);
  }
}

const left: Left = Object.freeze({ kind: 'left' });
/** Bounds of what is told to shed callers, and the answer while nothing is known. */
const soonestMs = 100;
const latestMs = 60_000;
const unknownMs = 1_000;

/** One who waits: ends once, by a place, its deadline, a fuller queue or its leaving. */
class Waiter {
  readonly promise: Promise<Place>;
  readonly #resolve: (place: Place) => void;
  #timer: Timer | undefined = undefined;
  #stopWatching: (() => void) | undefined = undefined;
  #over = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Place>();
    this.promise = promise;
    this.#resolve = resolve;
  }

  watch(timer: Timer, onAbort: OnAbort, leave: () => void): void {
    this.#timer = timer;
    this.#stopWatching = onAbort(leave);
    if (this.#over) this.#release(); // it had left before it was watched
  }

  end(place: Place): void {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.#resolve(place);
  }

  #release(): void {
    this.#timer?.cancel();
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }
}

/**
 * How many calls are under way at one target, and who waits for a place: a bounded queue with a deadline each, fair between
 * tenants. Without waiting, a place is one object, no promise and no timer.
 */
export class LoadLimit {
  readonly #clock: Clock;
  readonly #limit: ConcurrencyLimit;
  readonly #queue: FairQueue<Waiter>;
  #inFlight = 0;
  /** Moving average of how long a place is held; for the time to retry after. */
  #heldMs: number | undefined = undefined;

  constructor(clock: Clock, limit: ConcurrencyLimit, mostWaiting = 100) {
    this.#clock = clock;
    this.#limit = limit;
    this.#queue = new FairQueue(mostWaiting);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get limit(): number {
    return this.#limit.current;
  }

  /** A place now, or a promise of how the wait for one ends. `key` is the tenant, or says who it is when there is a wait. */
  acquire(key: string | (() => string), waitMs: number, onAbort: OnAbort): Lease | Shed | Promise<Place> {
    if (this.#inFlight < this.#limit.current) return this.#lease();
    if (!(waitMs > 0)) return this.#shed('late');
    return this.#wait(typeof key === 'string' ? key : key(), waitMs, onAbort);
  }

  /** For leases alone. */
  giveBack({ round, startedAt }: Lease, end: LeaseEnd): void {
    const heldMs = this.#clock.monotonic() - startedAt;
    this.#heldMs = this.#heldMs === undefined ? heldMs : this.#heldMs + (heldMs - this.#heldMs) / 10;
    if (end === 'served') this.#limit.served(this.#inFlight);
    else if (end === 'overloaded') this.#limit.overloaded(round);
    this.#inFlight -= 1;
    while (this.#queue.size > 0 && this.#inFlight < this.#limit.current) this.#queue.take()?.end(this.#lease());
  }

  #lease(): Lease {
    this.#inFlight += 1;
    return new Lease(this, this.#limit.round, this.#clock.monotonic());
  }

  #wait(key: string, waitMs: number, onAbort: OnAbort): Shed | Promise<Place> {
    const waiter = new Waiter();
    const displaced = this.#queue.add(key, waiter);
    if (displaced === waiter) return this.#shed('full');
    displaced?.end(this.#shed('full'));
    const give = (end: () => Place): void => {
      if (this.#queue.delete(key, waiter)) waiter.end(end());
    };
    const timer = this.#clock.after(waitMs, () => give(() => this.#shed('late')));
    waiter.watch(timer, onAbort, () => give(() => left));
    return waiter.promise;
  }

  /** When all who wait now will have had a place, at the present pace. */
  #shed(reason: Shed['reason']): Shed {
    const turnMs = this.#heldMs === undefined ? unknownMs : this.#heldMs / Math.max(1, this.#limit.current);
    const ms = this.#heldMs === undefined ? unknownMs : turnMs * (this.#queue.size + 1);
    return { kind: 'shed', reason, retryAfterMs: Math.ceil(Math.min(latestMs, Math.max(soonestMs, ms))) };
  }
}
