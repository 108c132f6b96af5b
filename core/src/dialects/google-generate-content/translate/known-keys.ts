import type { JsonObject } from '../../../model/json.ts';
import { fieldKey } from '../../google-fields.ts';

/** The spellings that an object uses for fields that are known. */
export function knownKeys(object: JsonObject, names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => fieldKey(object, name) ?? name));
}
