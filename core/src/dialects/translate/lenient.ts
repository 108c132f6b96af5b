import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';

// What a provider sent, taken as far as it makes sense.

/** Objects of an array; nothing for anything else. */
export function objectsIn(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

/** A string; empty for anything else. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An object as JSON text; empty for one that is nested too deep to be written. */
export function jsonText(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}
