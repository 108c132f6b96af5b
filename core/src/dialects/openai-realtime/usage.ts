import { deepFreeze } from '../../deep-freeze.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import { tokenCount, type Usage } from '../../model/usage.ts';

/**
 * Usage as a `response.done` reports it. `input_tokens` includes cached tokens, as text and as audio; details are named in the
 * singular, unlike in Responses (openai 7.57 `RealtimeResponseUsage`).
 */
export function realtimeUsage(response: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(response) || !isJsonObject(response.usage)) return undefined;
  const raw = response.usage;
  const input = tokenCount(raw.input_tokens);
  const output = tokenCount(raw.output_tokens);
  if (input === undefined && output === undefined && tokenCount(raw.total_tokens) === undefined) return undefined;
  const details = isJsonObject(raw.input_token_details) ? raw.input_token_details : {};
  return deepFreeze({ input, output, cacheRead: tokenCount(details.cached_tokens), cacheWrite: undefined, reasoning: undefined, raw });
}
