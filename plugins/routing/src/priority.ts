import { definePlugin, Logger, z } from '@express-ai-gateway/core/plugin';
import { models } from './options.ts';
import { common, ordering, saidFor } from './strategy.ts';

const name = 'routing.priority';

/** The order of the alias, best first: what happens without any strategy, said aloud. */
export const priority = definePlugin({
  ...common,
  name,
  options: z.strictObject({ models }),
  requires: [Logger],
  onFailure: 'open',
  create: ({ models }, { logger }) => ({
    beforeRoute: ordering({ name, models, logger, order: () => ({ note: 'in the order of the alias' }) }),
    explain: ({ model }) => saidFor(models, model, 'in the order of the alias'),
  }),
});
