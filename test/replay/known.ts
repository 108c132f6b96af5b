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
    what: /^edited: reasoning \(openai-chat\)$/,
    ids: /openrouter$/,
    why: 'OpenRouter says the same reasoning in two places; what is held back of both leaves in two events, each with an empty other place',
  },
];

/** Why a problem is known; `undefined` for a new one. */
export function reasonOf({ what, id }: { readonly what: string; readonly id: string }): string | undefined {
  return known.find((one) => one.what.test(what) && one.ids?.test(id) !== false)?.why;
}
