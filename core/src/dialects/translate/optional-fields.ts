import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { badField } from '../fields.ts';

// Fields that a request may leave out. Each throws GW_BAD_REQUEST for another type, naming the field.

export function optionalNumber(field: string, value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : badField(field, 'a number', value);
}

export function optionalBoolean(field: string, value: JsonValue | undefined): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'boolean' ? value : badField(field, 'true or false', value);
}

/** An empty text says nothing. */
export function optionalText(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : badField(field, 'a string', value);
}

export function optionalObject(field: string, value: JsonValue | undefined, expected = 'an object'): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  return isJsonObject(value) ? value : badField(field, expected, value);
}

/** A list of texts, as stop sequences are. */
export function optionalTexts(field: string, value: JsonValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) badField(field, 'an array of strings', value);
  return (value as readonly JsonValue[]).map((one, index) =>
    typeof one === 'string' ? one : badField(`${field}[${index}]`, 'a string', one),
  );
}

/** Whether a field asks for something: `false` and an empty list ask for what happens anyway. */
export function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}
