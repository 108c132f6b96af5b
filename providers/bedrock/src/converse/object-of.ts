import { isJsonObject, type JsonObject, type JsonValue } from '@express-ai-gateway/core/provider';

/** A member that is an object; an empty one for anything else: what Bedrock sent is taken as far as it makes sense. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
