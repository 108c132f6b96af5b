import { GatewayError } from '@express-ai-gateway/core/plugin';

const table = {
  PASSPORT_REFUSED: [401, 'This credential is not valid here. Sign in again, or ask the operator for one.'],
  TOKEN_INACTIVE: [401, 'This token is not valid here: it may have expired, been revoked or be meant for another API. Get a new one.'],
  INTROSPECTION_UNAVAILABLE: [503, 'The gateway cannot ask the identity provider about this token at the moment. Try again in a second.'],
  FORBIDDEN_ORIGIN: [
    403,
    'A page of another origin asked in the name of a signed-in user. Its operator may allow that origin by the option origins.',
  ],
} as const;

export function refusal(
  code: keyof typeof table,
  { challenge = 'Bearer', cause }: { challenge?: string | undefined; cause?: unknown } = {},
): GatewayError {
  const [status, message] = table[code];
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = challenge;
  if (status === 503) headers['retry-after'] = '1';
  return new GatewayError({ status, code, message, headers, retryable: status === 503, ...(cause !== undefined && { cause }) });
}
