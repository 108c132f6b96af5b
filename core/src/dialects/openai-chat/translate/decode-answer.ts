import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralToolCall } from '../../../model/neutral.ts';
import { openaiUsage } from '../../openai-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { readSignature, signFirst } from './google-signature.ts';
import { readReasoning, thinkingText } from './reasoning.ts';
import { readStop } from './stop.ts';

/** A provider's whole answer: its first choice. */
export function decodeAnswer(body: JsonObject): NeutralAnswer {
  const [choice = {}] = objectsIn(body.choices);
  const message = isJsonObject(choice.message) ? choice.message : {};
  const calls = readCalls(message);
  return {
    id: textOf(body.id),
    model: textOf(body.model),
    parts: [...readReasoning(message), ...readContent(message.content), ...readRest(message, calls)],
    stop: readStop(choice.finish_reason, calls.length > 0),
    usage: openaiUsage(body),
  };
}

/** A text, or Mistral's array of texts, thinking and references. */
export function readContent(content: JsonValue | undefined): NeutralAssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return objectsIn(content).flatMap((part): NeutralAssistantPart[] => {
    const thinking = thinkingText(part.thinking);
    if (thinking !== '') return [{ kind: 'reasoning', text: thinking, opaque: undefined }];
    const refusal = textOf(part.refusal);
    if (refusal !== '') return [{ kind: 'refusal', text: refusal }];
    const text = textOf(part.text);
    return text === '' ? [] : [{ kind: 'text', text }];
  });
}

function readRest(message: JsonObject, calls: NeutralToolCall[]): NeutralAssistantPart[] {
  const parts: NeutralAssistantPart[] = [];
  const audio = isJsonObject(message.audio) ? textOf(message.audio.transcript) : '';
  if (audio !== '') parts.push({ kind: 'text', text: audio });
  const refusal = textOf(message.refusal);
  if (refusal !== '') parts.push({ kind: 'refusal', text: refusal });
  return [...parts, ...signFirst(calls, readSignature(message)), ...calls];
}

/** Some servers write every field there is, empty: a call has a name. */
function readCalls(message: JsonObject): NeutralToolCall[] {
  const calls = objectsIn(message.tool_calls).flatMap((call) => readCall(call, call.function));
  return [...calls, ...readCall({}, message.function_call)];
}

function readCall(call: JsonObject, called: JsonValue | undefined): NeutralToolCall[] {
  const name = isJsonObject(called) ? textOf(called.name) : '';
  if (!isJsonObject(called) || name === '') return [];
  return [{ kind: 'toolCall', id: textOf(call.id), name, arguments: argumentsText(called.arguments), opaque: readSignature(call) }];
}
