import { deepFreeze, isJsonObject, type JsonValue, tokenCount, type Usage } from '@express-ai-gateway/core/provider';

/**
 * Usage as Converse reports it, in a whole answer and in the stream's `metadata`: like Anthropic's, `inputTokens` leaves out
 * what was read from the prompt cache or written to it. Some models have the cache's counts twice, `…TokenCount` beside
 * `…Tokens`: one of them counts.
 */
export function converseUsage(body: JsonValue): Usage | undefined {
  if (!isJsonObject(body) || !isJsonObject(body.usage)) return undefined;
  const raw = body.usage;
  const uncached = tokenCount(raw.inputTokens);
  const output = tokenCount(raw.outputTokens);
  const cacheRead = tokenCount(raw.cacheReadInputTokens) ?? tokenCount(raw.cacheReadInputTokenCount);
  const cacheWrite = tokenCount(raw.cacheWriteInputTokens) ?? tokenCount(raw.cacheWriteInputTokenCount);
  if (uncached === undefined && output === undefined && cacheRead === undefined && cacheWrite === undefined) return undefined;
  // One object for every listener: what one wrote into it, the others would book.
  return deepFreeze({
    // A cache that is not mentioned was not used; without the rest of the input, the cache alone is no total.
    input: uncached === undefined ? undefined : tokenCount(uncached + (cacheRead ?? 0) + (cacheWrite ?? 0)),
    output,
    cacheRead,
    cacheWrite,
    reasoning: undefined,
    raw,
  });
}
