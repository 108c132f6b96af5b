import type { AttemptEnd, Cost, Usage } from '@express-ai-gateway/core/plugin';

/** What an attempt is charged. */
export type Charge =
  /** It cost nothing: it never went out, or its provider refused it. */
  | { readonly kind: 'free' }
  /** As its provider reports. */
  | { readonly kind: 'used'; readonly usage: Usage }
  /** Nobody knows what its provider will bill: all that was held. */
  | { readonly kind: 'unknown' };

/**
 * What the end of an attempt says of its price. Usage counts of whole answers alone: a stream that broke off reports what it had counted
 * so far, and its provider bills what it had made.
 */
export function chargeOf({ sent, status, outcome, usage }: AttemptEnd): Charge {
  if (!sent || outcome === 'skipped' || (status !== undefined && status >= 400)) return { kind: 'free' };
  const counted = usage?.input !== undefined || usage?.output !== undefined;
  return outcome === 'completed' && counted ? { kind: 'used', usage: usage as Usage } : { kind: 'unknown' };
}

/** Nano-dollars as an integer that stores count, which no call costs more than; `undefined` where they are unknown. */
export function dollarsOf(figure: Cost | undefined): number | undefined {
  const nano = figure?.nanoDollars;
  if (nano === undefined) return undefined;
  return nano > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(nano);
}

export function tokensOf({ input = 0, output = 0 }: Usage): number {
  return input + output;
}
