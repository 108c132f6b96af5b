/** Milliseconds between two tries: SQLite's own grow to 100, in which whoever writes one after the other has written dozens of times, and others never. */
const pauseMs = 1;

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Tries until no other process is in the way, and throws what SQLite says when one still is after so many milliseconds. */
export function patiently<T>(busyMs: number, action: () => T): T {
  const until = performance.now() + busyMs;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      Atomics.wait(asleep, 0, 0, pauseMs);
    }
  }
}

/** SQLITE_BUSY in the lower eight bits, why in the higher ones. */
function isBusy(error: unknown): boolean {
  return (Number((error as { readonly errcode?: number }).errcode) & 0xff) === 5;
}
