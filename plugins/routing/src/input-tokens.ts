import { type RoutingContext, slot, type TokenEstimator } from '@express-ai-gateway/core/plugin';

/** Estimated once for all strategies of an exchange: it takes every text of the call. */
const estimated = slot<number>('routing-input-tokens');

/** A guess at the input's tokens: its texts. Images and other media count nothing, for nobody knows what they come to. */
export function inputTokens(context: RoutingContext, tokens: TokenEstimator): number {
  const known = context.get(estimated);
  if (known !== undefined) return known;
  let sum = 0;
  for (const { text } of context.call.texts()) sum += tokens.estimate(text);
  context.set(estimated, sum);
  return sum;
}
