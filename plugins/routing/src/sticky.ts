import { definePlugin, Logger, type Target, z } from '@express-ai-gateway/core/plugin';
import { scoresOf } from './decision.ts';
import { models, recordOf, targetPattern } from './options.ts';
import { placeIn } from './pattern.ts';
import { common, ordering, saidFor } from './strategy.ts';
import { subjectOf, subjectSources } from './subject.ts';
import { joined, unitHash } from './unit-hash.ts';

const name = 'routing.sticky';

export const stickyOptions = z.strictObject({
  models,
  /** What stays together: the first of these that a call has. */
  by: subjectSources.default([
    'header:x-session-id',
    'body:prompt_cache_key',
    'body:metadata.user_id',
    'body:safety_identifier',
    'body:user',
    'user',
    'principal',
  ]),
  /** How much of the sessions each target takes. Default: the same. 0: only those that have no other left. */
  weights: recordOf(targetPattern, z.number().min(0).max(1_000_000)).default({}),
});

/**
 * A session, user or principal stays at its target, where the provider's prompt cache is warm. Rendezvous hashing: every
 * process comes to the same answer without asking any other, and a target that comes or goes moves only its own share.
 */
export const sticky = definePlugin({
  ...common,
  name,
  options: stickyOptions,
  requires: [Logger],
  onFailure: 'open',
  create: ({ models, by, weights }, { logger }) => {
    const patterns = Object.keys(weights);
    const weightOf = ({ id }: Target): number => weights[patterns[placeIn(patterns, id)] ?? ''] ?? 1;
    return {
      beforeRoute: ordering({
        name,
        models,
        logger,
        order(context) {
          const subject = subjectOf(context, by);
          if (subject === undefined) return { note: `kept: the call has none of ${by.join(', ')}` };
          const { sorted, scores } = rendezvous(context.targets, subject, weightOf);
          return { note: `stays at ${sorted[0]?.id}`, targets: sorted, scores: scoresOf(context.targets, (target) => scores.get(target)) };
        },
      }),
      explain: ({ model }) => saidFor(models, model, `a session stays at its target; told apart by ${by.join(', ')}`),
    };
  },
});

/** Targets by how much they are this subject's (weighted rendezvous hashing): each score depends on subject and target alone. */
export function rendezvous(
  targets: readonly Target[],
  subject: string,
  weightOf: (target: Target) => number = () => 1,
): { readonly sorted: Target[]; readonly scores: ReadonlyMap<Target, number> } {
  const scores = new Map(targets.map((target) => [target, weightOf(target) / -Math.log(unitHash(joined(subject, target.id)))]));
  const sorted = [...targets].sort((one, other) => (scores.get(other) ?? 0) - (scores.get(one) ?? 0));
  return { sorted, scores };
}
