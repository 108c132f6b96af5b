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

/** Arguments as JSON text of an object. Some servers write an object, and nothing or `""` where there are none. */
export function argumentsText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value === '' ? '{}' : value;
  return isJsonObject(value) ? JSON.stringify(value) : '{}';
}
