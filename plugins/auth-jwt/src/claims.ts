import type { Issuer } from './options.ts';
import { Unfit } from './refusals.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Seconds since 1970 that a date can have: later ones are no dates, whatever JSON makes of 1e400. */
const lastSecond = 8.64e12;

/** Checks what a signature does not (RFC 8725, RFC 9068). `now`: milliseconds since 1970. Throws `Unfit`. */
export function checkClaims(claims: Claims, { skewSeconds, maxAgeSeconds, allowIdTokens }: Issuer, now: number): void {
  const seconds = now / 1_000;
  const expires = time(claims, 'exp');
  const begins = time(claims, 'nbf');
  const issued = time(claims, 'iat');
  if (expires === undefined) throw new Unfit('it has no exp');
  if (seconds >= expires + skewSeconds) throw new Unfit('it has expired', true);
  if (begins !== undefined && seconds < begins - skewSeconds) throw new Unfit('it is not valid yet (nbf)');
  if (issued !== undefined && seconds < issued - skewSeconds) throw new Unfit('it was issued in times to come (iat)');
  if (maxAgeSeconds !== undefined) {
    if (issued === undefined) throw new Unfit('it has no iat');
    if (seconds >= issued + maxAgeSeconds + skewSeconds) throw new Unfit('it is older than it may be (iat)', true);
  }
  const idToken = ['nonce', 'at_hash', 'c_hash'].find((name) => Object.hasOwn(claims, name));
  if (!allowIdTokens && idToken !== undefined) throw new Unfit(`it is an ID token (${idToken}), not one for an API`);
}

function time(claims: Claims, name: string): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= lastSecond) return value;
  throw new Unfit(`its ${name} is no time`);
}
