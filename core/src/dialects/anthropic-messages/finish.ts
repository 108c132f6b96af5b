import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';

/** Whether a message, or the delta of one, says why it stopped; until then it is null. */
export function hasStopReason(message: JsonValue | undefined): message is JsonObject & { readonly stop_reason: string } {
  return isJsonObject(message) && typeof message.stop_reason === 'string' && message.stop_reason !== '';
}
