import type { Clock } from '../../../core/src/services/clock.ts';

export interface ManualClock extends Clock {
  /** Lets time pass; timers that become due run in their order. */
  advance(ms: number): void;
  /** Timers that are armed. */
  readonly armed: number;
}

/** A clock that only the test moves. */
export function manualClock(startsAt = 1_000_000): ManualClock {
  let time = 0;
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  return {
    now: () => startsAt + time,
    monotonic: () => time,
    after(ms, action) {
      const timer = { at: time + ms, action };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      const until = time + ms;
      for (let rounds = 0; rounds < 10_000; rounds += 1) {
        const due = [...timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        time = Math.max(time, due.at);
        due.action();
      }
      time = until;
    },
    get armed() {
      return timers.size;
    },
  };
}
