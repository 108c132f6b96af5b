/** Things that begin and must end exactly once. */
export class Tally {
  started = 0;
  ended = 0;
  /** Began with an id that is open, or ended with one that is not. */
  faults = 0;
  readonly #open = new Set<string>();

  get open(): number {
    return this.#open.size;
  }

  start(id: string): void {
    this.started += 1;
    if (this.#open.has(id)) this.faults += 1;
    this.#open.add(id);
  }

  end(id: string): void {
    this.ended += 1;
    if (!this.#open.delete(id)) this.faults += 1;
  }

  counts(): TallyCounts {
    const { started, ended, open, faults } = this;
    return { started, ended, open, faults };
  }
}

export interface TallyCounts {
  readonly started: number;
  readonly ended: number;
  readonly open: number;
  readonly faults: number;
}

/** What a gateway's plugin saw. */
export class Books {
  readonly settlements = new Tally();
  /** From the way in of an exchange to its `afterResponse`. */
  readonly waysOut = new Tally();
  readonly attempts = new Tally();
  readonly outcomes: Record<'completed' | 'aborted' | 'failed', number> = { completed: 0, aborted: 0, failed: 0 };
  onRequest = 0;
  /** Lines the gateway logged as errors: its own defects. */
  readonly errorLines: string[] = [];

  counts(): BookCounts {
    const { settlements, waysOut, attempts, outcomes, onRequest, errorLines } = this;
    return {
      settlements: settlements.counts(),
      waysOut: waysOut.counts(),
      attempts: attempts.counts(),
      outcomes: { ...outcomes },
      onRequest,
      errorLines: [...errorLines],
    };
  }
}

export interface BookCounts {
  readonly settlements: TallyCounts;
  readonly waysOut: TallyCounts;
  readonly attempts: TallyCounts;
  readonly outcomes: Readonly<Record<'completed' | 'aborted' | 'failed', number>>;
  readonly onRequest: number;
  readonly errorLines: readonly string[];
}
