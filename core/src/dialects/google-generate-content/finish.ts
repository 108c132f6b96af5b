import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { fieldOf, objectElements } from '../google-fields.ts';

/**
 * Why a candidate is over; `undefined` while it is not. A number where the provider was asked to write enums so
 * (`$alt=json;enum-encoding=int`).
 */
export function finishOf(candidate: JsonObject): string | undefined {
  return reason(fieldOf(candidate, 'finishReason'), 'FINISH_REASON_UNSPECIFIED');
}

/** Why the prompt was not answered at all: there are no candidates then. */
export function blockOf(body: JsonObject): string | undefined {
  const feedback = fieldOf(body, 'promptFeedback');
  if (!isJsonObject(feedback)) return undefined;
  for (const _ of objectElements(body, 'candidates', [])) return undefined;
  return reason(fieldOf(feedback, 'blockReason'), 'BLOCKED_REASON_UNSPECIFIED');
}

function reason(value: JsonValue | undefined, unspecified: string): string | undefined {
  if (typeof value === 'number') return value > 0 ? String(value) : undefined;
  return typeof value === 'string' && value !== '' && value !== unspecified ? value : undefined;
}

/** Of a whole answer: the first candidate's reason, or the prompt's. */
export function finishReason(body: JsonValue): string | undefined {
  if (!isJsonObject(body)) return undefined;
  for (const [candidate] of objectElements(body, 'candidates', [])) return finishOf(candidate);
  return blockOf(body);
}
