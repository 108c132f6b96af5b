import { SkipTarget } from '../context.ts';

/** A target that cannot be asked at the moment, and for how long. */
export class NotNow extends SkipTarget {
  /** Milliseconds. */
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}
