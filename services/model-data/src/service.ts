import {
  Clock,
  ModelCatalog,
  type ModelFacts,
  PriceBook,
  type PricedCall,
  provideFactory,
  type ServiceProvision,
  type Target,
  type Usage,
  type UsageBounds,
} from '@express-ai-gateway/core/plugin';
import { type Bill, costOf, worstOf } from './bill.ts';
import { checkOptions, type ModelDataOptions, type ModelOverride } from './options.ts';
import { ownPrices } from './own-prices.ts';
import type { ModelPrices } from './price-list.ts';
import { type TableEntry, tableEntry, tableName } from './price-table.ts';
import { tableProvider } from './provider-names.ts';
import { Remembered } from './remembered.ts';

/** Targets that are remembered. */
const maxRemembered = 1_000;

/** What is known of one target, by the options and the table. */
interface Known {
  readonly facts: ModelFacts | undefined;
  prices(at: number): ModelPrices | undefined;
}

/** Model catalog and price book: `services: [...modelData()]`. */
export function modelData(options: ModelDataOptions = {}): readonly ServiceProvision[] {
  checkOptions(options);
  const known = knowing(options);
  const table = tableText(options);
  return [
    provideFactory(ModelCatalog, () => ({ facts: (target) => known(target).facts })),
    provideFactory(PriceBook, (get) => priceBook(get(Clock), known, table)),
  ];
}

function priceBook(clock: Clock, known: (target: Target) => Known, table: string): PriceBook {
  const pricesOf = (target: Target, call?: PricedCall): ModelPrices | undefined => known(target).prices(call?.at ?? clock.now());
  const billed = (prices: ModelPrices | undefined, of: Usage | UsageBounds, call?: PricedCall): Bill => {
    if (prices === undefined) return { why: 'no price is known of the model' };
    return 'inputTokens' in of ? worstOf(prices, of, call) : costOf(prices, of, call);
  };
  const amount = (target: Target, of: Usage | UsageBounds, call?: PricedCall): bigint | undefined => {
    const bill = billed(pricesOf(target, call), of, call);
    return 'why' in bill ? undefined : bill.nanoDollars;
  };
  return {
    table,
    cost: amount,
    worst: amount,
    figure(target, of, call) {
      const prices = pricesOf(target, call);
      const bill = billed(prices, of, call);
      const from = prices?.table ?? table;
      return 'why' in bill ? { nanoDollars: undefined, table: from, why: `${target.id}: ${bill.why}` } : { ...bill, table: from };
    },
  };
}

function knowing({ models = {}, providers = {} }: ModelDataOptions): (target: Target) => Known {
  const remembered = new Remembered<Known>(maxRemembered);
  const overrides = new Map(Object.entries(models));
  const names = new Map(Object.entries(providers));
  return (target) =>
    remembered.get(target.id, () => {
      const provider = tableProvider(target.provider, names);
      const entry = provider === undefined ? undefined : tableEntry(provider, target.model);
      const own = [target.id, target.model].flatMap((name) => ({ name, ...overrides.get(name) }));
      return joined(entry, own);
    });
}

/** Field by field, the first that says it; except prices: a mixture of two lists of prices would be nobody's. */
function joined(entry: TableEntry | undefined, own: readonly (ModelOverride & { readonly name: string })[]): Known {
  const said = own.toReversed().map(({ name, prices, ...facts }) => facts);
  const facts: ModelFacts = Object.assign({}, entry?.contextTokens !== undefined && { contextTokens: entry.contextTokens }, ...said);
  const priced = own.find(({ prices }) => prices !== undefined);
  const given = priced?.prices && ownPrices(priced.name, priced.prices);
  return {
    facts: Object.keys(facts).length === 0 ? undefined : Object.freeze(facts),
    prices: (at) => given?.(at) ?? entry?.prices(at),
  };
}

function tableText({ models = {} }: ModelDataOptions): string {
  const own = Object.values(models).filter(({ prices }) => prices !== undefined).length;
  return own === 0 ? tableName : `${tableName}, with prices of your own for ${own} ${own === 1 ? 'model' : 'models'}`;
}
