import { deepFreeze } from '../deep-freeze.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { servedIn, tokenCount, type Usage } from '../model/usage.ts';

/**
 * Usage as OpenAI's Responses report it, of a whole answer or of an event that carries one: `input_tokens` includes cached
 * tokens, `output_tokens` includes reasoning. xAI keeps to that here, unlike in its chat format.
 */
export function responsesUsage(body: JsonValue): Usage | undefined {
  const answer = answerOf(body);
  const raw = answer?.usage;
  if (answer === undefined || !isJsonObject(raw)) return undefined;
  const input = tokenCount(raw.input_tokens);
  const output = tokenCount(raw.output_tokens);
  if (input === undefined && output === undefined && tokenCount(raw.total_tokens) === undefined) return undefined; // `{}` says nothing
  const inputDetails = isJsonObject(raw.input_tokens_details) ? raw.input_tokens_details : {};
  const outputDetails = isJsonObject(raw.output_tokens_details) ? raw.output_tokens_details : {};
  // One object for every listener: what one wrote into it, the others would book.
  return deepFreeze({
    input,
    output,
    cacheRead: tokenCount(inputDetails.cached_tokens),
    cacheWrite: tokenCount(inputDetails.cache_write_tokens),
    reasoning: tokenCount(outputDetails.reasoning_tokens),
    ...servedIn(answer.service_tier),
    ...(isJsonObject(answer.tool_usage) && { toolUsage: answer.tool_usage }),
    raw,
  });
}

/** What has the usage: the answer itself, or the one within an event. */
function answerOf(body: JsonValue): JsonObject | undefined {
  if (!isJsonObject(body)) return undefined;
  if (isJsonObject(body.usage)) return body;
  return isJsonObject(body.response) ? body.response : undefined;
}

/** The usage object of an answer the gateway makes itself; clients' types require its numbers. */
export function responsesUsageObject(usage: Usage | undefined): JsonObject {
  const input = usage?.input ?? 0;
  const output = usage?.output ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage?.cacheRead ?? 0, cache_write_tokens: usage?.cacheWrite ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage?.reasoning ?? 0 },
    total_tokens: input + output,
  };
}
