import type { Call, TokenEstimator, Usage } from '@express-ai-gateway/core/plugin';

/** What a call will use as far as can be told before: the estimate of its texts, and the longest answer that it allows. */
export function expectedTokens(call: Call, tokens: TokenEstimator, expectedOutput: number): number {
  if (call.opaque === true) return Math.ceil(call.byteLength / 4) + expectedOutput;
  let input = 0;
  for (const { text } of call.texts()) input += tokens.estimate(text);
  return Math.max(1, Math.ceil(input) + (call.maxOutputTokens ?? expectedOutput)); // counters take whole numbers alone
}

/** What attempts used, as their providers report; `undefined` where one reports nothing, for then nobody knows. */
export function usedTokens(
  attempts: readonly { readonly outcome: string; readonly usage: Usage | undefined; readonly status: number | undefined }[],
): number | undefined {
  let sum = 0;
  for (const { outcome, usage, status } of attempts) {
    if (outcome === 'skipped' || (status !== undefined && status >= 400)) continue; // refused or failed before it answered: used nothing
    if (usage?.input === undefined && usage?.output === undefined) return undefined;
    sum += (usage.input ?? 0) + (usage.output ?? 0);
  }
  return sum;
}
