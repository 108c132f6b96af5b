import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralOpaque, NeutralReasoningText, NeutralToolCall } from '../../../model/neutral.ts';

// Where Gemini's thought signatures stand in Chat's format: `extra_content.google.thought_signature`, on a tool call or (its
// OpenAI endpoint) on the message. Without them the next turn is refused: langchain-ai/langchain#37347.

const google = 'google-generate-content';

/** The signature that a tool call, a message or a delta carries. */
export function readSignature(holder: JsonObject): NeutralOpaque | undefined {
  const extra = member(holder.extra_content, 'google');
  const signature = member(extra, 'thought_signature');
  return typeof signature === 'string' && signature !== '' ? { dialect: google, value: signature } : undefined;
}

/**
 * Gives the signature of a message to its first call, which it was made for if that has none; else it is a part of its own.
 * The older of Google's endpoints signed messages, not calls.
 */
export function signFirst(calls: NeutralToolCall[], opaque: NeutralOpaque | undefined): NeutralReasoningText[] {
  const [first] = calls;
  if (opaque === undefined) return [];
  if (first === undefined || first.opaque !== undefined) return [{ kind: 'reasoning', text: '', opaque }];
  calls[0] = { ...first, opaque };
  return [];
}

/** What to add to a tool call, a message or a delta; nothing for what is not Google's. */
export function signatureMembers(opaque: NeutralOpaque | undefined): JsonObject {
  return opaque?.dialect === google ? { extra_content: { google: { thought_signature: opaque.value } } } : {};
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}
