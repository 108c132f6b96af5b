import { beforeEach, expect, onTestFinished } from 'vitest';

/** The runner's own time limit of a hook is one timer, now and then none. */
const timersOfTheRunner = 1;

function open(kind: RegExp): string[] {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name));
}

function left(): string[] {
  return [...open(/TCP/), ...open(/Timeout|Immediate/).slice(timersOfTheRunner)];
}

/** For each test of a file: when everything it registered is released, no socket, server or timer of its own is left. */
export function leavesNothing(): void {
  beforeEach(() => {
    // Registered first, so run last: after the servers and gateways of the test are closed.
    onTestFinished(async () => {
      for (let waits = 0; waits < 100 && left().length > 0; waits += 1) await new Promise((go) => setTimeout(go, 10));
      expect(left()).toEqual([]);
    });
  });
}
