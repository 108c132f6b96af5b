import type { Exchange } from '../exchange.ts';
import type { Outbound } from '../inbound.ts';

/** An exchange under way, and its place among the others. */
export interface Served {
  readonly exchange: Exchange;
  readonly outbound: Outbound;
  place: number;
}

/**
 * The exchanges under way. Not a Map: as entries come and go V8 replaces its table again and again, each old table holds
 * what was in it and its successor, and once one of them is old, no collection of young objects frees any of that.
 */
export class UnderWay {
  readonly #served: Served[] = [];

  get size(): number {
    return this.#served.length;
  }

  add(exchange: Exchange, outbound: Outbound): Served {
    const served = { exchange, outbound, place: this.#served.length };
    this.#served.push(served);
    return served;
  }

  /** The last one takes its place. */
  delete({ place }: Served): void {
    const last = this.#served.pop() as Served;
    if (last.place === place) return;
    last.place = place;
    this.#served[place] = last;
  }

  /** Those of now: ending them changes the list. */
  all(): readonly Served[] {
    return [...this.#served];
  }
}
