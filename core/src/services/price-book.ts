import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { token } from './token.ts';

/** Prices of targets. Unknown is a state, not zero. */
export interface PriceBook {
  /** What the usage cost, rounded up to integer nano-dollars; `undefined` when a needed price is unknown. */
  cost(target: Target, usage: Usage): bigint | undefined;
  /** Name and date of the table, shown beside every figure. */
  readonly table: string;
}

export const PriceBook = token<PriceBook>()('PriceBook', 'prices', ['cost']);

/** Knows no price. */
export function emptyPriceBook(): PriceBook {
  return { cost: () => undefined, table: 'none' };
}
