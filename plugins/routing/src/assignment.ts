import { type RoutingContext, type Slot, slot } from '@express-ai-gateway/core/plugin';
import { subjectOf } from './subject.ts';
import { joined, unitHash } from './unit-hash.ts';

/** Which arm of each experiment an exchange is in, by the experiment's name: for logs, metrics and the team's own plugins. */
export const experimentArms: Slot<Readonly<Record<string, string>>> = slot('experiment-arms');

export interface Arm {
  readonly name: string;
  readonly percent: number;
}

/**
 * The arm of a share of 0 to 1: arms lie side by side in their order. While only the last arm shrinks, everybody who is in
 * another one stays there.
 */
export function armAt(arms: readonly Arm[], share: number): string | undefined {
  let upTo = 0;
  for (const { name, percent } of arms) {
    upTo += percent;
    if (share * 100 < upTo) return name;
  }
  return undefined;
}

/**
 * Where an exchange stands between 0 and 1 in an experiment: always the same for the same subject, and independent between
 * experiments. Without a subject each exchange is one of its own.
 */
export function shareOf(context: RoutingContext, experiment: string, by: readonly string[]): number {
  return unitHash(joined(experiment, subjectOf(context, by) ?? context.id));
}

/** Says which arm it is, to plugins and, where a header is named, to the client. */
export function noteArm(context: RoutingContext, experiment: string, arm: string, header: string | undefined): void {
  context.set(experimentArms, { ...context.get(experimentArms), [experiment]: arm });
  if (header !== undefined) context.setHeader(header, arm);
}
