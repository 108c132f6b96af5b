import type { Clock } from '@express-ai-gateway/core/plugin';

/** Runs an action at most once in so many milliseconds; other calls do nothing. */
export function oncePer<T extends readonly unknown[]>(ms: number, clock: Clock, action: (...values: T) => void): (...values: T) => void {
  let nextAt = Number.NEGATIVE_INFINITY;
  return (...values) => {
    const now = clock.monotonic();
    if (now < nextAt) return;
    nextAt = now + ms;
    action(...values);
  };
}
