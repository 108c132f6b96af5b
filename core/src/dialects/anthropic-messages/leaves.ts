import { isJsonObject, type JsonValue } from '../../model/json.ts';

/**
 * What an answer, or the delta of one, leaves with its provider that a later request may name: the container its code ran
 * in. Whether its message became part of a thread (a beta) is said by the request alone.
 */
export function messageLeaves(message: JsonValue | undefined): string | undefined {
  const container = isJsonObject(message) ? message.container : undefined;
  return isJsonObject(container) && typeof container.id === 'string' && container.id !== '' ? container.id : undefined;
}
