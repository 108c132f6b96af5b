import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Provider } from '@pydantic/genai-prices';
import { type DollarPrices, type ModelPrices, type PriceStep, priceList, scaled, type TokenKind } from './price-list.ts';
import { tableModel } from './provider-names.ts';
import { standard, tierFactors } from './service-tier.ts';

/** The table and its date: it is a part of the package, and the package does not tell its own version. */
export const tableName = '@pydantic/genai-prices 0.1.8 (2026-09-23)';

/** What the table says of one model. */
export interface TableEntry {
  readonly contextTokens: number | undefined;
  /** At a time, for prices change; `undefined` where the table knows the model but no price of it. */
  prices(now: number): ModelPrices | undefined;
}

/** The table's entry for a model of a provider, both as the table calls them. */
export function tableEntry(provider: string, model: string): TableEntry | undefined {
  const found = findModel(provider, tableModel(provider, model));
  if (found === undefined) return undefined;
  return { contextTokens: windowOf(found), prices: pricesOf(provider, found) };
}

/** Of models for embeddings it is that of one text, and a call has many: who compares the two would leave out what is able. */
function windowOf({ id, context_window: window = 0, prices }: ModelInfo): number | undefined {
  const listed = Array.isArray(prices) ? prices.map((one) => one.prices) : [prices];
  const silent = listed.some((price) => price.input_mtok !== undefined && price.output_mtok === undefined);
  return silent || id.includes('embed') || !Number.isSafeInteger(window) || window < 1 ? undefined : window;
}

/** By the table's own rules: dated names, regions, and other makers' models that a provider resells. */
function findModel(providerId: string, model: string): ModelInfo | undefined {
  // The table's search takes any name that has a provider's in it; only a whole one is meant here.
  if (findProvider({ providerId })?.id !== providerId) return undefined;
  return priced(model, { providerId })?.model;
}

function pricesOf(table: string, model: ModelInfo): TableEntry['prices'] {
  if (!Array.isArray(model.prices)) {
    const always = readPrices(table, model.prices);
    return () => always;
  }
  const read = new WeakMap<ModelPrice, { readonly prices: ModelPrices | undefined }>();
  const alone: Provider = { id: 'alone', name: 'alone', api_pattern: '', models: [{ ...model, match: { equals: 'model' } }] };
  return (now) => {
    const current = priced('model', { provider: alone, timestamp: new Date(now) })?.model_price;
    if (current === undefined) return undefined;
    const known = read.get(current) ?? { prices: readPrices(table, current) };
    read.set(current, known);
    return known.prices;
  };
}

/** Prices of nothing: what is looked for is the model and the prices that hold. The table refuses entries that it cannot read itself. */
function priced(model: string, options: NonNullable<Parameters<typeof calcPrice>[2]>): ReturnType<typeof calcPrice> {
  try {
    return calcPrice({}, model, options);
  } catch {
    return null;
  }
}

/** The table's keys of tokens. Those it has beside them are of hours, pages and the like, which no usage of tokens has. */
const tokenKeys: readonly (readonly [TokenKind, string])[] = [
  ['input', 'input_mtok'],
  ['cacheRead', 'cache_read_mtok'],
  ['cacheWrite', 'cache_write_mtok'],
  ['cacheWriteHour', 'cache_write_1h_mtok'],
  ['inputAudio', 'input_audio_mtok'],
  ['inputImage', 'input_image_mtok'],
  ['inputVideo', 'input_video_mtok'],
  ['cacheReadAudio', 'cache_audio_read_mtok'],
  ['cacheReadImage', 'cache_image_read_mtok'],
  ['output', 'output_mtok'],
  ['reasoning', 'output_reasoning_mtok'],
  ['outputAudio', 'output_audio_mtok'],
  ['outputImage', 'output_image_mtok'],
  ['outputVideo', 'output_video_mtok'],
];

/**
 * Models that are billed by the second or page have no price of tokens, and a fee per request (Perplexity's) depends on what the
 * usage does not tell. Without any price nothing is known, least that it is free.
 */
function readPrices(provider: string, prices: ModelPrice): ModelPrices | undefined {
  if (prices.input_mtok === undefined || prices.requests_kcount !== undefined) return undefined;
  const steps = stepsOf(prices);
  const factors = Object.entries(tierFactors(provider));
  const tiers = factors.map(([tier, factor]) => [tier, steps.map(({ above, list }) => ({ above, list: scaled(list, factor) }))] as const);
  return { table: tableName, tiers: new Map<string, readonly PriceStep[]>([[standard, steps], ...tiers]) };
}

/** A list for each length at which some price changes. It holds for all tokens of the call, not only for those beyond. */
function stepsOf(prices: ModelPrice): readonly PriceStep[] {
  const starts = Object.values(prices).flatMap((price) => (typeof price === 'object' ? price.tiers.map(({ start }) => start) : []));
  const lengths = [-1, ...new Set(starts)].sort((one, other) => one - other);
  return lengths.map((above) => ({ above, list: priceList(dollarsAbove(prices, above)) }));
}

function dollarsAbove(prices: ModelPrice, above: number): DollarPrices {
  const at = (key: string): number | undefined => {
    const price = prices[key];
    if (typeof price !== 'object') return price;
    const reached = price.tiers.filter(({ start }) => start <= above).sort((one, other) => one.start - other.start);
    return reached.at(-1)?.price ?? price.base;
  };
  const tokens = Object.fromEntries(tokenKeys.map(([kind, key]) => [kind, at(key)]));
  return { ...tokens, fees: { webSearch: at('web_searches_kcount'), fileSearch: at('storage_searches_kcount') } };
}
