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

/** Arguments as JSON text. Ollama's own clients know them as an object; some servers send nothing where there are none. */
export function argumentsText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? jsonText(value) : '';
}

/** An object as JSON text; empty for one that is nested too deep to be written. */
export function jsonText(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}
