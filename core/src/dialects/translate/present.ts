import type { JsonObject, JsonValue } from '../../model/json.ts';

/** The members that have a value, in their order. */
export function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, JsonValue] => member[1] !== undefined));
}
