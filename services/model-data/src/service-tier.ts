/** Of a provider's table, by its name there: what a tier costs against the standard one. */
type Factors = Readonly<Record<string, readonly [bigint, bigint]>>;

export const standard = 'standard';

/** Where a tier is the standard one under another name. */
const standardNames = new Set([standard, 'default', 'on_demand', 'standard_only', 'service_tier_standard', 'global', 'not_available']);

/** What says nothing: the provider chooses, and reports what it chose, if it does. */
const silentNames = new Set(['', 'auto', 'unspecified', 'traffic_type_unspecified', 'service_tier_unspecified']);

const prefixes = /^(?:on_demand|service_tier)_/;

/**
 * Tiers that providers price as a fraction of their whole list, so that no table needs them. Priority is not among them: it has
 * prices per model, or per contract.
 * - openai: "Tokens are priced at Batch API rates" (developers.openai.com/api/docs/guides/flex-processing), which are half
 *   (…/guides/batch).
 * - anthropic: batches are half; `inference_geo: "us"` is 1.1 × on the models that have it
 *   (platform.claude.com/docs/en/about-claude/pricing).
 * - google: flex and batch are half (ai.google.dev/gemini-api/docs/optimization).
 * - groq: "Pricing matches the on-demand tier" (console.groq.com/docs/flex-processing).
 */
const half = [1n, 2n] as const;
const published: ReadonlyMap<string, Factors> = new Map<string, Factors>([
  ['openai', { batch: half, flex: half }],
  ['anthropic', { batch: half, us: [11n, 10n], 'batch+us': [11n, 20n] }],
  ['google', { batch: half, flex: half }],
  ['groq', { flex: [1n, 1n] }],
]);

/** Fractions of the standard price, of a provider as the table calls it. */
export function tierFactors(provider: string): Factors {
  return published.get(provider) ?? {};
}

/** A tier by one name, whatever its provider calls it; `undefined` where nothing is said. */
export function serviceTier(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const lower = name.trim().toLowerCase();
  if (silentNames.has(lower)) return undefined;
  return standardNames.has(lower) ? standard : lower.replace(prefixes, '');
}

/** Tier, speed and place as one: `priority`, `us`, `batch+us`. Each that is not standard changes the price. */
export function joinedTier(parts: readonly (string | undefined)[]): string {
  const special = parts.filter((part) => part !== undefined && part !== standard);
  return special.length === 0 ? standard : special.join('+');
}

/**
 * In which of the known tiers a call can be served. Who asks for one may be served in the standard one instead; who asks for
 * none gets what his account says, which may be any. Where it is served (`+us`) an account may say too.
 */
export function possibleTiers(known: Iterable<string>, asked: string | undefined): readonly string[] {
  const all = [...known];
  if (asked === undefined) return all;
  const able = new Set([standard, asked, 'us', `${asked}+us`]);
  return all.filter((tier) => able.has(tier));
}
