import { token } from './token.ts';

/** A target's circuit breaker as other processes should know of it. */
export interface BreakerNews {
  readonly target: string;
  readonly state: 'open' | 'closed';
}

/**
 * Tells other processes of the circuit breakers of this one, and this one of theirs, so that each need not find out for itself. Best
 * effort: what is lost is found out again.
 */
export interface BreakerShare {
  /** A breaker of this process opened after it was closed, or closed. Neither throws nor is waited for. */
  tell(news: BreakerNews): void;
  /** Hears of other processes' alone. Returns the function that ends that. */
  listen(listener: (news: BreakerNews) => void): () => void;
}

export const BreakerShare = token<BreakerShare>()('BreakerShare', 'breakers', ['tell', 'listen']);

/** Nobody else is there. */
export function lonelyBreakers(): BreakerShare {
  return { tell() {}, listen: () => () => {} };
}
