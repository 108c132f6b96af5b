import type { GatewayError } from '@express-ai-gateway/core/plugin';
import type { Metered, Reading, Refused, Taken } from './meter.ts';
import { type RefusedBy, refusal, tooLarge, unavailable } from './refusal.ts';
import type { Limit } from './rules.ts';
import { type Facts, subjectOf } from './subject.ts';
import type { ToldReading } from './told.ts';

/** A limit, and whose it is in one request. */
export interface Asked {
  readonly limit: Limit;
  readonly subject: string;
}

/** Something taken, until the exchange is over. */
export interface Held {
  readonly what: Metered;
  readonly taken: Taken;
  /** Where others may wait for it. */
  readonly line: string;
}

export interface Admission {
  readonly held: readonly Held[];
  readonly told: readonly ToldReading[];
  /** Limits in shadow mode that would have refused. */
  readonly shadowed: readonly RefusedBy[];
  /** Why the request may not go on now. */
  readonly refused?: Denial | undefined;
}

export interface Denial {
  readonly error: GatewayError;
  /** The limit and whose it is: requests that wait for the same stand in one line. */
  readonly line: string;
  /** Milliseconds after which asking again makes sense; `undefined`: never. */
  readonly waitMs: number | undefined;
  /** Whether it is a place that is missing, which may be free at any time. */
  readonly isPlace: boolean;
}

export function askedOf(limits: readonly Limit[], facts: Facts): Asked[] {
  return limits.map((limit) => ({ limit, subject: subjectOf(limit.per, facts) }));
}

/** What requests that wait for the same have in common. Neither a kind nor a subject has spaces. */
export function lineOf({ limit, subject }: Asked): string {
  return `${limit.name} ${limit.meter.what} ${subject}`;
}

/** Takes of all limits at once; of none where one refuses. Never rejects: where nothing can count, that is the refusal. */
export async function admit(asked: readonly Asked[], tokens: number): Promise<Admission> {
  const never = asked.find(({ limit }) => limit.enforced && limit.meter.what === 'tokens' && tokens > limit.meter.limit);
  if (never !== undefined) return { held: [], told: [], shadowed: [], refused: hopeless(tooLarge(refusedBy(never.limit), tokens)) };
  const outcomes = await Promise.allSettled(
    asked.map(({ limit: { meter }, subject }) => meter.take(subject, meter.what === 'tokens' ? tokens : 1)),
  );
  const held: Held[] = [];
  const told: ToldReading[] = [];
  const shadowed: RefusedBy[] = [];
  let refused: Denial | undefined;
  for (const [at, outcome] of outcomes.entries()) {
    const one = asked[at] as Asked;
    const { limit } = one;
    if (outcome.status === 'fulfilled') {
      const { value } = outcome;
      if (limit.enforced) told.push({ ...value.reading, name: limit.name, what: limit.meter.what, windowMs: limit.windowMs });
      if (value.kind === 'taken') held.push({ what: limit.meter.what, taken: value, line: lineOf(one) });
      else if (!limit.enforced) shadowed.push(refusedBy(limit, value.reading));
    }
    if (limit.enforced) refused = longer(refused, denialOf(one, outcome));
  }
  if (refused === undefined) return { held, told, shadowed };
  await giveBack(held);
  return { held: [], told, shadowed, refused };
}

/** Never rejects: nobody hears a line that serves, and a rejection that nobody hears ends the host's process. */
export async function giveBack(held: readonly Held[]): Promise<void> {
  await Promise.allSettled(held.map(({ taken }) => taken.giveBack()));
}

function denialOf(asked: Asked, outcome: PromiseSettledResult<Taken | Refused>): Denial | undefined {
  if (outcome.status === 'rejected') return hopeless(unavailable(outcome.reason));
  const { kind, reading } = outcome.value;
  if (kind === 'taken') return undefined;
  const isPlace = asked.limit.meter.what === 'concurrent';
  return { error: refusal(refusedBy(asked.limit, reading)), line: lineOf(asked), waitMs: reading.resetsInMs, isPlace };
}

/** One that no waiting helps against. */
function hopeless(error: GatewayError): Denial {
  return { error, line: '', waitMs: undefined, isPlace: false };
}

/** Of several refusals the caller is told of the one that lasts longest: after that one asking again makes sense. */
function longer(one: Denial | undefined, other: Denial | undefined): Denial | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (other.waitMs ?? Number.POSITIVE_INFINITY) > (one.waitMs ?? Number.POSITIVE_INFINITY) ? other : one;
}

function refusedBy({ name, per, window, windowMs, meter }: Limit, reading?: Reading): RefusedBy {
  return { ...(reading ?? { limit: meter.limit, remaining: 0, resetsInMs: 0 }), name, per, window, windowMs, what: meter.what };
}
