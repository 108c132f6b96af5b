import { definePlugin, Logger, principal, type Target, z } from '@express-ai-gateway/core/plugin';
import { decide, type Excluded } from './decision.ts';
import { targetPatterns } from './options.ts';
import { placeIn } from './pattern.ts';
import { refusedRoute } from './refusal.ts';
import { common, isBound } from './strategy.ts';

const name = 'routing.by-tier';

/** The tier of callers whose plan is no other's name, or who have none. */
const otherwise = 'default';

export const byTierOptions = z
  .record(z.string().min(1), targetPatterns)
  .refine((tiers) => Object.keys(tiers).length > 0, { error: 'at least one plan with its targets' });

/**
 * What each plan may use, best first. A caller whose plan is not listed has the tier `default`; without one it has nothing, for
 * the dearest model is not for whoever is unknown. Calls that plugins make for their own work are the operator's, not the caller's.
 */
export const byTier = definePlugin({
  ...common,
  name,
  options: byTierOptions,
  requires: [Logger],
  create: (tiers, { logger }) => ({
    beforeRoute(context) {
      const { call, targets, parent } = context;
      if (parent !== undefined) return;
      const plan = context.get(principal)?.plan;
      const tier = plan !== undefined && Object.hasOwn(tiers, plan) ? plan : otherwise;
      const patterns = tiers[tier];
      if (patterns === undefined) throw refused(call.model, `${shown(plan)} is in no tier of this gateway`);
      const allowed = targets.filter(({ id }) => placeIn(patterns, id) !== -1);
      if (allowed.length === 0) throw refused(call.model, `${shown(plan)} does not include it`);
      const ordered = isBound(context) ? allowed : byPlace(allowed, patterns);
      decide(context, logger, name, {
        note: `tier ${tier}`,
        targets: ordered,
        excluded: excludedBut(targets, allowed, `not in tier ${tier}`),
      });
    },
    explain: () =>
      `by plan: ${Object.entries(tiers)
        .map(([tier, patterns]) => `${tier}: ${patterns.join(', ')}`)
        .join('; ')}`,
  }),
});

function byPlace(targets: readonly Target[], patterns: readonly string[]): Target[] {
  return [...targets].sort((one, other) => placeIn(patterns, one.id) - placeIn(patterns, other.id));
}

function excludedBut(targets: readonly Target[], allowed: readonly Target[], why: string): Excluded[] {
  return targets.filter((target) => !allowed.includes(target)).map(({ id }) => ({ target: id, why }));
}

function shown(plan: string | undefined): string {
  return plan === undefined ? 'a caller without a plan' : `the plan ${JSON.stringify(plan.slice(0, 100))}`;
}

function refused(model: string, why: string): Error {
  return refusedRoute({ code: 'ROUTING_TIER', status: 403, model, why, remedy: 'Use a model of your plan, or another plan.' });
}
