import type { JsonValue } from '../../../model/json.ts';
import type { NeutralStop } from '../../../model/neutral.ts';

const filtered: ReadonlySet<string> = new Set([
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII'],
  ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION'],
]);

/** Some clients ask for enums as numbers; those that Vertex and the Gemini API number alike. */
const numbers: Readonly<Record<number, string>> = {
  0: 'FINISH_REASON_UNSPECIFIED',
  1: 'STOP',
  2: 'MAX_TOKENS',
  3: 'SAFETY',
  4: 'RECITATION',
  5: 'OTHER',
};

/** Why a candidate stopped. Google says `STOP` for tool calls too: `calls` tells whether there were any. */
export function readStop(finishReason: JsonValue | undefined, calls: boolean): NeutralStop | undefined {
  const word = typeof finishReason === 'number' ? (numbers[finishReason] ?? String(finishReason)) : finishReason;
  if (typeof word !== 'string' || word === '' || word === 'FINISH_REASON_UNSPECIFIED') return undefined;
  if (word === 'STOP') return { kind: calls ? 'toolCalls' : 'end' };
  // CONTINUATION: the request's own cap was reached and another request could go on (AI SDK, map-google-finish-reason).
  if (word === 'MAX_TOKENS' || word === 'CONTINUATION') return { kind: 'length' };
  return filtered.has(word) ? { kind: 'filtered' } : { kind: 'unknown', word };
}

/** Google's words for what it does not count as a stop of the model's own. */
const brokenWords: ReadonlySet<string> = new Set([
  ...['LANGUAGE', 'OTHER', 'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'],
  ...['NO_IMAGE', 'IMAGE_OTHER', 'MALFORMED_RESPONSE'],
]);

/** The members of a candidate that say why it stopped; none while nobody knows. */
export function writeStop(stop: NeutralStop | undefined): { readonly finishReason?: string; readonly finishMessage?: string } {
  if (stop === undefined) return {};
  if (stop.kind === 'length') return { finishReason: 'MAX_TOKENS' };
  if (stop.kind === 'filtered') return { finishReason: 'SAFETY' };
  if (stop.kind !== 'unknown') return { finishReason: 'STOP' };
  // An enum: clients in typed languages refuse words of others.
  return brokenWords.has(stop.word) ? { finishReason: stop.word } : { finishReason: 'OTHER', finishMessage: stop.word };
}
