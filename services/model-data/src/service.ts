import {
  Clock,
  ModelCatalog,
  type ModelFacts,
  PriceBook,
  provideFactory,
  type ServiceProvision,
  type Target,
} from '@express-ai-gateway/core/plugin';
import { checkOptions, type ModelDataOptions, type ModelOverride } from './options.ts';
import { type TableEntry, tableEntry, tableName } from './price-table.ts';
import { tableProvider } from './provider-names.ts';
import { Remembered } from './remembered.ts';
import { costOf, type TokenPrices, tokenPrices } from './token-prices.ts';

/** Targets that are remembered. */
const maxRemembered = 1_000;

/** What is known of one target, by the options and the table. */
interface Known {
  readonly facts: ModelFacts | undefined;
  prices(now: number): TokenPrices | undefined;
}

/** Model catalog and price book: `services: [...modelData()]`. */
export function modelData(options: ModelDataOptions = {}): readonly ServiceProvision[] {
  checkOptions(options);
  const known = knowing(options);
  const table = tableText(options);
  return [
    provideFactory(ModelCatalog, () => ({ facts: (target) => known(target).facts })),
    provideFactory(PriceBook, (get) => {
      const clock = get(Clock);
      return {
        table,
        cost(target, usage) {
          const prices = known(target).prices(clock.now());
          return prices && costOf(prices, usage);
        },
      };
    }),
  ];
}

function knowing({ models = {}, providers = {} }: ModelDataOptions): (target: Target) => Known {
  const remembered = new Remembered<Known>(maxRemembered);
  const overrides = new Map(Object.entries(models));
  const names = new Map(Object.entries(providers));
  return (target) =>
    remembered.get(target.id, () => {
      const provider = tableProvider(target.provider, names);
      const entry = provider === undefined ? undefined : tableEntry(provider, target.model);
      return joined(entry, { ...overrides.get(target.model), ...overrides.get(target.id) });
    });
}

/** Field by field, except prices: a mixture of two lists of prices would be nobody's. */
function joined(entry: TableEntry | undefined, { prices, ...own }: ModelOverride): Known {
  const facts: ModelFacts = { ...(entry?.contextTokens !== undefined && { contextTokens: entry.contextTokens }), ...own };
  const given = prices && tokenPrices(prices);
  return {
    facts: Object.keys(facts).length === 0 ? undefined : Object.freeze(facts),
    prices: given === undefined ? (now) => entry?.prices(now) : () => given,
  };
}

function tableText({ models = {} }: ModelDataOptions): string {
  const own = Object.values(models).filter(({ prices }) => prices !== undefined).length;
  return own === 0 ? tableName : `${tableName}, with prices of your own for ${own} ${own === 1 ? 'model' : 'models'}`;
}
