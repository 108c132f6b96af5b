/** Freezes a value and everything in it: what was judged is not for later plugins to change. */
export function deepFreeze<T>(value: T): T {
  freeze(value, undefined);
  return value;
}

/** What is frozen already may hold what is not; those that were met frozen are remembered, for they may hold each other. */
function freeze(value: unknown, met: Set<unknown> | undefined): void {
  if (typeof value !== 'object' || value === null || met?.has(value)) return;
  const known = Object.isFrozen(value) ? (met ?? new Set()).add(value) : met;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member, known);
}
