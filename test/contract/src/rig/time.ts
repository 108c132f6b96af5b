import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something holds, looking every few milliseconds, at most so long. Says whether it came to hold. */
export async function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() >= end) return false;
    await pause(2);
  }
  return true;
}

/** A promise with its handle. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Waits for `work`, but no longer than so many milliseconds. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, pause(limitMs, undefined, { signal: late.signal }).catch(() => {})]).finally(() => late.abort());
}
