import { definePlugin, Logger, type Target, z } from '@express-ai-gateway/core/plugin';
import { recordOf, targetPattern } from './options.ts';
import { placeIn } from './pattern.ts';
import { common, ordering } from './strategy.ts';

const name = 'routing.weighted';

/** Weights by target; the first pattern that a target fits counts. */
export const weightedOptions = recordOf(targetPattern, z.number().min(0).max(1_000_000)).refine(
  (weights) => Object.values(weights).some((weight) => weight > 0),
  { error: 'at least one target with a weight above 0' },
);

/** Calls spread by chance, in proportion to weights. The rest of the order, for when the first fails, is drawn the same way. */
export const weighted = definePlugin({
  ...common,
  name,
  options: weightedOptions,
  requires: [Logger],
  onFailure: 'open',
  create: (weights, { logger }) => {
    const patterns = Object.keys(weights);
    const weightOf = ({ id }: Target): number | undefined => weights[patterns[placeIn(patterns, id)] ?? ''];
    return {
      beforeRoute: ordering({
        name,
        logger,
        order({ targets }) {
          if (targets.every((target) => weightOf(target) === undefined)) return undefined;
          const drawn = drawOrder(targets, (target) => weightOf(target) ?? 0, Math.random);
          const scores = Object.fromEntries(targets.map((target) => [target.id, weightOf(target) ?? 0]));
          return { note: `drew ${drawn[0]?.id}`, targets: drawn, scores };
        },
      }),
      explain: () => `draws by weight: ${patterns.map((pattern) => `${pattern} ${weights[pattern]}`).join(', ')}`,
    };
  },
});

/**
 * A weighted draw without putting back (Efraimidis and Spirakis): the first is each target with weight ÷ sum, and so on with
 * those that are left. A weight of 0 is never drawn: such targets come last, in the order they had.
 */
export function drawOrder(targets: readonly Target[], weightOf: (target: Target) => number, random: () => number): Target[] {
  const drawn = targets.map((target) => {
    const weight = weightOf(target);
    return { target, key: weight > 0 ? -Math.log(1 - random()) / weight : Number.POSITIVE_INFINITY };
  });
  return drawn.sort((one, other) => (one.key === other.key ? 0 : one.key - other.key)).map(({ target }) => target);
}
