import type { JsonObject } from '../../model/json.ts';
import { requestFacts } from '../anthropic-request.ts';
import type { CallFacts } from '../dialect.ts';
import { badField, optionalCount, optionalFlag } from '../fields.ts';

/** Reads what the gateway decides by. `max_tokens: 0` generates nothing: it warms the prompt cache. */
export function readCall(body: JsonObject): CallFacts {
  const facts = requestFacts(body);
  const maxOutputTokens = optionalCount('max_tokens', body.max_tokens);
  if (maxOutputTokens === undefined) badField('max_tokens', 'a non-negative integer', body.max_tokens);
  return { ...facts, stream: optionalFlag('stream', body.stream), maxOutputTokens };
}
