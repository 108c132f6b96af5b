import { gatewayError } from './errors.ts';
import type { RequestHeaders } from './model/headers.ts';

/** Where client libraries put a credential: OpenAI's and Anthropic's, Google's, Azure's. */
const keyHeaders = ['x-api-key', 'x-goog-api-key', 'api-key'] as const;

/**
 * The credential that a request shows, wherever its library puts it: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key`,
 * `api-key`. `undefined` when it shows none. Throws a 400 when it shows two that differ: one of them would be ignored, and who
 * is calling would be a matter of order.
 */
export function presentedCredential(headers: RequestHeaders): string | undefined {
  let credential = bearerOf(headers.authorization);
  let place = 'authorization';
  for (const name of keyHeaders) {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') continue;
    if (credential !== undefined && credential !== value)
      throw gatewayError('GW_TWO_CREDENTIALS', { details: { one: place, other: name } });
    credential = value;
    place = name;
  }
  return credential;
}

/** RFC 6750 §2.1. Another scheme is none of ours, and nothing of it is a credential here. */
function bearerOf(authorization: string | readonly string[] | undefined): string | undefined {
  if (typeof authorization !== 'string' || authorization.length < 8 || !/^bearer /i.test(authorization.slice(0, 7))) return undefined;
  const value = authorization.slice(7).trim();
  return value === '' ? undefined : value;
}
