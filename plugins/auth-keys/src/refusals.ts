import { GatewayError } from '@express-ai-gateway/core/plugin';

/** What clients are told. Whoever does not hold the right secret learns nothing of a key, not even that there is one. */
const table = {
  KEY_INVALID: [401, 'This API key is not valid here. Check that it was copied whole, or ask the operator for one.'],
  KEY_EXPIRED: [401, 'This API key has expired. Ask the operator for a new one.'],
  KEY_REVOKED: [401, 'This API key was revoked. Ask the operator for a new one.'],
  KEYS_UNAVAILABLE: [503, 'The gateway cannot check API keys at the moment. Try again in a second.'],
} as const;

export function refusal(code: keyof typeof table, cause?: unknown): GatewayError {
  const [status, message] = table[code];
  const headers = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : { 'retry-after': '1' };
  return new GatewayError({ status, code, message, headers, retryable: status === 503, ...(cause !== undefined && { cause }) });
}

/** A valid key, used for what it is not for. `what`: "from this address". */
export function restricted(what: string): GatewayError {
  return new GatewayError({
    status: 403,
    code: 'KEY_RESTRICTED',
    message: `This API key may not be used ${what}. Ask the operator for one that may.`,
  });
}
