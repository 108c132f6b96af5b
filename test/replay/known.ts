/** A problem that is known and has its reason; it is shown, and fails nothing. */
export interface Known {
  readonly what: RegExp;
  /** The recordings or cases; all where absent. */
  readonly ids?: RegExp;
  readonly why: string;
}

export const known: readonly Known[] = [
  {
    what: /^an SSE case$/,
    ids: /^esp-get(?:Leading|Multi)Bom/,
    why: 'the parser of these cases drops a byte order mark that was encoded twice; the specification knows nothing of it',
  },
  {
    what: /^an SSE case$/,
    ids: /^(?:esp-getInvalidBom|wpt-format-bom)/,
    why: 'defect: a byte order mark is taken off every frame; it is one at the beginning of a stream only (dialects/sse.ts, frameFields)',
  },
  {
    what: /usage\.output/,
    ids: /google-gemini$/,
    why: 'defect: Google’s endpoint for Chat leaves thoughts out of completion_tokens and counts them in total_tokens (dialects/openai-usage.ts)',
  },
  {
    what: /^answer openai-chat → anthropic-messages: usage\.input$/,
    why: 'defect: xAI and OpenRouter report more from the cache than there was input, and the two are added up (dialects/anthropic-usage.ts)',
  },
  {
    what: /^error: status$/,
    ids: /xai .* 400$/,
    why: 'defect: xAI’s `{"code","error":"text"}` about a wrong key is not taken for the operator’s (dialects/openai-refusal.ts)',
  },
  {
    what: /^open responses, by .*tools\[n\]\.strict: is missing$/,
    why: 'defect: a tool that came without `strict` or `parameters` is repeated without (openai-responses/translate/response-object.ts)',
  },
  {
    what: /^edited: reasoning \(openai-chat\)$/,
    ids: /openrouter$/,
    why: 'OpenRouter says the same reasoning in two places; what is held back of both leaves in two events, each with an empty other place',
  },
];

/** Why a problem is known; `undefined` for a new one. */
export function reasonOf({ what, id }: { readonly what: string; readonly id: string }): string | undefined {
  return known.find((one) => one.what.test(what) && one.ids?.test(id) !== false)?.why;
}
