import type { AttemptEnd, PriceBook, PricedCall, Target, Usage } from '@express-ai-gateway/core/plugin';

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

/** Nano-dollars of usage; `undefined` where a price of it is unknown. */
export function dollarsOf(prices: PriceBook, target: Target, usage: Usage, call: PricedCall): number | undefined {
  const nano = prices.cost(target, usage, call);
  return nano === undefined ? undefined : counted(nano);
}

export function tokensOf({ input = 0, output = 0 }: Usage): number {
  return input + output;
}

/** As an integer that stores count; more than that is no amount that anybody spends on a call. */
export function counted(nanoDollars: bigint): number {
  return nanoDollars > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(nanoDollars);
}
