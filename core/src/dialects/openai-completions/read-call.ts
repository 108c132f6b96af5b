import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { CallFacts } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount, optionalFlag, requiredText } from '../fields.ts';

/** OpenAI's own ceilings for `n` and `best_of`; each choice multiplies the cost. */
const maxChoices = 128;
const maxBestOf = 20;

/** Reads what the gateway decides by; everything else is the provider's business and goes through untouched. */
export function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = requiredText('model', body.model);
  const prompt = body.prompt;
  // OpenAI takes a request without one for the start of a document.
  if (prompt !== undefined && prompt !== null && typeof prompt !== 'string' && !Array.isArray(prompt))
    badField('prompt', 'a string, or an array of strings or tokens', prompt);
  optionalCount('n', body.n, maxChoices);
  optionalCount('best_of', body.best_of, maxBestOf);
  return {
    model,
    stream: optionalFlag('stream', body.stream),
    maxOutputTokens: optionalCount('max_tokens', body.max_tokens),
    tools: [],
  };
}

/** How many choices the answer has: `n` for each prompt. */
export function choiceCount(body: JsonObject): number {
  const { prompt } = body;
  const several = Array.isArray(prompt) && prompt.length > 0 && prompt.every((one: JsonValue) => typeof one !== 'number');
  return (typeof body.n === 'number' ? body.n : 1) * (several ? prompt.length : 1);
}
