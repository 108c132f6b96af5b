import { isJsonObject, type JsonValue } from '../../model/json.ts';

/** What an event, or a delta or block within, says it is. */
export function eventType(json: JsonValue | undefined): string {
  return isJsonObject(json) && typeof json.type === 'string' ? json.type : '';
}
