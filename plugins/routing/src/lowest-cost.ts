import { type Call, definePlugin, Logger, PriceBook, type Target, TokenEstimator, type Usage, z } from '@express-ai-gateway/core/plugin';
import { inputTokens } from './input-tokens.ts';
import { models } from './options.ts';
import { common, ordering, saidFor } from './strategy.ts';

const name = 'routing.lowest-cost';

export const lowestCostOptions = z.strictObject({
  models,
  /** Output tokens that an answer is expected to have. A lower limit of the client's own counts instead. */
  outputTokens: z.int().min(0).max(10_000_000).default(500),
});

/** The target where this call costs least, by the price book and an estimate of its tokens. A price that nobody knows is not zero. */
export const lowestCost = definePlugin({
  ...common,
  name,
  options: lowestCostOptions,
  requires: [Logger, PriceBook, TokenEstimator],
  onFailure: 'open',
  create: ({ models, outputTokens }, { logger, prices, tokens }) => ({
    beforeRoute: ordering({
      name,
      models,
      logger,
      order(context) {
        const { call, targets } = context;
        const usage = expectedUsage(inputTokens(context, tokens), expectedOutput(call, outputTokens));
        const costs = new Map(targets.map((target) => [target, prices.cost(target, usage)]));
        const known = targets
          .filter((target) => costs.get(target) !== undefined)
          .sort((one, other) => cheaper(costs.get(one), costs.get(other)));
        const unknown = targets.filter((target) => costs.get(target) === undefined);
        const scores = Object.fromEntries(known.map((target) => [target.id, Number(costs.get(target))]));
        return { note: noteOf(known, unknown, prices.table), targets: [...known, ...unknown], scores };
      },
    }),
    explain: ({ model }) => saidFor(models, model, `the cheapest target first, by ${prices.table}; targets without a price last`),
  }),
});

/** Of equals each keeps its place. */
function cheaper(one = 0n, other = 0n): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function noteOf([cheapest]: readonly Target[], unknown: readonly Target[], table: string): string {
  if (cheapest === undefined) return 'no target has a known price: the order stays';
  const last = unknown.length === 0 ? '' : `; without a known price, so last: ${unknown.map(({ id }) => id).join(', ')}`;
  return `${cheapest.id} costs least by ${table}${last}`;
}

const noOutput = /embed|moderation|count|input-tokens/;

/** Embeddings and counts have no output, and models for them no price of it. */
function expectedOutput({ dialect, maxOutputTokens = Number.POSITIVE_INFINITY }: Call, usual: number): number {
  return noOutput.test(dialect) ? 0 : Math.min(usual, maxOutputTokens);
}

function expectedUsage(input: number, output: number): Usage {
  return { input, output, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
}
