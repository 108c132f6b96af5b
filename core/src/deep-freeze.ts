/** Freezes a value and everything in it: what was judged is not for later plugins to change. Iterative: a provider's JSON is as deep as it likes. */
export function deepFreeze<T>(value: T): T {
  const pending: unknown[] = [value];
  // What is frozen already may hold what is not; those that were met frozen are remembered, for they may hold each other.
  let met: Set<unknown> | undefined;
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || met?.has(next)) continue;
    if (Object.isFrozen(next)) {
      met ??= new Set();
      met.add(next);
    }
    Object.freeze(next);
    for (const member of Object.values(next)) pending.push(member);
  }
  return value;
}
