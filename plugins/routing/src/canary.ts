import { definePlugin, type GatewayPlugin, Logger, type RoutingContext, z } from '@express-ai-gateway/core/plugin';
import { noteArm, shareOf } from './assignment.ts';
import { type Decision, decide } from './decision.ts';
import { named } from './named.ts';
import { experimentName, headerName, modelName, models, percent } from './options.ts';
import { fits } from './pattern.ts';
import { common, isBound, saidFor } from './strategy.ts';
import { subjectSources } from './subject.ts';

const name = 'routing.canary';

export const canaryOptions = z.strictObject({
  /** Several canaries at a time have names of their own. */
  name: experimentName.optional(),
  models,
  /** The target that is tried out, or an alias for it. */
  to: modelName,
  /** How many of the subjects meet it. */
  percent,
  /** Who stays with it: the first of these that a call has. */
  by: subjectSources.default(['user', 'principal', 'ip']),
  /** A header of the answer that says `canary` or `stable`. */
  header: headerName.optional(),
});

export type CanaryOptions = z.input<typeof canaryOptions>;

type Options = z.output<typeof canaryOptions>;

const define = definePlugin({
  ...common,
  name,
  options: canaryOptions,
  requires: [Logger],
  onFailure: 'open',
  create: (options, { logger }) => {
    const { models, by, header, to } = options;
    const experiment = options.name ?? 'canary';
    const own = options.name === undefined ? name : `${name}.${options.name}`;
    return {
      beforeRoute(context) {
        const { call } = context;
        if (call.opaque === true || !fits(models, call.model)) return;
        if (isBound(context)) return decide(context, logger, own, { note: 'kept: the call goes on from what a provider keeps' });
        const chosen = shareOf(context, experiment, by) * 100 < options.percent;
        noteArm(context, experiment, chosen ? 'canary' : 'stable', header);
        decide(context, logger, own, chosen ? withCanary(context, options) : withoutCanary(context, options));
      },
      explain: ({ model }) => saidFor(models, model, `${options.percent} % of the callers meet ${to} first`),
    };
  },
});

/** A new model for a few, always the same ones; when the share grows they stay, and others come. */
export function canary(options: CanaryOptions): GatewayPlugin {
  const plugin = define(options);
  return options.name === undefined ? plugin : named(plugin, options.name);
}

/** The stable targets come after it: whoever tries it out is not to suffer when it fails. */
function withCanary(context: RoutingContext, { to }: Options): Decision {
  const own = context.resolveTarget(to);
  if (own.length === 0) return { note: `canary, but this gateway has no ${to}: the order stays` };
  const rest = context.targets.filter(({ id }) => own.every((target) => target.id !== id));
  return { note: `canary: ${to} first`, targets: [...own, ...rest] };
}

/** Others do not meet it, unless there is nothing else. */
function withoutCanary(context: RoutingContext, { to }: Options): Decision {
  const { targets } = context;
  const own = new Set(context.resolveTarget(to).map(({ id }) => id));
  const rest = targets.filter(({ id }) => !own.has(id));
  if (rest.length === 0) return { note: 'stable, but there is no other target than the canary' };
  return {
    note: 'stable',
    targets: rest,
    excluded: targets.filter(({ id }) => own.has(id)).map(({ id }) => ({ target: id, why: 'the canary' })),
  };
}
