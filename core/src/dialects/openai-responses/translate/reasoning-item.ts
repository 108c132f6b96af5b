import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralReasoningText } from '../../../model/neutral.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { readEncrypted } from './encrypted-content.ts';

/** Paragraphs of one item's reasoning: OpenAI writes a summary in several parts. */
export const betweenParts = '\n\n';

/** A reasoning item: open models say what they thought (`content`), OpenAI's a summary of it. */
export function readReasoningItem(item: JsonObject): NeutralReasoningText {
  return {
    kind: 'reasoning',
    text: paragraphs(item.content) || paragraphs(item.summary),
    opaque: readEncrypted(item),
  };
}

function paragraphs(parts: JsonValue | undefined): string {
  return objectsIn(parts)
    .map((part) => textOf(part.text))
    .filter((text) => text !== '')
    .join(betweenParts);
}
