import type { Logger } from './services/logger.ts';

/**
 * Node's HTTP server is the host's, and so are its flaws: the first release of each line that has the fix of
 * CVE-2026-21710 (a header named `__proto__` ends the process).
 */
const patched: ReadonlyMap<number, readonly [minor: number, patch: number]> = new Map([
  [22, [22, 2]],
  [24, [14, 1]],
  [25, [8, 2]],
]);

/** Says so when strangers can bring down the process that the gateway is a guest in. */
export function warnOfNode(version: string, logger: Logger): void {
  const [major, minor, patch] = version.split('.').map(Number) as [number, number, number];
  const floor = patched.get(major);
  if (floor === undefined || minor > floor[0] || (minor === floor[0] && patch >= floor[1])) return;
  logger.log('warn', `Node ${version} has known flaws in its HTTP server; use ${major}.${floor.join('.')} or later.`, { node: version });
}
