import type { ErrorType, GatewayError } from '../errors.ts';

/** Anthropic's words for the kinds of error; its SDK picks the exception class by status and shows `type`. */
const anthropicTypes: Readonly<Record<ErrorType, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  rate_limit: 'rate_limit_error',
  budget: 'billing_error',
  timeout: 'timeout_error',
  unavailable: 'overloaded_error',
  upstream: 'api_error',
  internal: 'api_error',
};

/**
 * The error object of all Anthropic endpoints. `details.error_code` is where SDK 1 looks for a code (`errorCode`); one that
 * it does not know means no more than the type. Our further members are where our other formats have them.
 */
export function anthropicError(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    type: 'error',
    error: {
      type: anthropicTypes[error.type],
      message: error.message,
      details: { error_code: error.code },
      param: error.param ?? null,
      code: error.code,
      retryable: error.retryable,
    },
    request_id: requestId,
  });
}
