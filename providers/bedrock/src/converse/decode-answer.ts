import {
  argumentsText,
  isJsonObject,
  type JsonObject,
  type NeutralAnswer,
  type NeutralAssistantPart,
  objectsIn,
  textOf,
} from '@express-ai-gateway/core/provider';
import { objectOf } from './object-of.ts';
import { readReasoning } from './reasoning.ts';
import { readStop } from './stop.ts';
import { converseUsage } from './usage.ts';

/** A whole answer. Converse names neither itself nor its model. */
export function decodeAnswer(body: JsonObject): NeutralAnswer {
  const { content } = objectOf(objectOf(body.output).message);
  const parts = objectsIn(content).flatMap(readBlock);
  const calledTools = parts.some(({ kind }) => kind === 'toolCall');
  return { id: '', model: '', parts, stop: readStop(body, calledTools), usage: converseUsage(body) };
}

/** Never an empty part. Each block has one member, named for its kind. */
function readBlock(block: JsonObject): NeutralAssistantPart[] {
  if (typeof block.text === 'string') return textParts(block.text);
  if (isJsonObject(block.toolUse)) return callParts(block.toolUse);
  if (isJsonObject(block.citationsContent)) return objectsIn(block.citationsContent.content).flatMap(({ text }) => textParts(textOf(text)));
  const reasoning = isJsonObject(block.reasoningContent) ? readReasoning(block.reasoningContent) : undefined;
  return reasoning === undefined ? [] : [reasoning];
}

function textParts(text: string): NeutralAssistantPart[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function callParts(toolUse: JsonObject): NeutralAssistantPart[] {
  if (!isClientsTool(toolUse)) return [];
  const { toolUseId, name, input } = toolUse;
  return [{ kind: 'toolCall', id: textOf(toolUseId), name: textOf(name), arguments: argumentsText(input), opaque: undefined }];
}

/** Whether a call is the client's to carry out. Those of AWS's own tools (`nova_grounding`) are done when the answer comes. */
export function isClientsTool({ name, type }: JsonObject): boolean {
  return textOf(name) !== '' && (type === undefined || type === null || type === 'tool_use');
}
