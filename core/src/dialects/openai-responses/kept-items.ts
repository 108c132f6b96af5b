import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { ItemReference } from '../dialect.ts';

// The AI SDK does not send earlier items again but refers to them by id, as OpenAI keeps them unless told not to. Items of
// answers that were translated lie with no provider of this format: the gateway keeps those itself.

/** Ids of items that a translated answer has: the exchange's, which is no id of any provider's. */
const ownItemId = /^(?:msg|rs|fc)_[0-9a-f]{32}_\d+$/;

/** Places of a request's input that stand for items which the gateway keeps. */
export function itemReferences({ input }: JsonObject): readonly ItemReference[] {
  if (!Array.isArray(input)) return [];
  return (input as readonly JsonValue[]).flatMap((item, index) => {
    if (!isJsonObject(item) || item.type !== 'item_reference' || typeof item.id !== 'string') return [];
    return ownItemId.test(item.id) ? [{ path: ['input', index], id: item.id }] : [];
  });
}

/** The items of a translated answer that a later request may refer to; none where the client wants nothing kept. */
export function referableItems(answer: JsonValue, request: JsonObject): readonly { readonly id: string; readonly item: JsonObject }[] {
  if (request.store === false || !isJsonObject(answer) || !Array.isArray(answer.output)) return [];
  return (answer.output as readonly JsonValue[]).flatMap((item) =>
    isJsonObject(item) && typeof item.id === 'string' && ownItemId.test(item.id) ? [{ id: item.id, item }] : [],
  );
}

/** The whole answer that a stream's last frames hold. */
export function streamedAnswer(lastEvents: readonly JsonValue[]): JsonValue | undefined {
  const last = lastEvents.findLast((event) => isJsonObject(event) && isJsonObject(event.response));
  return isJsonObject(last) ? last.response : undefined;
}
