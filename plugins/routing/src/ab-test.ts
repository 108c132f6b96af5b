import { definePlugin, type GatewayPlugin, Logger, type RoutingContext, type Target, z } from '@express-ai-gateway/core/plugin';
import { type Arm, armAt, noteArm, shareOf } from './assignment.ts';
import { type Decision, decide } from './decision.ts';
import { named } from './named.ts';
import { experimentName, headerName, modelNames, models, percent } from './options.ts';
import { fits } from './pattern.ts';
import { common, isBound, resolved, saidFor } from './strategy.ts';
import { subjectSources } from './subject.ts';

const name = 'routing.ab-test';

export const abTestOptions = z.strictObject({
  /** The experiment's name; another name assigns everybody anew. */
  name: experimentName,
  models,
  /** Arms with their share of the subjects and where they go, best first. The percentages come to 100. */
  arms: z.record(z.string().min(1).max(64), z.strictObject({ percent, use: modelNames })).superRefine((arms, context) => {
    const sum = Object.values(arms).reduce((total, arm) => total + arm.percent, 0);
    if (Math.abs(sum - 100) > 1e-6) context.addIssue({ code: 'custom', message: `percentages that come to 100, not to ${sum}` });
  }),
  /** Who stays in an arm: the first of these that a call has. */
  by: subjectSources.default(['user', 'principal', 'ip']),
  /** Whether the alias's other targets are asked when those of the arm fail; never those of another arm. */
  fallback: z.boolean().default(true),
  /** A header of the answer that names the arm. */
  header: headerName.optional(),
});

export type AbTestOptions = z.input<typeof abTestOptions>;

type Options = z.output<typeof abTestOptions>;

const define = definePlugin({
  ...common,
  name,
  options: abTestOptions,
  requires: [Logger],
  onFailure: 'open',
  create: (options, { logger }) => {
    const { models, by, header } = options;
    const own = `${name}.${options.name}`;
    const arms: Arm[] = Object.entries(options.arms).map(([arm, { percent: share }]) => ({ name: arm, percent: share }));
    return {
      beforeRoute(context) {
        const { call } = context;
        if (call.opaque === true || !fits(models, call.model)) return;
        if (isBound(context)) return decide(context, logger, own, { note: 'kept: the call goes on from what a provider keeps' });
        const arm = armAt(arms, shareOf(context, options.name, by)) ?? arms.at(-1)?.name;
        if (arm === undefined) return;
        noteArm(context, options.name, arm, header);
        decide(context, logger, own, armTargets(context, options, arm));
      },
      explain: ({ model }) =>
        saidFor(models, model, `experiment ${options.name}: ${arms.map((arm) => `${arm.name} ${arm.percent} %`).join(', ')}`),
    };
  },
});

/** Arms of an experiment: who is in one stays in it. Several may run side by side, under names of their own. */
export function abTest(options: AbTestOptions): GatewayPlugin {
  return named(define(options), options.name);
}

function armTargets(context: RoutingContext, { arms, fallback }: Options, arm: string): Decision {
  const targetsOf = (one: string): readonly Target[] => resolved(context, arms[one]?.use ?? []);
  const own = targetsOf(arm);
  if (own.length === 0) return { note: `arm ${arm}, of which this gateway has no target: the order stays` };
  const ownIds = new Set(own.map(({ id }) => id));
  const othersIds = new Set(Object.keys(arms).flatMap((one) => targetsOf(one).map(({ id }) => id)));
  const rest = context.targets.filter(({ id }) => !ownIds.has(id));
  const spare = fallback ? rest.filter(({ id }) => !othersIds.has(id)) : [];
  const excluded = rest
    .filter((target) => !spare.includes(target))
    .map(({ id }) => ({ target: id, why: othersIds.has(id) ? 'of another arm' : 'no fallback' }));
  return { note: `arm ${arm}`, targets: [...own, ...spare], excluded };
}
