import type { Outcome, Problem } from './connection.ts';

/** How often something went wrong, by what it was. */
export type Problems = Readonly<Partial<Record<Problem, number>>>;

/** What a generator did and got. */
export interface Tally {
  /** Requests that were answered as expected. */
  readonly requests: number;
  /** Events in all answers, expected or not. */
  readonly events: number;
  readonly problems: Problems;
}

export class Counter {
  readonly #problems: Partial<Record<Problem, number>> = {};
  #requests = 0;
  #events = 0;

  count({ problem, events }: Outcome): void {
    this.#events += events;
    if (problem === undefined) this.#requests += 1;
    else this.#problems[problem] = (this.#problems[problem] ?? 0) + 1;
  }

  get tally(): Tally {
    return { requests: this.#requests, events: this.#events, problems: this.#problems };
  }
}

export function addProblems(ones: Problems, others: Problems): Problems {
  const sum: Partial<Record<Problem, number>> = { ...ones };
  for (const [problem, count] of Object.entries(others) as [Problem, number][]) sum[problem] = (sum[problem] ?? 0) + count;
  return sum;
}
