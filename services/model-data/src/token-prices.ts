import type { Usage } from '@express-ai-gateway/core/plugin';
import { ceilDivide, nanoDollars } from './nano-dollars.ts';

/** A price that rises with the length of the whole input. */
export interface Tiered {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
}

/** US dollars per million tokens, as tables and people write them. */
export interface DollarPrices {
  readonly input?: number | Tiered | undefined;
  readonly output?: number | Tiered | undefined;
  readonly cacheRead?: number | Tiered | undefined;
  readonly cacheWrite?: number | Tiered | undefined;
  readonly reasoning?: number | Tiered | undefined;
}

/** Nano-dollars per million tokens, for an input of a given length. */
type Price = (inputTokens: number) => bigint;

/** Prices of a model, ready to be multiplied. */
export type TokenPrices = Readonly<Partial<Record<keyof DollarPrices, Price>>>;

const classes = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;
const million = 1_000_000n;

export function tokenPrices(prices: DollarPrices): TokenPrices {
  const known = classes.flatMap((name) => {
    const price = prices[name];
    return price === undefined ? [] : [[name, typeof price === 'number' ? flat(price) : tiered(price)] as const];
  });
  return Object.fromEntries(known);
}

function flat(dollars: number): Price {
  const nanos = nanoDollars(dollars);
  return () => nanos;
}

/** The highest tier that the input is beyond; it holds for all tokens, not only for those beyond it. */
function tiered({ base, tiers }: Tiered): Price {
  const rising = tiers.map(({ start, price }) => ({ start, nanos: nanoDollars(price) })).sort((one, other) => other.start - one.start);
  const basic = nanoDollars(base);
  return (inputTokens) => rising.find(({ start }) => inputTokens > start)?.nanos ?? basic;
}

/**
 * What a usage costs, in nano-dollars, rounded up once. `undefined` when it cannot be known: the input or the output was not
 * counted, has no price, or is less than its parts.
 */
export function costOf(prices: TokenPrices, usage: Usage): bigint | undefined {
  const { input, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = usage;
  if (input === undefined) return undefined;
  const output = usage.output ?? (prices.output === undefined ? 0 : undefined);
  if (output === undefined) return undefined;
  const parts = [
    part(input - cacheRead - cacheWrite, prices.input, input),
    part(cacheRead, prices.cacheRead ?? prices.input, input),
    part(cacheWrite, prices.cacheWrite ?? prices.input, input),
    part(output - reasoning, prices.output, input),
    part(reasoning, prices.reasoning ?? prices.output, input),
  ];
  let sum = 0n;
  for (const one of parts) {
    if (one === undefined) return undefined;
    sum += one;
  }
  return ceilDivide(sum, million);
}

/** Nano-dollars times a million. Estimates may be fractions of a token: begun is counted. */
function part(tokens: number, price: Price | undefined, inputTokens: number): bigint | undefined {
  const count = Math.ceil(tokens);
  if (count === 0) return 0n;
  return count < 0 || !Number.isSafeInteger(count) || price === undefined ? undefined : BigInt(count) * price(inputTokens);
}
