import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import { fieldOf, objectElements } from '../../google-fields.ts';

// A GenerateContentResponse as a provider may send it, whole or as an event of a stream. Nothing here throws.

export interface Candidate {
  readonly parts: readonly JsonObject[];
  readonly finishReason: JsonValue | undefined;
}

/** The answer that was asked for: the first. Where the prompt was blocked there is none, and the reason stands elsewhere. */
export function candidateOf(body: JsonObject): Candidate {
  const first = objectElements(body, 'candidates', []).next().value?.[0];
  if (first === undefined) return { parts: [], finishReason: isBlocked(body) ? 'SAFETY' : undefined };
  const content = first.content;
  const parts = isJsonObject(content) ? [...objectElements(content, 'parts', [])].map(([part]) => part) : [];
  return { parts, finishReason: fieldOf(first, 'finishReason') };
}

function isBlocked(body: JsonObject): boolean {
  const feedback = fieldOf(body, 'promptFeedback');
  const reason = isJsonObject(feedback) ? fieldOf(feedback, 'blockReason') : undefined;
  return reason !== undefined && reason !== 'BLOCKED_REASON_UNSPECIFIED' && reason !== 0;
}

/** A text member; empty for anything else. */
export function textField(object: JsonObject, name: string): string {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value : '';
}
