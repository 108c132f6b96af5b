import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import { isForeignOpaque } from '../opaque.ts';

/** Ids that a translated answer's items have: the exchange's, which is no id of any provider's. */
const ownId = /^rs_[0-9a-f]{32}(?:_|$)/;

/**
 * Takes out reasoning that another format's provider did, in a conversation that comes (back) to one that speaks Responses: it
 * could neither decrypt it nor find it by its id. The names of fields that changed.
 */
export function dropForeignReasoning(document: JsonDocument): readonly string[] {
  const { view } = document;
  const input = isJsonObject(view) ? view.input : undefined;
  if (!Array.isArray(input)) return [];
  let found = false;
  for (const [index, item] of (input as readonly JsonValue[]).entries()) {
    if (!isForeign(item)) continue;
    document.removeKey(['input', index]);
    found = true;
  }
  return found ? ['input.reasoning'] : [];
}

function isForeign(item: JsonValue): boolean {
  if (!isJsonObject(item) || item.type !== 'reasoning') return false;
  const { encrypted_content: encrypted, id } = item;
  if (typeof encrypted === 'string' && encrypted !== '') return isForeignOpaque(encrypted) || encrypted.startsWith('gw1call:');
  return typeof id === 'string' && ownId.test(id);
}
