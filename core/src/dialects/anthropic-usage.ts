import { deepFreeze } from '../deep-freeze.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { servedIn, tokenCount, type Usage } from '../model/usage.ts';

/**
 * Usage as Anthropic reports it, from a body with a `usage` object: `input_tokens` leaves out what was read from the prompt
 * cache or written to it, so the three are added up. `output_tokens` includes thinking.
 */
export function anthropicUsage(body: JsonValue): Usage | undefined {
  if (!isJsonObject(body) || !isJsonObject(body.usage)) return undefined;
  const raw = body.usage;
  const uncached = tokenCount(raw.input_tokens);
  const cacheRead = tokenCount(raw.cache_read_input_tokens);
  const cacheWrite = tokenCount(raw.cache_creation_input_tokens) ?? written(raw.cache_creation);
  const output = tokenCount(raw.output_tokens);
  const details = isJsonObject(raw.output_tokens_details) ? raw.output_tokens_details : {};
  if (uncached === undefined && output === undefined && cacheRead === undefined && cacheWrite === undefined) return undefined;
  // One object for every listener: what one wrote into it, the others would book.
  return deepFreeze({
    // A cache that is not mentioned was not used; without the rest of the input, the cache alone is no total.
    input: uncached === undefined ? undefined : tokenCount(uncached + (cacheRead ?? 0) + (cacheWrite ?? 0)),
    output,
    cacheRead,
    cacheWrite,
    reasoning: tokenCount(details.thinking_tokens),
    ...servedIn(raw.service_tier),
    raw,
  });
}

/** Tokens written to the cache, by their time to live: some report this alone. */
function written(creation: JsonValue | undefined): number | undefined {
  if (!isJsonObject(creation)) return undefined;
  const counts = Object.values(creation).map(tokenCount);
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : tokenCount(known.reduce((sum, count) => sum + count, 0));
}

/**
 * Two reports of one stream as one. The numbers of `message_delta` are totals that take the place of those in
 * `message_start`; adding them up would count twice (maximhq/bifrost#5354). What the later one leaves out, or says so that
 * it means nothing, is as it was.
 */
export function laterUsage(before: JsonObject, after: JsonObject): JsonObject {
  const said = Object.entries(after).filter(
    ([key, value]) => value !== null && (tokenCount(before[key]) === undefined || tokenCount(value) !== undefined),
  );
  return { ...before, ...Object.fromEntries(said) };
}

/** The usage object of an answer the gateway makes itself; clients require the two numbers. */
export function anthropicUsageObject(usage: Usage | undefined): Record<string, number | null> {
  const { input = 0, output = 0, cacheRead, cacheWrite } = usage ?? {};
  // xAI and OpenRouter have reported more from the cache than there was input; clients here add the three up.
  const read = Math.min(cacheRead ?? 0, input);
  const written = Math.min(cacheWrite ?? 0, input - read);
  return {
    input_tokens: input - read - written,
    cache_creation_input_tokens: cacheWrite === undefined ? null : written,
    cache_read_input_tokens: cacheRead === undefined ? null : read,
    output_tokens: output,
  };
}
