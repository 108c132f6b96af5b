import type { ErrorType, GatewayError } from '../errors.ts';

/** OpenAI's words for the kinds of error; its SDK picks the exception class by status and shows `message`, `type`, `code`. */
const openaiTypes: Readonly<Record<ErrorType, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'invalid_request_error',
  rate_limit: 'rate_limit_error',
  budget: 'insufficient_quota',
  timeout: 'timeout_error',
  unavailable: 'service_unavailable_error',
  upstream: 'upstream_error',
  internal: 'server_error',
};

/** The error object all OpenAI endpoints share. */
export function openaiError(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    error: {
      message: error.message,
      type: openaiTypes[error.type],
      param: error.param ?? null,
      code: error.code,
      request_id: requestId,
      retryable: error.retryable,
    },
  });
}
