import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralToolCall } from '../../../model/neutral.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import type { AnswerAbout } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { writeCallOpaque, writeEncrypted } from './encrypted-content.ts';
import { callItem, contentPart, type ItemStatus, itemId, messageItem, reasoningItem } from './output-items.ts';
import { responseObject } from './response-object.ts';
import { statusOf } from './stop.ts';

/** A whole answer for a client of Responses. */
export function encodeAnswer(answer: NeutralAnswer, about: AnswerAbout): JsonObject {
  const { status, reason } = statusOf(answer.stop);
  const { id, model, usage } = answer;
  return responseObject({ id, model, status, reason, output: outputOf(answer.parts, status, about.id), usage }, about);
}

/** Parts as items; texts that follow each other are one message. What was cut short is the last one. */
function outputOf(parts: readonly NeutralAssistantPart[], status: ItemStatus, answerId: string): JsonObject[] {
  const output: JsonObject[] = [];
  const ids = new AnswerCallIds(callIdRules.prefix, answerId);
  let content: JsonObject[] = [];
  const endMessage = (as: ItemStatus): void => {
    if (content.length > 0) output.push(messageItem(itemId('message', answerId, output.length), as, content));
    content = [];
  };
  for (const [index, part] of parts.entries()) {
    const as = index === parts.length - 1 ? status : 'completed';
    if (part.kind === 'text' || part.kind === 'refusal') {
      if (part.text !== '') content.push(contentPart(part.kind, part.text));
      continue;
    }
    endMessage('completed');
    if (part.kind === 'toolCall') pushCall(output, part, as, ids, answerId);
    else if (part.text !== '' || part.opaque !== undefined) {
      const encrypted = part.opaque === undefined ? undefined : writeEncrypted(part.opaque);
      output.push(reasoningItem(itemId('reasoning', answerId, output.length), part.text, encrypted));
    }
  }
  endMessage(status);
  return output;
}

/** What belongs to the call stands before it. */
function pushCall(output: JsonObject[], call: NeutralToolCall, status: ItemStatus, ids: AnswerCallIds, answerId: string): void {
  if (call.opaque !== undefined) output.push(reasoningItem(itemId('reasoning', answerId, output.length), '', writeCallOpaque(call.opaque)));
  const id = itemId('call', answerId, output.length);
  output.push(callItem({ id, callId: ids.next(call.id), name: call.name }, status, call.arguments));
}
