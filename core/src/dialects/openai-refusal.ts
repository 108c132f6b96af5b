import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { RefusalFacts } from './dialect.ts';

/** OpenAI answers an account without money with 429: no wait helps, another credential may. */
export function openaiRefusal(body: JsonObject): RefusalFacts {
  const { error } = body;
  const code = isJsonObject(error) ? (error.code ?? error.type) : undefined;
  return { badCredential: code === 'insufficient_quota' || code === 'billing_hard_limit_reached', waitMs: undefined };
}
