import type { ErrorType, GatewayError } from '../errors.ts';

/** Google's words for the kinds of error. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const googleStatuses: Readonly<Record<ErrorType, string>> = {
  invalid_request: 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  permission: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  rate_limit: 'RESOURCE_EXHAUSTED',
  budget: 'RESOURCE_EXHAUSTED',
  timeout: 'DEADLINE_EXCEEDED',
  unavailable: 'UNAVAILABLE',
  upstream: 'UNAVAILABLE',
  internal: 'INTERNAL',
};

/** The error object of all Google APIs. `code` is a number: without one, its SDK takes an error in a stream for an empty event. */
export function googleError(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    error: {
      code: error.status,
      message: error.message,
      status: googleStatuses[error.type],
      details: [
        detail('ErrorInfo', { reason: error.code, domain: 'express-ai-gateway' }),
        detail('RequestInfo', { requestId }),
        ...(error.param === undefined ? [] : [detail('BadRequest', { fieldViolations: [{ field: error.param }] })]),
        ...retryInfo(error),
      ],
    },
  });
}

function detail(type: string, members: object): object {
  return { '@type': `type.googleapis.com/google.rpc.${type}`, ...members };
}

/** The wait, where the error names one: clients of Google read it from the body and not from the head. */
function retryInfo({ headers }: GatewayError): object[] {
  const exact = numberOf(headers['retry-after-ms']);
  const seconds = Number.isNaN(exact) ? numberOf(headers['retry-after']) : exact / 1000;
  return Number.isNaN(seconds) ? [] : [detail('RetryInfo', { retryDelay: `${Number(seconds.toFixed(3))}s` })];
}

/** `NaN` for what is no count of seconds: a date, or nothing. */
function numberOf(value: string | undefined): number {
  return value !== undefined && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}
