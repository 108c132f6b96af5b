import { GatewayError } from '@express-ai-gateway/core/plugin';
import type { Dimension } from './options.ts';
import { secondsOf, type ToldReading } from './told.ts';

/** Milliseconds from which on clients had better not wait by themselves. */
const longMs = 60_000;

export interface RefusedBy extends ToldReading {
  readonly per: readonly Dimension[];
  readonly window: string;
}

/** 429: says whose limit it is, which, and when asking again makes sense. */
export function refusal({ name, what, limit, window, per, resetsInMs }: RefusedBy): GatewayError {
  const whose = per.length === 0 ? 'for all callers together' : `per ${per.join(' and ')}`;
  const seconds = secondsOf(resetsInMs);
  const rule = what === 'concurrent' ? `${limit} requests at the same time` : `${limit} ${what} in ${window}`;
  const then = what === 'concurrent' ? 'Wait for one of yours to end, then try again.' : `It resets in ${seconds} s; try again then.`;
  return new GatewayError({
    status: 429,
    code: 'RATE_LIMITED',
    message: `This gateway's own limit "${name}" is reached: ${rule}, ${whose} (the model provider was not asked). ${then}`,
    headers: { 'retry-after': String(seconds), 'retry-after-ms': String(Math.max(1, Math.ceil(resetsInMs))) },
    retryable: resetsInMs <= longMs,
  });
}

/** More than a whole window has room for: waiting never helps. */
export function tooLarge({ name, limit, window }: RefusedBy, amount: number): GatewayError {
  return new GatewayError({
    status: 429,
    code: 'RATE_LIMIT_TOO_LARGE',
    message: `This request may use ${amount} tokens, and this gateway's limit "${name}" is ${limit} in ${window}: it would never fit. Send less, or lower its maximum of output tokens.`,
  });
}

export function unavailable(cause: unknown): GatewayError {
  return new GatewayError({
    status: 503,
    code: 'RATE_LIMIT_UNAVAILABLE',
    message: 'The gateway cannot count requests at the moment, so it lets none in. Try again in a second.',
    headers: { 'retry-after': '1' },
    retryable: true,
    cause,
  });
}
