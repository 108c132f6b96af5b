import type { CredentialSpec } from './define-provider.ts';
import { kindOf, placeOf, refuse } from './provider-options.ts';

/**
 * A token of an identity provider, or a function that gives the one to use now. It is asked for each request, so it keeps
 * what it has for as long as that holds; the credential libraries of Google and Microsoft do.
 */
export type AccessToken = string | (() => GivenToken | Promise<GivenToken>);

/** Libraries have no token until somebody is signed in. */
type GivenToken = string | null | undefined;

/** The credential that shows it. */
export function accessToken(provider: string, path: string, token: AccessToken | undefined): CredentialSpec {
  if (typeof token === 'function') return { name: 'access-token', authorize: async () => [['authorization', bearer(await token())]] };
  if (!isToken(token)) return refuse(placeOf(provider), path, 'an access token, or a function that gives one', kindOf(token));
  return { name: 'access-token', headers: { authorization: bearer(token) } };
}

/** Never says what it got: the message is logged. */
function bearer(token: GivenToken): string {
  if (!isToken(token)) throw new TypeError(`The function for the access token gave ${kindOf(token)}, expected a token.`);
  return `Bearer ${token}`;
}

/** RFC 6750 §2.1 allows less; a line break would write headers of its own. */
function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[!-~]+$/.test(token);
}
