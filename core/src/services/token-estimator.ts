import { token } from './token.ts';

/** Token counts before a provider has counted. */
export interface TokenEstimator {
  /** A guess, for routing and soft limits. */
  estimate(text: string): number;
  /** Never below the true count of a byte-level tokenizer: one token covers at least one byte. For hard limits. */
  upperBound(text: string): number;
}

export const TokenEstimator = token<TokenEstimator>()('TokenEstimator', 'tokens', ['estimate', 'upperBound']);

/** Constant time per text: bytes ÷ 4, the usual rule of thumb for English; the bound is exact by construction. */
export function byteTokenEstimator(): TokenEstimator {
  return {
    estimate: (text) => Math.ceil(Buffer.byteLength(text) / 4),
    upperBound: (text) => Buffer.byteLength(text),
  };
}
