import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralOpaque, NeutralToolCall } from '../../../model/neutral.ts';
import { responsesUsage } from '../../openai-responses-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { readCallOpaque } from './encrypted-content.ts';
import { readReasoningItem } from './reasoning-item.ts';
import { readStop } from './stop.ts';

/** A provider's whole answer. Items that only its own tools write say nothing to another format's client. */
export function decodeAnswer(body: JsonObject): NeutralAnswer {
  const parts: NeutralAssistantPart[] = [];
  let callOpaque: NeutralOpaque | undefined;
  for (const item of objectsIn(body.output)) {
    const carried = readCallOpaque(item);
    if (carried === undefined) for (const part of readItem(item, callOpaque)) parts.push(part);
    callOpaque = carried;
  }
  const calledTools = parts.some(({ kind }) => kind === 'toolCall');
  return {
    id: textOf(body.id),
    model: textOf(body.model),
    parts,
    stop: readStop(body, calledTools),
    usage: responsesUsage(body),
  };
}

function readItem(item: JsonObject, callOpaque: NeutralOpaque | undefined): NeutralAssistantPart[] {
  switch (item.type) {
    case 'message':
      return readContent(item);
    case 'reasoning': {
      const part = readReasoningItem(item);
      return part.text === '' && part.opaque === undefined ? [] : [part];
    }
    case 'function_call':
      return readCall(item, callOpaque);
    default:
      return [];
  }
}

/** The texts of a message that say something. */
export function readContent(item: JsonObject): Extract<NeutralAssistantPart, { kind: 'text' | 'refusal' }>[] {
  return objectsIn(item.content).flatMap((part) => {
    const kind = part.type === 'refusal' ? 'refusal' : 'text';
    const text = textOf(part[kind]);
    return text === '' ? [] : [{ kind, text }];
  });
}

/** A call has a name. */
function readCall(item: JsonObject, opaque: NeutralOpaque | undefined): NeutralToolCall[] {
  const name = textOf(item.name);
  return name === '' ? [] : [{ kind: 'toolCall', id: callIdOf(item), name, arguments: argumentsText(item.arguments), opaque }];
}

/** Some servers give a call one id only. */
export function callIdOf(item: JsonObject): string {
  return textOf(item.call_id) || textOf(item.id);
}
