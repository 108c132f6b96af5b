export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/** Steps from the root of a document to a value: keys and array indexes. */
export type JsonPath = readonly (string | number)[];

/** A value to set in a body, whether something stands there or not. */
export interface JsonEdit {
  readonly path: JsonPath;
  readonly value: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
