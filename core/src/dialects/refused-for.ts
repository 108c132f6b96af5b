import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { RefusedFor } from '../model/refused-for.ts';

/** Words of providers' own for it, under `code`, `type`, `status` or the inner error's `code`. */
const codes: ReadonlyMap<string, RefusedFor> = new Map([
  ['context_length_exceeded', 'context-length'], // OpenAI, Azure, Groq, Mistral, DeepSeek, vLLM
  ['too_many_prompt_tokens', 'context-length'], // Perplexity, as recorded
  ['string_above_max_length', 'context-length'], // OpenAI
  ['token_limit_exceeded', 'context-length'], // OpenRouter
  ['content_policy_violation', 'content-policy'], // OpenAI, OpenRouter
  ['content_filter', 'content-policy'], // Azure
  ['ResponsibleAIPolicyViolation', 'content-policy'], // Azure's inner error
  ['moderation_blocked', 'content-policy'], // OpenAI's images
]);

/** Sentences of those that have no code for it. Each matches in time linear in the text. */
const sentences: readonly (readonly [RegExp, RefusedFor])[] = [
  [/\bprompt is too long\b/i, 'context-length'], // Anthropic, as recorded: `prompt is too long: 3333404 tokens > 200000 maximum`
  [/\bexceeds? (?:the )?context (?:limit|window|length)\b/i, 'context-length'], // Anthropic (input and max_tokens together), OpenAI Responses
  [/\bmaximum context length\b/i, 'context-length'], // OpenRouter, as recorded; vLLM, OpenAI
  [/\binput token count\b.{0,40}\bexceeds the maximum\b/i, 'context-length'], // Google
  [/\bnumber of input tokens exceeds\b|\binput is too long\b/i, 'context-length'], // Bedrock, as recorded
  [/\bviolates usage guidelines\b/i, 'content-policy'], // xAI, as a 403 (llmgateway#1785)
  [/\brequires moderation\b.{0,80}\bflagged\b/i, 'content-policy'], // OpenRouter, as a 403
  [/\bblocked by content filtering policy\b/i, 'content-policy'], // Anthropic (claude-code#58367)
  [/\bflagged as potentially violating\b/i, 'content-policy'], // OpenAI's reasoning models (`invalid_prompt`)
  [/\bcontent management policy\b/i, 'content-policy'], // Azure before it had the code
];

/** Longest part of a message that is looked at: the sentence stands first, the rest may be the caller's prompt. */
const headOfMessage = 500;

/** Why a provider refused a request, from its error's body; `undefined` where it is another reason or an unknown one. */
export function refusedFor(body: JsonObject): RefusedFor | undefined {
  const error = isJsonObject(body.error) ? body.error : body;
  const inner = isJsonObject(error.innererror) ? error.innererror.code : undefined;
  for (const word of [error.code, error.type, error.status, inner]) {
    const known = typeof word === 'string' ? codes.get(word) : undefined;
    if (known !== undefined) return known;
  }
  if (isJsonObject(error.metadata) && Array.isArray(error.metadata.reasons) && 'flagged_input' in error.metadata) return 'content-policy';
  const message = textOf(error.message) ?? textOf(body.error) ?? textOf(body.message);
  return message === undefined ? undefined : sentences.find(([sentence]) => sentence.test(message))?.[1];
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value.slice(0, headOfMessage) : undefined;
}
