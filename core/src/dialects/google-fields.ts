import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import { badField } from './fields.ts';

// Google's APIs are protocol buffers written as JSON. Their parser takes a field in both spellings (`systemInstruction` and
// `system_instruction`), and one element where a list is meant; clients send all of it, so whoever looks for a field looks
// for both. https://protobuf.dev/programming-guides/json/

const snakeCase = new Map<string, string>();

/** The spelling that an object uses for a field given in camelCase; `undefined` where it has neither. */
export function fieldKey(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  let other = snakeCase.get(name);
  if (other === undefined) {
    other = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeCase.set(name, other);
  }
  return Object.hasOwn(object, other) ? other : undefined;
}

/** A field's value; `null` stands for a field that is not there. */
export function fieldOf(object: JsonObject, name: string): JsonValue | undefined {
  const key = fieldKey(object, name);
  return key === undefined ? undefined : (object[key] ?? undefined);
}

/** A field's value where it is an object, and where it stands. */
export function objectField(object: JsonObject, name: string, path: JsonPath): [JsonObject, JsonPath] | undefined {
  const key = fieldKey(object, name);
  const value = key === undefined ? undefined : object[key];
  return key !== undefined && isJsonObject(value) ? [value, [...path, key]] : undefined;
}

/** The elements of a field with their places; one that stands without a list is its only one. */
export function* elements(object: JsonObject, name: string, path: JsonPath): Generator<[JsonValue, JsonPath]> {
  const key = fieldKey(object, name);
  const value = key === undefined ? undefined : object[key];
  if (key === undefined || value === undefined || value === null) return;
  const at: JsonPath = [...path, key];
  if (!Array.isArray(value)) yield [value, at];
  else for (let index = 0; index < value.length; index += 1) yield [value[index] as JsonValue, [...at, index]];
}

/** The same for those that are objects. */
export function* objectElements(object: JsonObject, name: string, path: JsonPath): Generator<[JsonObject, JsonPath]> {
  for (const [element, at] of elements(object, name, path)) if (isJsonObject(element)) yield [element, at];
}

/** What the caller names its own keys in: there, two spellings are two names. */
const freeForm: ReadonlySet<string> = new Set([
  ...['args', 'response', 'labels', 'partMetadata', 'part_metadata', 'parameters', 'parametersJsonSchema', 'parameters_json_schema'],
  ...['responseSchema', 'response_schema', 'responseJsonSchema', 'response_json_schema'],
]);

/** Refuses a request that has a field in both spellings: two readers could read it differently. */
export function refuseTwoSpellings(body: JsonObject): void {
  const pending: { readonly value: JsonValue; readonly path: string }[] = [{ value: body, path: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries())
        if (typeof element === 'object' && element !== null) pending.push({ value: element as JsonValue, path: `${path}[${index}]` });
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value)) {
        const at = path === '' ? key : `${path}.${key}`;
        const other = key.includes('_') ? camelCase(key) : key;
        if (other !== key && Object.hasOwn(value, other))
          badField(at, `either this or ${JSON.stringify(other)}, not both spellings of one field`, value[key]);
        const member = value[key];
        if (typeof member === 'object' && member !== null && !freeForm.has(key)) pending.push({ value: member, path: at });
      }
    }
  }
}

/** The spelling that a field is known by. */
export function camelCase(key: string): string {
  return key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
