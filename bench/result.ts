import type { Problems } from './load/tally.ts';
import { type Estimate, estimate, ratioOfMedians, ratios } from './stats.ts';

/** One quantity of all contenders, round by round: round `n` of each was taken next to round `n` of the others. */
export interface Measure {
  readonly name: string;
  /** Decimals that mean something. */
  readonly digits: number;
  /**
   * How two contenders are compared: by the ratios of their rounds, or, where a round's difference may be near nothing, by
   * the ratio of their medians.
   */
  readonly compared: 'rounds' | 'medians' | 'not';
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** What a scenario found. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly measures: readonly Measure[];
  /** The contender that ratios are taken against. Default: hpm. */
  readonly scale?: string;
  /** What went wrong in the timed part, by contender. */
  readonly problems: Readonly<Record<string, Problems>>;
}

/** Collects the rounds of a scenario. */
export class Rounds {
  readonly #measures = new Map<string, Record<string, number[]>>();

  add(measure: string, contender: string, value: number): void {
    const values = this.#measures.get(measure) ?? {};
    this.#measures.set(measure, values);
    values[contender] ??= [];
    values[contender].push(value);
  }

  measure(name: string, { digits, compared = 'rounds' }: { readonly digits: number; readonly compared?: Measure['compared'] }): Measure {
    return { name, digits, compared, values: this.#measures.get(name) ?? {} };
  }
}

/** How much of the other's cost this one's is; `undefined` where one of them was not measured. */
export function compare({ values, compared }: Measure, of: string, against: string): Estimate | undefined {
  const ones = values[of] ?? [];
  const others = values[against] ?? [];
  if (compared === 'not' || ones.length === 0 || others.length === 0) return undefined;
  return compared === 'medians' ? ratioOfMedians(ones, others) : estimate(ratios(ones, others));
}

/** What each contender's value adds to the one of `base`. */
export function addedTo(base: string, values: ReadonlyMap<string, number>, add: (name: string, more: number) => void): void {
  const least = values.get(base);
  if (least === undefined) return;
  for (const [name, value] of values) if (name !== base) add(name, value - least);
}
