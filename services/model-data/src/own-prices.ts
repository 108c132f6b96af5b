import type { OwnTokenPrices, PriceOverride } from './options.ts';
import { type DollarPrices, type ModelPrices, type PriceStep, priceList } from './price-list.ts';
import { standard } from './service-tier.ts';

/** The prices of an operator's own for one model, by the time of a call; `undefined` before the first of them holds. */
export function ownPrices(name: string, given: PriceOverride | readonly PriceOverride[]): (at: number) => ModelPrices | undefined {
  const listed: readonly PriceOverride[] = Array.isArray(given) ? given : [given as PriceOverride];
  const dated = listed
    .map((one) => ({ from: startOf(one), prices: modelPrices(name, one) }))
    .sort((one, other) => (one.from < other.from ? -1 : 1));
  return (at) => dated.findLast(({ from }) => from <= at)?.prices;
}

/** Milliseconds since 1970. A date begins with its day in UTC. */
export function startOf({ from }: PriceOverride): number {
  return from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
}

function modelPrices(name: string, { from, fees, steps, tiers = {}, ...prices }: PriceOverride): ModelPrices {
  const others = Object.entries(tiers).map(([tier, { steps, ...own }]) => [tier, stepsOf(own, steps, fees)] as const);
  return {
    table: `own prices of ${name}${from === undefined ? ', undated' : ` from ${from}`}`,
    tiers: new Map([[standard, stepsOf(prices, steps, fees)], ...others]),
  };
}

/** Each step has a list of its own, for what it leaves out has no price beyond it; fees do not go by length or tier. */
function stepsOf(prices: OwnTokenPrices, steps: PriceOverride['steps'] = [], fees: DollarPrices['fees']): readonly PriceStep[] {
  const longer = steps.map(({ above, ...own }) => ({ above, list: priceList({ ...own, fees }) }));
  return [{ above: -1, list: priceList({ ...prices, fees }) }, ...longer].sort((one, other) => one.above - other.above);
}
