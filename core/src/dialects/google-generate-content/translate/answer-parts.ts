import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralToolCall } from '../../../model/neutral.ts';
import { argumentsObject } from '../../translate/tool-arguments.ts';
import { writeSignature } from './signature.ts';

/** A part of an answer as Google's clients read it. */
export function answerPart(part: NeutralAssistantPart): JsonObject {
  if (part.kind === 'toolCall') return answerCall(part);
  if (part.kind !== 'reasoning') return { text: part.text };
  return { text: part.text, thought: true, ...(part.opaque !== undefined && { thoughtSignature: writeSignature(part.opaque) }) };
}

/** Always whole: a client runs what it reads. */
export function answerCall({ id, name, arguments: text, opaque }: Omit<NeutralToolCall, 'kind'>): JsonObject {
  return {
    functionCall: { ...(id !== '' && { id }), name, args: argumentsObject(text) },
    ...(opaque !== undefined && { thoughtSignature: writeSignature(opaque) }),
  };
}
