import {
  type BilledTool,
  billedTools,
  type PricedCall,
  type SpecialTokens,
  specialTokens,
  type Usage,
  type UsageBounds,
} from '@express-ai-gateway/core/plugin';
import { billable } from './billable.ts';
import { ceilDivide } from './nano-dollars.ts';
import { listFor, type ModelPrices, type PriceList, priceOf, type TokenKind, tokenKinds } from './price-list.ts';
import { possibleTiers, serviceTier } from './service-tier.ts';
import { toolCounts } from './tool-counts.ts';

/** Nano-dollars, or why they are not known. */
export type Bill = { readonly nanoDollars: bigint } | { readonly why: string };

const million = 1_000_000n;

/** Kinds by what people call them. */
const called: { readonly [Name in TokenKind | BilledTool]: string } = {
  input: 'input',
  cacheRead: 'cached input',
  cacheWrite: 'writing to a prompt cache',
  cacheWriteHour: 'writing to a prompt cache for an hour',
  inputAudio: 'audio input',
  inputImage: 'image input',
  inputVideo: 'video input',
  cacheReadAudio: 'cached audio',
  cacheReadImage: 'cached images',
  output: 'output',
  reasoning: 'reasoning',
  outputAudio: 'audio output',
  outputImage: 'image output',
  outputVideo: 'video output',
  request: 'a request',
  webSearch: 'web searches',
  fileSearch: 'file searches',
  xSearch: 'searches of X',
  codeExecution: 'code execution',
};

/** What a usage cost, rounded up once. */
export function costOf(prices: ModelPrices, usage: Usage, call?: PricedCall): Bill {
  const parts = billable(usage, call);
  if ('why' in parts) return parts;
  const steps = prices.tiers.get(parts.tier);
  const list = steps && listFor(steps, parts.input);
  if (list === undefined) return { why: `no price is known of the service tier ${parts.tier.slice(0, 64)}` };
  if (parts.silent && list.tokens.output !== undefined) return { why: 'the output was not counted' };
  const sums = [...tokenKinds.map((kind) => times(parts.tokens[kind] ?? 0, priceOf(list, kind), kind)), ...feesOf(list, parts.calls)];
  return summed(sums);
}

/** The most that a call within the bounds can cost. Every kind counts that it can have, for what it will have is not known yet. */
export function worstOf(prices: ModelPrices, bounds: UsageBounds, call: PricedCall = {}): Bill {
  const { inputTokens, outputTokens, special } = bounds;
  if (!isCount(inputTokens) || !isCount(outputTokens)) return { why: 'its bounds are no counts of tokens' };
  const asked = serviceTier(call.serviceTier);
  if (asked !== undefined && !prices.tiers.has(asked)) return { why: `no price is known of the service tier ${asked.slice(0, 64)}` };
  const fees = toolCounts({ raw: undefined }, call.toolCalls);
  if ('why' in fees) return fees;
  const lists = possibleTiers(prices.tiers.keys(), asked)
    .flatMap((tier) => prices.tiers.get(tier) ?? [])
    .filter(({ above }) => inputTokens > above)
    .map(({ list }) => list);
  return dearest(
    lists.map((list) =>
      summed([
        times(inputTokens, highest(list, inputKinds, special), 'input'),
        times(outputTokens, highest(list, outputKinds, special), 'output'),
        ...(special ?? []).map((kind) => (priceOf(list, kind) === undefined ? unpriced(kind) : 0n)),
        ...feesOf(list, fees.calls),
      ]),
    ),
  );
}

const inputKinds = tokenKinds.slice(0, tokenKinds.indexOf('output'));
const outputKinds = tokenKinds.slice(tokenKinds.indexOf('output'));

/** What a kind is only there with. */
const comesWith: ReadonlyMap<TokenKind, SpecialTokens> = new Map<TokenKind, SpecialTokens>([
  ...specialTokens.map((kind) => [kind, kind] as const),
  ['cacheReadAudio', 'inputAudio'],
  ['cacheReadImage', 'inputImage'],
]);

/** The highest price of the kinds; without one of plain tokens there is none. */
function highest(list: PriceList, kinds: readonly TokenKind[], special: readonly SpecialTokens[] | undefined): bigint | undefined {
  if (priceOf(list, kinds[0] ?? 'input') === undefined) return undefined;
  const possible = kinds.filter((kind) => {
    const condition = comesWith.get(kind);
    return special === undefined || condition === undefined || special.includes(condition);
  });
  return possible.reduce((most, kind) => max(most, priceOf(list, kind) ?? 0n), 0n);
}

function dearest(bills: readonly Bill[]): Bill {
  let most = 0n;
  for (const bill of bills) {
    if ('why' in bill) return bill;
    most = max(most, bill.nanoDollars);
  }
  return bills.length === 0 ? { why: 'no price is known of it' } : { nanoDollars: most };
}

/** A fee of the request itself is due once for each call. */
function feesOf(list: PriceList, calls: { readonly [Tool in BilledTool]?: number }): readonly (bigint | string)[] {
  const requests = list.fees.request === undefined ? 0 : 1;
  return billedTools.map((tool) => times(tool === 'request' ? requests : (calls[tool] ?? 0), list.fees[tool], tool));
}

/** Nano-dollars times a million, or what has no price. Estimates may be fractions of a token: begun is counted. */
function times(count: number, price: bigint | undefined, name: TokenKind | BilledTool): bigint | string {
  if (count === 0) return 0n;
  return price === undefined ? unpriced(name) : BigInt(Math.ceil(count)) * price;
}

function unpriced(name: TokenKind | BilledTool): string {
  return `no price is known of ${called[name]}`;
}

/** The one rounding. */
function summed(parts: readonly (bigint | string)[]): Bill {
  let sum = 0n;
  for (const part of parts) {
    if (typeof part === 'string') return { why: part };
    sum += part;
  }
  return { nanoDollars: ceilDivide(sum, million) };
}

function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
