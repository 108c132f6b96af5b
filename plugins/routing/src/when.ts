import { Clock, definePlugin, type GatewayPlugin, Logger, type RoutingContext, TokenEstimator, z } from '@express-ai-gateway/core/plugin';
import { condition, conditionOptions, looksInside } from './condition.ts';
import { type Decision, decide } from './decision.ts';
import { modelName, oneOrMore, targetPattern } from './options.ts';
import { placeIn } from './pattern.ts';
import { refusedRoute } from './refusal.ts';
import { common, isBound, resolved } from './strategy.ts';

const name = 'routing.when';

const actions = ['use', 'only', 'prefer'] as const;

const rule = z
  .strictObject({
    if: conditionOptions,
    /** These targets or aliases instead of those that the client's model stands for. */
    use: oneOrMore(modelName).optional(),
    /** None but these of the targets. */
    only: oneOrMore(targetPattern).optional(),
    /** These of the targets first, in this order. */
    prefer: oneOrMore(targetPattern).optional(),
  })
  .refine((given) => actions.filter((action) => given[action] !== undefined).length === 1, { error: 'one of use, only, prefer' });

type Rule = z.output<typeof rule>;

export const whenOptions = z.array(rule).min(1);

export type WhenOptions = z.input<typeof whenOptions>;

const define = definePlugin({
  ...common,
  name,
  options: whenOptions,
  requires: [Logger, Clock, TokenEstimator],
  create: (rules, { logger, clock, tokens }) => {
    const holds = rules.map((one) => condition(one.if, { clock, tokens }));
    return {
      beforeRoute(context) {
        const index = holds.findIndex((check) => check(context));
        const chosen = rules[index];
        if (chosen !== undefined) decide(context, logger, name, carriedOut(context, chosen, `rule ${index + 1}`));
      },
      explain: () => `the first of ${rules.length} rules whose condition holds: ${rules.map(said).join('; ')}`,
    };
  },
});

/** Rules, of which the first whose condition holds is carried out. */
export function when(rules: WhenOptions): GatewayPlugin {
  const plugin = define(rules);
  // What such a rule forbids it cannot forbid to a call that nobody reads: the gateway then refuses those, or its operator excepts them.
  const blind = whenOptions.parse(rules).some((one) => one.only !== undefined && looksInside(one.if));
  return blind ? Object.freeze({ ...plugin, opaque: false }) : plugin;
}

function carriedOut(context: RoutingContext, { use, only, prefer }: Rule, which: string): Decision {
  const { targets } = context;
  if (only !== undefined) {
    const kept = targets.filter(({ id }) => placeIn(only, id) !== -1);
    const note = `${which}: only ${only.join(', ')}`;
    if (kept.length === 0) throw refused(context, `a rule of this gateway allows none of its targets (${which})`);
    return { note, targets: kept, excluded: targets.filter((one) => !kept.includes(one)).map(({ id }) => ({ target: id, why: which })) };
  }
  if (context.call.opaque === true) return { note: `${which}: what is carried unread has one place to go` };
  if (isBound(context)) return { note: `${which}: the call goes on from what a provider keeps, and stays where that is` };
  if (use !== undefined) {
    const own = resolved(context, use);
    if (own.length === 0) throw refused(context, `a rule of this gateway sends it to ${use.join(', ')}, which is not there (${which})`);
    return { note: `${which}: use ${use.join(', ')}`, targets: own };
  }
  const patterns = prefer ?? [];
  const place = (id: string): number => {
    const at = placeIn(patterns, id);
    return at === -1 ? patterns.length : at;
  };
  return { note: `${which}: prefer ${patterns.join(', ')}`, targets: [...targets].sort((one, other) => place(one.id) - place(other.id)) };
}

function said({ if: condition, ...action }: Rule): string {
  const [what = ''] = actions.filter((one) => action[one] !== undefined);
  return `${Object.keys(condition).join(' and ') || 'always'}: ${what} ${action[what as keyof typeof action]?.join(', ')}`;
}

function refused({ call }: RoutingContext, why: string): Error {
  return refusedRoute({ code: 'ROUTING_RULE', status: 403, model: call.model, why, remedy: 'Use another model.' });
}
