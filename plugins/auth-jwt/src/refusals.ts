import { GatewayError } from '@express-ai-gateway/core/plugin';

const table = {
  JWT_INVALID: [401, 'This token is not valid here. Ask the identity provider for one that is meant for this API.'],
  JWT_EXPIRED: [401, 'This token has expired. Ask the identity provider for a new one.'],
  JWT_KEYS_UNAVAILABLE: [503, 'The gateway cannot get the keys of the identity provider at the moment. Try again in a second.'],
} as const;

export function refusal(code: keyof typeof table, cause?: unknown): GatewayError {
  const [status, message] = table[code];
  const headers = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : { 'retry-after': '1' };
  return new GatewayError({ status, code, message, headers, retryable: status === 503, ...(cause !== undefined && { cause }) });
}

/** Why a token is refused, for the log; its holder learns no more than that it is. */
export class Unfit extends Error {
  readonly expired: boolean;

  constructor(why: string, expired = false) {
    super(why);
    this.name = 'Unfit';
    this.expired = expired;
  }
}
