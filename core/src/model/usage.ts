/**
 * Token usage in one form for every dialect. Units: tokens. A class that the provider did not report is `undefined`,
 * never 0: unknown and zero are different facts when money depends on them.
 */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly input: number | undefined;
  /** All output tokens, reasoning included. */
  readonly output: number | undefined;
  /** Input tokens that the provider read from its prompt cache. */
  readonly cacheRead: number | undefined;
  /** Input tokens that the provider wrote to its prompt cache. */
  readonly cacheWrite: number | undefined;
  /** Output tokens spent on reasoning. */
  readonly reasoning: number | undefined;
  /** Service tier that the provider says it served the call in, in its own word (`default`, `priority`, `ON_DEMAND`): another price. */
  readonly serviceTier?: string;
  /** What the provider reports beside its usage of tools that it ran and bills apart (OpenAI's `tool_usage`), untouched. */
  readonly toolUsage?: unknown;
  /** The provider's own usage object, untouched. */
  readonly raw: unknown;
}

/** A token count as a provider may report it: anything but a non-negative safe integer is unknown. */
export function tokenCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** A service tier as a property to spread: nothing where the provider named none. */
export function servedIn(tier: unknown): { readonly serviceTier?: string } {
  return typeof tier === 'string' && tier !== '' ? { serviceTier: tier } : {};
}
