import { definePlugin, Logger, ModelCatalog, TokenEstimator, z } from '@express-ai-gateway/core/plugin';
import { decide } from './decision.ts';
import { inputTokens } from './input-tokens.ts';
import { models } from './options.ts';
import { fits } from './pattern.ts';
import { refusedRoute } from './refusal.ts';
import { common, isBound, saidFor } from './strategy.ts';
import { lacking, wantsOf } from './wants.ts';

const name = 'routing.capabilities';

/** Targets whose model is known not to do what the call asks for are not asked. What the catalog does not know counts as able. */
export const capabilities = definePlugin({
  ...common,
  name,
  options: z.strictObject({ models }),
  requires: [Logger, ModelCatalog, TokenEstimator],
  onFailure: 'open',
  create: ({ models }, { logger, catalog, tokens }) => ({
    beforeRoute(context) {
      const { call, targets } = context;
      if (call.opaque === true || isBound(context) || !fits(models, call.model)) return;
      const facts = targets.map((target) => catalog.facts(target));
      if (facts.every((one) => one === undefined)) return; // nothing is known: the texts need not be looked at
      const wants = wantsOf(call, inputTokens(context, tokens));
      const lacks = targets.map((target, index) => ({ target, why: lacking(wants, facts[index]).join(', ') }));
      const able = lacks.filter(({ why }) => why === '').map(({ target }) => target);
      const excluded = lacks.filter(({ why }) => why !== '').map(({ target, why }) => ({ target: target.id, why: `has no ${why}` }));
      if (able.length === 0) throw refused(call.model, excluded.map(({ target, why }) => `${target} ${why}`).join('; '));
      if (excluded.length > 0) decide(context, logger, name, { note: 'without those that cannot', targets: able, excluded });
    },
    explain: ({ model }) => saidFor(models, model, 'drops targets known to lack tools, images, JSON schema or context'),
  }),
});

function refused(model: string, why: string): Error {
  return refusedRoute({
    code: 'ROUTING_CAPABILITY',
    status: 400,
    model,
    why,
    remedy: 'Leave out what it lacks, or use another model.',
  });
}
