/** An alias with a `*`, for clients that choose model names themselves (coding agents): `claude-*`. */
export interface AliasPattern {
  readonly prefix: string;
  readonly suffix: string;
  /** Targets; a `*` in one stands for what it stands for in the name: `anthropic/claude-*`. */
  readonly targets: readonly string[];
}

/** Patterns in the order of the config; an alias without `*` is none. */
export function aliasPatterns(aliases: Readonly<Record<string, readonly string[]>>): AliasPattern[] {
  return Object.entries(aliases).flatMap(([alias, targets]) => {
    const star = alias.indexOf('*');
    return star === -1 ? [] : [{ prefix: alias.slice(0, star), suffix: alias.slice(star + 1), targets }];
  });
}

/** The targets of the first pattern that a name fits; `undefined` when it fits none. */
export function patternTargets(patterns: readonly AliasPattern[], name: string): readonly string[] | undefined {
  for (const { prefix, suffix, targets } of patterns) {
    if (name.length < prefix.length + suffix.length || !name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const star = name.slice(prefix.length, name.length - suffix.length);
    return targets.map((target) => target.replace('*', () => star));
  }
  return undefined;
}
