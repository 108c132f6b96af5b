import type { Contender } from '../contenders.ts';
import type { Lab } from '../lab.ts';
import type { ScenarioResult } from '../result.ts';

/** One kind of traffic, and what it costs whom. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(lab: Lab, plan: Plan): Promise<ScenarioResult>;
}

export interface Plan {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** Milliseconds of load for each contender before anything counts. */
  readonly warmUpMs: number;
  progress(text: string): void;
}

/** The order of a round: turned by one each time, and backwards every other time, so that no contender always follows the same. */
export function turned<T>(values: readonly T[], round: number): T[] {
  const by = round % values.length;
  const order = [...values.slice(by), ...values.slice(0, by)];
  return round % 2 === 0 ? order : order.reverse();
}
