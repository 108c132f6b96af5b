import type { Address } from './caller.ts';
import type { Profile } from './profile.ts';

/** A gateway under test. */
export interface Subject {
  readonly name: string;
  /**
   * Starts it in front of the wall (a base URL with `/v1`), with a model for each of `routes` (`rows.ts`), and with its
   * ordinary configuration: up to two retries, 30 s for a request or between two events of a stream, 10 s to the first token
   * and 10 s between tokens where another target is left, no cache. All times are divided by the profile's factor.
   */
  start(wallUrl: string, profile: Profile): Promise<RunningSubject>;
}

export interface RunningSubject extends Address {
  close(): Promise<void>;
}
