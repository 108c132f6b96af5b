import type { Problems } from './load/tally.ts';

/** One quantity of all contenders, round by round: round `n` of each was taken next to round `n` of the others. */
export interface Measure {
  readonly name: string;
  /** Decimals that mean something. */
  readonly digits: number;
  /** Whether the ratio to `hpm` is worth a column. */
  readonly compared: boolean;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** What a scenario found. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly measures: readonly Measure[];
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

  measure(name: string, digits: number, compared = true): Measure {
    return { name, digits, compared, values: this.#measures.get(name) ?? {} };
  }
}
