import type { Cost } from '../model/principal.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { token } from './token.ts';

/** Tools that a provider runs itself and bills by the call, and `request`: a fee of the call itself, which nobody has to count. */
export const billedTools = ['request', 'webSearch', 'fileSearch', 'xSearch', 'codeExecution'] as const;
export type BilledTool = (typeof billedTools)[number];

/** Tokens that some models have other prices of, and that a call has only if it asks for them. */
export const specialTokens = [
  'cacheWriteHour',
  'inputAudio',
  'inputImage',
  'inputVideo',
  'outputAudio',
  'outputImage',
  'outputVideo',
] as const;
export type SpecialTokens = (typeof specialTokens)[number];

/** What changes the price of a call beside its tokens. */
export interface PricedCall {
  /** When the call was made, in milliseconds since 1970: prices that held then count. Now when left out. */
  readonly at?: number;
  /** Service tier that the client asked for. The one that the usage reports counts more. */
  readonly serviceTier?: string;
  /**
   * Calls of the provider's own tools: for `cost` those that the answer shows, since not every provider counts them (Google does
   * not, OpenAI not always); for `worst` the most there can be. Of two counts of one tool the higher one is billed.
   */
  readonly toolCalls?: Readonly<Partial<Record<BilledTool, number>>>;
}

/** The most that a call can use. Units: tokens. */
export interface UsageBounds {
  /** All input, cached included. */
  readonly inputTokens: number;
  /** All output, reasoning included. */
  readonly outputTokens: number;
  /** Which special tokens can be among them; all when left out. One that is named and has no price makes the bound unknown. */
  readonly special?: readonly SpecialTokens[];
}

/** Prices of targets, in integer nano-dollars. Unknown is a state, not zero. */
export interface PriceBook {
  /** What the usage cost, rounded up once; `undefined` when a price that it needs is unknown. */
  cost(target: Target, usage: Usage, call?: PricedCall): bigint | undefined;
  /**
   * The most that a call within the bounds can be billed: the dearest tier, step of length and kind of token. Never below the
   * `cost` of what comes of it; `undefined` when there is no telling.
   */
  worst(target: Target, bounds: UsageBounds, call?: PricedCall): bigint | undefined;
  /** The same as a figure to show: with the table it is from, and with why where it is unknown. Fits the slot `cost`. */
  figure(target: Target, of: Usage | UsageBounds, call?: PricedCall): Cost;
  /** Name and date of the table, shown beside every figure. */
  readonly table: string;
}

export const PriceBook = token<PriceBook>()('PriceBook', 'prices', ['cost', 'worst', 'figure']);

/** Knows no price. */
export function emptyPriceBook(): PriceBook {
  const nothing: Cost = Object.freeze({ nanoDollars: undefined, table: 'none', why: 'no price book is installed' });
  return { cost: () => undefined, worst: () => undefined, figure: () => nothing, table: 'none' };
}
