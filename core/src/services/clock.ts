import { token } from './token.ts';

/** Time, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970, for records. */
  now(): number;
  /** Milliseconds that never jump, for durations. */
  monotonic(): number;
  /** Runs `action` once after `ms` milliseconds unless cancelled. Does not keep the process alive. */
  after(ms: number, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Node's timers take no more milliseconds; beyond it they would fire at once. */
export const maxTimerMs = 2_147_483_647;

export const Clock = token<Clock>()('Clock', 'clock', ['now', 'monotonic', 'after']);

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, action) {
      const timer = setTimeout(action, Math.min(ms, maxTimerMs));
      timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
