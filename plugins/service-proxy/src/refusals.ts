import { GatewayError } from '@express-ai-gateway/core/plugin';

/** The plugin's own refusals; its README has them in a table. */
const refusals = {
  SERVICE_UNREACHABLE: ['The service cannot be reached. Try again shortly.', true],
  SERVICE_FAILED: ['The service failed. Try again shortly, or give the request id to the operator.', true],
  SERVICE_UNAUTHORIZED: [
    "The service refused the gateway's own credential. This is for the operator to mend; your key is not at fault.",
    false,
  ],
  SERVICE_REDIRECT: ['The service answered with a redirect, which is not followed. This is for the operator to mend.', false],
  SERVICE_ENCODED: ['The service sent an encoded answer although none was asked for. This is for the operator to mend.', false],
} as const;

export function refusal(
  code: keyof typeof refusals,
  more: { readonly cause?: unknown; readonly retryAfter?: string | undefined } = {},
): GatewayError {
  const [message, retryable] = refusals[code];
  const { cause, retryAfter } = more;
  return new GatewayError({
    status: 502,
    code,
    message,
    type: 'upstream',
    retryable,
    ...(cause !== undefined && { cause }),
    ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
  });
}
