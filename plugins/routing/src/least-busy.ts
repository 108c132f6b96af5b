import { definePlugin, Logger, z } from '@express-ai-gateway/core/plugin';
import { scoresOf } from './decision.ts';
import { InFlight } from './in-flight.ts';
import { models } from './options.ts';
import { common, ordering, saidFor } from './strategy.ts';

const name = 'routing.least-busy';

/** The target with the fewest attempts under way first; among equals the order they had. */
export const leastBusy = definePlugin({
  ...common,
  name,
  options: z.strictObject({ models }),
  requires: [Logger],
  onFailure: 'open',
  create: ({ models }, { logger }) => {
    const inFlight = new InFlight();
    return {
      beforeRoute: ordering({
        name,
        models,
        logger,
        order({ targets }) {
          const sorted = [...targets].sort((one, other) => inFlight.of(one.id) - inFlight.of(other.id));
          const scores = scoresOf(targets, ({ id }) => inFlight.of(id));
          return { note: `${sorted[0]?.id} has the fewest calls under way`, targets: sorted, scores };
        },
      }),
      attempt: (attempt) => inFlight.enter(attempt),
      explain: ({ model }) => saidFor(models, model, 'the target with the fewest calls under way first'),
    };
  },
});
