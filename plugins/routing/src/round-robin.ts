import { definePlugin, Logger, type Target, z } from '@express-ai-gateway/core/plugin';
import { BoundedMap } from './bounded-map.ts';
import { models } from './options.ts';
import { common, ordering, saidFor } from './strategy.ts';

const name = 'routing.round-robin';

/** Each target in turn; the one after it is asked when it fails. Turns are counted for each list of targets, in this process. */
export const roundRobin = definePlugin({
  ...common,
  name,
  options: z.strictObject({ models }),
  requires: [Logger],
  onFailure: 'open',
  create: ({ models }, { logger }) => {
    const turns = new BoundedMap<number>();
    return {
      beforeRoute: ordering({
        name,
        models,
        logger,
        order({ targets }) {
          const list = targets.map(({ id }) => id).join(' ');
          const turn = (turns.get(list) ?? 0) % targets.length;
          turns.set(list, turn + 1);
          return { note: `turn ${turn + 1} of ${targets.length}`, targets: rotated(targets, turn) };
        },
      }),
      explain: ({ model }) => saidFor(models, model, 'each target in turn'),
    };
  },
});

function rotated(targets: readonly Target[], by: number): Target[] {
  return [...targets.slice(by), ...targets.slice(0, by)];
}
