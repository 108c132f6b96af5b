import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralToolCall } from '../../../model/neutral.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import { argumentsObject } from '../../translate/tool-arguments.ts';
import type { AnswerAbout } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { stopMembers } from './stop.ts';
import { callSignature, thinkingBlocks } from './thinking.ts';
import { usageObject } from './usage.ts';

/** A whole answer for a client of Messages. */
export function encodeAnswer(answer: NeutralAnswer, about: AnswerAbout): JsonObject {
  const calledTools = answer.parts.some(({ kind }) => kind === 'toolCall');
  const refused = answer.parts.some(({ kind }) => kind === 'refusal');
  return {
    id: messageId(answer.id, about),
    type: 'message',
    role: 'assistant',
    model: answer.model || about.model,
    content: contentOf(answer, about),
    ...stopMembers(answer.stop, { calledTools, refused }),
    usage: usageObject(answer.usage),
  };
}

/** Clients tell what kind of thing an id is of by how it begins. */
export function messageId(id: string, about: AnswerAbout): string {
  return id.startsWith('msg_') ? id : `msg_${about.id}`;
}

/** Never an empty text: the next turn would be refused for it (anthropics/claude-code#62396). */
function contentOf({ parts }: NeutralAnswer, about: AnswerAbout): JsonObject[] {
  const ids = new AnswerCallIds(callIdRules.prefix, about.id);
  return parts.flatMap((part) => blocksOf(part, ids));
}

function blocksOf(part: NeutralAssistantPart, ids: AnswerCallIds): JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning':
      return part.text === '' && part.opaque === undefined ? [] : thinkingBlocks(part);
    case 'toolCall':
      return callBlocks(part, ids.next(part.id));
  }
}

function callBlocks(call: NeutralToolCall, id: string): JsonObject[] {
  const signature = callSignature(call.opaque);
  return [
    ...(signature === undefined ? [] : [{ type: 'thinking', thinking: '', signature }]),
    { type: 'tool_use', id, name: call.name, input: argumentsObject(call.arguments) },
  ];
}
