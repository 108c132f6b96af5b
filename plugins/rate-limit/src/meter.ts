/** What a meter counts. */
export type Metered = 'requests' | 'tokens' | 'concurrent';

/** How a limit stands. */
export interface Reading {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the window ends; for places, after which asking again makes sense. */
  readonly resetsInMs: number;
}

/** Something that was taken of a limit. */
export interface Taken {
  readonly kind: 'taken';
  readonly reading: Reading;
  /** Takes `more` after all, or gives back where it is negative: while its window lasts. Rejects where more cannot be counted. */
  change(more: number): Promise<void>;
  /** Gives all of it back. Never rejects. */
  giveBack(): Promise<void>;
}

export interface Refused {
  readonly kind: 'refused';
  readonly reading: Reading;
}

export interface Meter {
  readonly what: Metered;
  readonly limit: number;
  /** Rejects where nothing can count. */
  take(subject: string, amount: number): Promise<Taken | Refused>;
}
