import type { BilledTool } from '@express-ai-gateway/core/plugin';
import { nanoDollars } from './nano-dollars.ts';

/** Tokens that can have prices of their own. */
export const tokenKinds = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWriteHour',
  'inputAudio',
  'inputImage',
  'inputVideo',
  'cacheReadAudio',
  'cacheReadImage',
  'output',
  'reasoning',
  'outputAudio',
  'outputImage',
  'outputVideo',
] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** US dollars per million tokens, and per thousand calls of a tool: as providers publish them. */
export type DollarPrices = { readonly [Kind in TokenKind]?: number | undefined } & {
  readonly fees?: { readonly [Tool in BilledTool]?: number | undefined } | undefined;
};

/** Nano-dollars per million: of tokens, and of calls. */
export interface PriceList {
  readonly tokens: { readonly [Kind in TokenKind]?: bigint };
  readonly fees: { readonly [Tool in BilledTool]?: bigint };
}

/** One list for inputs of more than `above` tokens. */
export interface PriceStep {
  readonly above: number;
  readonly list: PriceList;
}

/** All lists of a model at one time. The steps of a tier rise; the first is above -1 and so for every input. */
export interface ModelPrices {
  /** Name and date of the table. */
  readonly table: string;
  /** By service tier, as `serviceTier` writes it. */
  readonly tiers: ReadonlyMap<string, readonly PriceStep[]>;
}

/** Where a kind has no price of its own and none can be dearer than what it is a part of: cached and thought tokens, what is seen. */
const partOf: { readonly [Kind in TokenKind]?: TokenKind } = {
  cacheRead: 'input',
  cacheReadAudio: 'inputAudio',
  cacheReadImage: 'cacheRead',
  inputImage: 'input',
  inputVideo: 'input',
  reasoning: 'output',
};

const thousand = 1000n;

/** Prices as they are multiplied. */
export function priceList({ fees = {}, ...tokens }: DollarPrices): PriceList {
  return { tokens: mapped(tokens, nanoDollars), fees: mapped(fees, (dollars) => nanoDollars(dollars) * thousand) };
}

/**
 * The price of a kind. Speech, pictures that a model makes and what is written to a cache have no other than their own: it is
 * dearer than that of text, many times in places, and a table that leaves it out does not say that it is the same.
 */
export function priceOf({ tokens }: PriceList, kind: TokenKind): bigint | undefined {
  const own = tokens[kind];
  if (own !== undefined) return own;
  // A picture from a cache is never dearer than one that is not.
  if (kind === 'cacheReadImage' && tokens.inputImage !== undefined) return tokens.inputImage;
  const whole = partOf[kind];
  return whole && priceOf({ tokens, fees: {} }, whole);
}

/** A list at a fraction of its price, rounded up; fees are not reduced. */
export function scaled({ tokens, fees }: PriceList, [times, by]: readonly [bigint, bigint]): PriceList {
  return { tokens: mapped(tokens, (price) => (price * times + by - 1n) / by), fees };
}

/** The list for an input. */
export function listFor(steps: readonly PriceStep[], inputTokens: number): PriceList | undefined {
  return steps.findLast(({ above }) => inputTokens > above)?.list;
}

function mapped<Key extends string, From, To>(
  values: { readonly [Name in Key]?: From | undefined },
  change: (value: From) => To,
): { readonly [Name in Key]?: To } {
  const entries = Object.entries(values) as [Key, From | undefined][];
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value)]]))) as {
    readonly [Name in Key]?: To;
  };
}
