import type { GatewayErrorCode } from '../errors.ts';
import type { RefusedFor } from '../model/refused-for.ts';

/** What may be done about an attempt that failed, before content was sent. */
export interface FailureClass {
  /** The same target, with the same credential. */
  readonly retry: boolean;
  /** Another target; `larger-window`: only one that is known to take more tokens. */
  readonly fallback: 'any' | 'larger-window' | 'never';
  /** Another credential of the same target, at once. */
  readonly credential: boolean;
  /** What it says of the target: to its breaker (`failure`), or to its load limit and for how long others go first (`overload`). */
  readonly health: 'failure' | 'overload' | 'neutral';
}

interface Failure {
  readonly code: string;
  readonly refusedFor?: RefusedFor | undefined;
}

const row = (does: Partial<FailureClass>): FailureClass =>
  Object.freeze({ retry: false, fallback: 'never', credential: false, health: 'neutral', ...does });

/** A decision about the request, or an end that is nobody's failure: the same everywhere. */
const stands = row({});
/** The target is not well. Trying again may help, and so may another. */
const unwell = row({ retry: true, fallback: 'any', health: 'failure' });
/** The target is not well, and trying again would only repeat it. */
const useless = row({ fallback: 'any', health: 'failure' });

/**
 * One line per code that an attempt can end with. Others of the table are about the client's own request or about the gateway:
 * they stand, like the codes of plugins.
 */
export const failureClasses: Readonly<Partial<Record<GatewayErrorCode, FailureClass>>> = Object.freeze({
  GW_CLIENT_CLOSED: stands,
  GW_CLIENT_STALLED: stands,
  GW_CLOSING: stands,
  GW_HEDGE_LOST: stands,
  GW_RECOVERY_UNFIT: stands,
  GW_INTERNAL: stands,
  GW_HOOK_FAILED: stands,
  GW_HOOK_TIMEOUT: stands,
  GW_HOOK_RETURN: stands,
  GW_BAD_REQUEST: stands,
  // A conversation lies with one target, and stickiness has found it.
  GW_UNKNOWN_STATE: stands,
  // A target that does not take the request as it is says nothing of the others.
  GW_NO_TARGET: row({ fallback: 'any' }),
  GW_NOT_SERVED: row({ fallback: 'any' }),
  GW_UNTRANSLATABLE: row({ fallback: 'any' }),
  GW_UPSTREAM_UNREACHABLE: unwell,
  // Not the breaker's: a revoked key must be told to the operator as what it is, and the credential rests by itself.
  GW_UPSTREAM_AUTH: row({ credential: true, fallback: 'any' }),
  GW_UPSTREAM_ERROR: unwell,
  GW_UPSTREAM_REFUSED: stands,
  // Not the breaker's: three refusals in a burst would shut out, for a probe interval, a target that does what it can.
  GW_UPSTREAM_RATE_LIMITED: row({ retry: true, fallback: 'any', credential: true, health: 'overload' }),
  // A silent target stays silent: to wait for it twice is to keep the caller waiting twice.
  GW_UPSTREAM_TIMEOUT: useless,
  GW_UPSTREAM_TRUNCATED: unwell,
  GW_UPSTREAM_BAD_RESPONSE: unwell,
  // It answered, at a length that is the request's doing or its own: the same again costs the same again.
  GW_UPSTREAM_TOO_LARGE: stands,
  GW_UPSTREAM_ENCODING: useless,
  GW_UPSTREAM_STREAM_ERROR: unwell,
});

/** Refusals by what they were for. A provider's policy is obeyed, and not routed around: its reason reaches the caller. */
const refusals: Readonly<Record<RefusedFor, FailureClass>> = Object.freeze({
  'context-length': row({ fallback: 'larger-window' }),
  'content-policy': stands,
});

/** What may be done about a failure. Codes of plugins and words of providers are refusals: they stand. */
export function failureClass({ code, refusedFor }: Failure): FailureClass {
  if (refusedFor !== undefined) return refusals[refusedFor];
  return (isListed(code) ? failureClasses[code] : undefined) ?? stands;
}

function isListed(code: string): code is GatewayErrorCode {
  return Object.hasOwn(failureClasses, code);
}
