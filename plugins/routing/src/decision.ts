import { type ExchangeContext, type Logger, type RoutingContext, type Slot, slot, type Target } from '@express-ai-gateway/core/plugin';

/** A target that a strategy took out. */
export interface Excluded {
  readonly target: string;
  readonly why: string;
}

/** What one strategy decided about one exchange, and why. Names and numbers only, never payloads. */
export interface RoutingReason {
  /** The plugin's name, e.g. `routing.weighted`. */
  readonly strategy: string;
  readonly note: string;
  /** The targets that are left, in the order in which they are asked. */
  readonly kept: readonly string[];
  readonly excluded: readonly Excluded[];
  /** What the order was made of, by target; what a number means is the strategy's. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** Why an exchange goes where it goes: one entry for each strategy that had a say, in their order. */
export const routingReasons: Slot<readonly RoutingReason[]> = slot('routing-reasons');

export interface Decision {
  readonly note: string;
  /** Left out: as they are. */
  readonly targets?: readonly Target[];
  readonly excluded?: readonly Excluded[];
  readonly scores?: Readonly<Record<string, number>>;
}

/** Carries a decision out, and leaves its reason for other plugins, for traces and for the log. */
export function decide(context: RoutingContext, logger: Logger, strategy: string, decision: Decision): void {
  const { note, targets, excluded = [], scores } = decision;
  if (targets !== undefined && !sameOrder(targets, context.targets)) context.targets = targets;
  const kept = context.targets.map(({ id }) => id);
  leaveReason(context, logger, { strategy, note, kept, excluded, ...(scores !== undefined && { scores }) });
}

export function leaveReason(context: ExchangeContext, logger: Logger, reason: RoutingReason): void {
  context.set(routingReasons, [...(context.get(routingReasons) ?? []), reason]);
  if (logger.enabled('debug')) logger.log('debug', `${reason.strategy}: ${reason.note}`, { exchange: context.id, ...reason });
}

function sameOrder(one: readonly Target[], other: readonly Target[]): boolean {
  return one.length === other.length && one.every((target, index) => target === other[index]);
}

/** Numbers by target, for a reason; rounded, as people read them. */
export function scoresOf(targets: readonly Target[], score: (target: Target) => number | undefined): Record<string, number> {
  return Object.fromEntries(
    targets.flatMap((target) => {
      const value = score(target);
      return value === undefined ? [] : [[target.id, Number(value.toPrecision(4))]];
    }),
  );
}
