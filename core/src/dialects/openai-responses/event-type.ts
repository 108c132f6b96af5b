import { isJsonObject, type JsonValue } from '../../model/json.ts';

/** The type that an event says itself; clients go by it, and not by the name of its frame. */
export function eventType(json: JsonValue | undefined): string {
  return isJsonObject(json) && typeof json.type === 'string' ? json.type : '';
}

/** Events that say that an answer was begun, and nothing of it. */
export function isBeginning(type: string): boolean {
  return type === 'response.created' || type === 'response.queued' || type === 'response.in_progress';
}

/** Events after which nothing follows. */
export function isEnd(type: string): boolean {
  return type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed' || type === 'error';
}
