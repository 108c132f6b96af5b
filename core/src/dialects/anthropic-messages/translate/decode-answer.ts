import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart } from '../../../model/neutral.ts';
import { anthropicUsage } from '../../anthropic-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { readStop } from './stop.ts';
import { readThinking } from './thinking.ts';

/** A provider's whole answer. */
export function decodeAnswer(body: JsonObject): NeutralAnswer {
  const parts = objectsIn(body.content).flatMap(readBlock);
  const calledTools = parts.some(({ kind }) => kind === 'toolCall');
  return {
    id: textOf(body.id),
    model: textOf(body.model),
    parts,
    stop: readStop(body.stop_reason, body.stop_sequence, calledTools),
    usage: anthropicUsage(body),
  };
}

/** Never an empty part; nothing for what Anthropic's servers did in between (a search, a program), which the text tells of. */
export function readBlock(block: JsonObject): NeutralAssistantPart[] {
  switch (block.type) {
    case 'text': {
      const text = textOf(block.text);
      return text === '' ? [] : [{ kind: 'text', text }];
    }
    case 'tool_use': {
      const name = textOf(block.name);
      if (name === '') return [];
      return [{ kind: 'toolCall', id: textOf(block.id), name, arguments: argumentsText(block.input), opaque: undefined }];
    }
    default: {
      const thinking = readThinking(block);
      return thinking === undefined ? [] : [thinking];
    }
  }
}
