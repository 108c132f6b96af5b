import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { badField } from '../fields.ts';

/** An object of a request, and its place as messages name it. */
export type Placed = readonly [object: JsonObject, at: string];

/** The objects of a list. Throws GW_BAD_REQUEST for another type, naming the field. */
export function objectList(field: string, value: JsonValue | undefined, expected = 'an array', each = 'an object'): Placed[] {
  if (!Array.isArray(value)) badField(field, expected, value);
  return (value as readonly JsonValue[]).map((one, index) => {
    const at = `${field}[${index}]`;
    return isJsonObject(one) ? ([one, at] as const) : badField(at, each, one);
  });
}

/** The same for a list that may be left out. */
export function optionalObjects(field: string, value: JsonValue | undefined): Placed[] {
  return value === undefined || value === null ? [] : objectList(field, value);
}
