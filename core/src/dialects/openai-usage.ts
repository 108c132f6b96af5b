import { deepFreeze } from '../deep-freeze.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import { servedIn, tokenCount, type Usage } from '../model/usage.ts';

/**
 * Usage as OpenAI and the providers compatible with it report it: `prompt_tokens` includes cached tokens,
 * `completion_tokens` includes reasoning. xAI and Google's endpoint for this format leave reasoning out of
 * `completion_tokens`, which their own totals give away: what is beyond the prompt was put out, and is billed so.
 */
export function openaiUsage(body: JsonValue): Usage | undefined {
  const raw = usageObject(body);
  if (raw === undefined) return undefined;
  const input = tokenCount(raw.prompt_tokens);
  const completion = tokenCount(raw.completion_tokens);
  const promptDetails = isJsonObject(raw.prompt_tokens_details) ? raw.prompt_tokens_details : {};
  const completionDetails = isJsonObject(raw.completion_tokens_details) ? raw.completion_tokens_details : {};
  const reasoning = tokenCount(completionDetails.reasoning_tokens);
  const total = tokenCount(raw.total_tokens);
  if (input === undefined && completion === undefined && total === undefined) return undefined; // `{}` says nothing
  const beyond = input !== undefined && completion !== undefined && total !== undefined ? total - input : 0;
  // One object for every listener: what one wrote into it, the others would book.
  return deepFreeze({
    input,
    output: completion !== undefined && beyond > completion ? beyond : completion,
    cacheRead: tokenCount(promptDetails.cached_tokens) ?? tokenCount(raw.prompt_cache_hit_tokens),
    cacheWrite: tokenCount(promptDetails.cache_write_tokens),
    reasoning,
    ...servedIn(isJsonObject(body) ? body.service_tier : undefined),
    raw,
  });
}

/** `usage` at the top; Groq's streams may carry it in `x_groq` alone. */
function usageObject(body: JsonValue): Readonly<Record<string, JsonValue>> | undefined {
  if (!isJsonObject(body)) return undefined;
  if (isJsonObject(body.usage)) return body.usage;
  const groq = body.x_groq;
  return isJsonObject(groq) && isJsonObject(groq.usage) ? groq.usage : undefined;
}

/** The usage object of an answer the gateway makes itself. */
export function openaiUsageObject(usage: Usage | undefined): Record<string, number> {
  const input = usage?.input ?? 0;
  const output = usage?.output ?? 0;
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}
