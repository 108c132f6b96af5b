/** A name, or a pattern with one `*` for any part of it: `openai/*`. */
export function matches(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === name;
  if (name.length < pattern.length - 1) return false; // the two ends may not overlap
  return name.startsWith(pattern.slice(0, star)) && name.endsWith(pattern.slice(star + 1));
}

/** Where in the list the first pattern stands that a name fits; -1 when none does. */
export function placeIn(patterns: readonly string[], name: string): number {
  return patterns.findIndex((pattern) => matches(pattern, name));
}

/** Whether a name fits one of the patterns. No list means that every name does. */
export function fits(patterns: readonly string[] | undefined, name: string): boolean {
  return patterns === undefined || placeIn(patterns, name) !== -1;
}
