import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { RefusalFacts } from './dialect.ts';

/**
 * OpenAI answers an account without money with 429: no wait helps, another credential may. xAI answers a wrong key with 400
 * and its words in a bare text.
 */
export function openaiRefusal(body: JsonObject): RefusalFacts {
  const { error } = body;
  const code = isJsonObject(error) ? (error.code ?? error.type) : undefined;
  const outOfMoney = code === 'insufficient_quota' || code === 'billing_hard_limit_reached';
  const wrongKey = typeof error === 'string' && /^incorrect api key\b/i.test(error);
  return { badCredential: outOfMoney || wrongKey, waitMs: undefined };
}
