import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Provider } from '@pydantic/genai-prices';
import { tableModel } from './provider-names.ts';
import { type DollarPrices, type TokenPrices, tokenPrices } from './token-prices.ts';

/** The table and its date: it is a part of the package, and the package does not tell its own version. */
export const tableName = '@pydantic/genai-prices 0.1.8 (2026-09-23)';

/** What the table says of one model. */
export interface TableEntry {
  readonly contextTokens: number | undefined;
  /** At a time, for prices change; `undefined` where the table knows the model but no price of it. */
  prices(now: number): TokenPrices | undefined;
}

/** The table's entry for a model of a provider, both as the table calls them. */
export function tableEntry(provider: string, model: string): TableEntry | undefined {
  const found = findModel(provider, tableModel(provider, model));
  if (found === undefined) return undefined;
  return { contextTokens: windowOf(found), prices: pricesOf(found) };
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

function pricesOf(model: ModelInfo): TableEntry['prices'] {
  if (!Array.isArray(model.prices)) {
    const always = readPrices(model.prices);
    return () => always;
  }
  const read = new WeakMap<ModelPrice, { readonly prices: TokenPrices | undefined }>();
  const alone: Provider = { id: 'alone', name: 'alone', api_pattern: '', models: [{ ...model, match: { equals: 'model' } }] };
  return (now) => {
    const current = priced('model', { provider: alone, timestamp: new Date(now) })?.model_price;
    if (current === undefined) return undefined;
    const known = read.get(current) ?? { prices: readPrices(current) };
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

/** Models that are billed by the second, page or request have no price of tokens. Without any price nothing is known, least that it is free. */
function readPrices(prices: ModelPrice): TokenPrices | undefined {
  const dollars: DollarPrices = {
    input: prices.input_mtok,
    output: prices.output_mtok,
    cacheRead: prices.cache_read_mtok,
    cacheWrite: prices.cache_write_mtok,
    reasoning: prices.output_reasoning_mtok,
  };
  return dollars.input === undefined || prices.requests_kcount !== undefined ? undefined : tokenPrices(dollars);
}
