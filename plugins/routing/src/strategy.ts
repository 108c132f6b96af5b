import type { PluginHooks, RoutingContext, Slot, Target } from '@express-ai-gateway/core/plugin';
import { type Decision, decide, routingReasons } from './decision.ts';
import { fits } from './pattern.ts';

/** Where every strategy stands in the list, and what all of them say of themselves. */
export const common = {
  provides: [routingReasons as Slot<unknown>],
  after: ['logging', 'metrics', 'tracing', 'auth-keys', 'auth-jwt', 'rate-limit', 'redaction', 'guardrails', 'prompt-optimizer'],
  before: ['budget', 'cache'],
  opaque: true, // they look at where a request goes; what is carried unread has one place to go and keeps it
} as const;

/** A strategy that only puts targets into an order. */
export interface Ordering {
  readonly name: string;
  readonly models?: readonly string[] | undefined;
  readonly logger: Parameters<typeof decide>[1];
  /** `undefined`: it has nothing to say about these. Called with two targets or more. */
  readonly order: (context: RoutingContext) => Decision | undefined;
}

/** Runs an ordering where there is an order to choose. */
export function ordering({ name, models, logger, order }: Ordering): NonNullable<PluginHooks['beforeRoute']> {
  return (context) => {
    const { call, targets } = context;
    if (targets.length < 2 || call.opaque === true || !fits(models, call.model)) return;
    if (isBound(context)) return decide(context, logger, name, { note: 'kept: the call goes on from what a provider keeps' });
    const decision = order(context);
    if (decision !== undefined) decide(context, logger, name, decision);
  };
}

/** A call that goes on from something a provider's account keeps lies where that lies: the core finds it, unless others move it. */
export function isBound({ call }: RoutingContext): boolean {
  return call.states.length > 0;
}

/** The targets of names, each once. */
export function resolved(context: RoutingContext, names: readonly string[]): Target[] {
  const targets = new Map(names.flatMap((one) => context.resolveTarget(one)).map((target) => [target.id, target]));
  return [...targets.values()];
}

/** For `explain()`: which models a strategy is for, and whether this is one. */
export function saidFor(models: readonly string[] | undefined, model: string | undefined, words: string): string {
  return model === undefined || fits(models, model) ? words : `not for this model (only ${models?.join(', ')})`;
}
