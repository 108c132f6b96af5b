import { beforeEach, expect, onTestFinished } from 'vitest';

/** Sockets, servers and timers that keep the process busy; the runner's own pipes are not among them. */
function busyWith(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
}

/** For each test of a file: when everything it registered is released, nothing it opened is open any more. */
export function leavesNothing(): void {
  beforeEach(() => {
    const before = busyWith();
    // Registered first, so run last: after the servers and gateways of the test are closed.
    onTestFinished(async () => {
      for (let waits = 0; waits < 100 && busyWith().length > before.length; waits += 1) await new Promise((go) => setTimeout(go, 10));
      expect(busyWith().length, `open: ${busyWith()}; before: ${before}`).toBeLessThanOrEqual(before.length);
    });
  });
}
