import { isJsonObject, type JsonObject, type JsonValue } from '@express-ai-gateway/core/provider';

// What AWS reports inside a stream: a message of the type `exception` with the name of its kind, and `{"message": …}`.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html

/** Anthropic's words for it; the kinds that are missing are `api_error`. */
const anthropicTypes: ReadonlyMap<string, string> = new Map([
  ['throttlingException', 'rate_limit_error'],
  ['serviceUnavailableException', 'overloaded_error'],
  ['modelNotReadyException', 'overloaded_error'],
  ['modelTimeoutException', 'timeout_error'],
  ['validationException', 'invalid_request_error'],
  ['accessDeniedException', 'permission_error'],
  ['resourceNotFoundException', 'not_found_error'],
]);

/** The statuses that the same exceptions have where nothing was streamed yet. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['validationException', 400],
  ['accessDeniedException', 403],
  ['resourceNotFoundException', 404],
  ['modelTimeoutException', 408],
  ['modelStreamErrorException', 424],
  ['throttlingException', 429],
  ['modelNotReadyException', 429],
  ['internalServerException', 500],
  ['serviceUnavailableException', 503],
]);

/** An exception as Anthropic's own error event says it. */
export function anthropicException(type: string, payload: string): JsonObject {
  return { type: 'error', error: { type: anthropicTypes.get(camelCase(type)) ?? 'api_error', message: messageOf(payload) } };
}

/** An exception as an event of Converse. AWS gives it no shape in server-sent events; the code is what HTTP would say. */
export function converseException(type: string, payload: string): JsonObject {
  const code = statuses.get(camelCase(type));
  return { error: { type, ...(code !== undefined && { code }), message: messageOf(payload) } };
}

/** Some clients' recordings have `ThrottlingException`, as in the header of an error answer. */
function camelCase(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function messageOf(payload: string): string {
  const json = parsed(payload);
  const message = isJsonObject(json) ? (json.message ?? json.Message) : undefined;
  return typeof message === 'string' ? message : payload;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
