import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart } from '../../../model/neutral.ts';
import { fieldOf } from '../../google-fields.ts';
import { googleUsage } from '../../google-usage.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { candidateOf, textField } from './candidate.ts';
import { readSignature } from './signature.ts';
import { readStop } from './stop.ts';

/** A provider's whole answer. Parts that no other format has (images, code that Google ran) are left out. */
export function decodeAnswer(body: JsonObject): NeutralAnswer {
  const { parts: given, finishReason } = candidateOf(body);
  const parts = given.flatMap(decodePart);
  const calls = parts.some(({ kind }) => kind === 'toolCall');
  return {
    id: textField(body, 'responseId'),
    model: textField(body, 'modelVersion'),
    parts,
    stop: readStop(finishReason, calls),
    usage: googleUsage(body),
  };
}

function decodePart(part: JsonObject): NeutralAssistantPart[] {
  const opaque = readSignature(fieldOf(part, 'thoughtSignature'));
  const call = fieldOf(part, 'functionCall');
  if (isJsonObject(call)) {
    const { args } = call;
    const name = textField(call, 'name');
    if (name === '' && !isJsonObject(args)) return [];
    return [{ kind: 'toolCall', id: textField(call, 'id'), name, arguments: argumentsText(args), opaque }];
  }
  const text = textField(part, 'text');
  if (part.thought === true) return text === '' && opaque === undefined ? [] : [{ kind: 'reasoning', text, opaque }];
  // A signature may stand on a text, or in a part of its own after it.
  return [
    ...(text === '' ? [] : [{ kind: 'text', text } as const]),
    ...(opaque === undefined ? [] : [{ kind: 'reasoning', text: '', opaque } as const]),
  ];
}
