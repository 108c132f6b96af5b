import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';

// What a provider sent, taken as far as it makes sense.

/** Objects of an array; nothing for anything else. */
export function objectsIn(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

/** A string; empty for anything else. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
