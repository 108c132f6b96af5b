import type { GatewayError } from '@express-ai-gateway/core/plugin';
import type { Metered, Reading, Taken } from './meter.ts';
import { type RefusedBy, refusal, tooLarge, unavailable } from './refusal.ts';
import type { Limit } from './rules.ts';
import { type Facts, subjectOf } from './subject.ts';
import type { ToldReading } from './told.ts';

/** Something taken, until the exchange is over. */
export interface Held {
  readonly what: Metered;
  readonly taken: Taken;
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

/** Takes of all limits at once; of none where one refuses. Rejects where nothing can count. */
export async function admit(limits: readonly Limit[], facts: Facts, tokens: number): Promise<Admission> {
  const never = limits.find(({ enforced, meter }) => enforced && meter.what === 'tokens' && tokens > meter.limit);
  if (never !== undefined) {
    const error = tooLarge(refusedBy(never, { limit: never.meter.limit, remaining: 0, resetsInMs: 0 }), tokens);
    return { held: [], told: [], shadowed: [], refused: { error, line: '', waitMs: undefined, isPlace: false } };
  }
  const outcomes = await Promise.allSettled(
    limits.map(({ per, meter }) => meter.take(subjectOf(per, facts), meter.what === 'tokens' ? tokens : 1)),
  );
  const held: Held[] = [];
  const told: ToldReading[] = [];
  const shadowed: RefusedBy[] = [];
  const denials: Denial[] = [];
  for (const [at, outcome] of outcomes.entries()) {
    const limit = limits[at] as Limit;
    if (outcome.status === 'rejected') {
      denials.push({ error: unavailable(outcome.reason), line: '', waitMs: undefined, isPlace: false });
      continue;
    }
    const { kind, reading } = outcome.value;
    if (limit.enforced) told.push({ ...reading, name: limit.name, what: limit.meter.what, windowMs: limit.windowMs });
    if (kind === 'taken') held.push({ what: limit.meter.what, taken: outcome.value });
    else if (limit.enforced) denials.push(denialOf(limit, reading, facts));
    else shadowed.push(refusedBy(limit, reading));
  }
  if (denials.length === 0) return { held, told, shadowed };
  await Promise.all(held.map(({ taken }) => taken.giveBack()));
  return { held: [], told, shadowed, refused: denials.reduce((one, other) => (isLonger(other, one) ? other : one)) };
}

/** Of several refusals the caller is told of the one that lasts longest: after that one asking again makes sense. */
function isLonger(one: Denial, other: Denial): boolean {
  return (one.waitMs ?? Number.POSITIVE_INFINITY) > (other.waitMs ?? Number.POSITIVE_INFINITY);
}

function denialOf(limit: Limit, reading: Reading, facts: Facts): Denial {
  const line = lineOf(limit.name, subjectOf(limit.per, facts));
  return { error: refusal(refusedBy(limit, reading)), line, waitMs: reading.resetsInMs, isPlace: limit.meter.what === 'concurrent' };
}

/** What requests that wait for the same have in common. */
export function lineOf(limit: string, subject: string): string {
  return `${limit} ${subject}`;
}

function refusedBy({ name, per, window, windowMs, meter }: Limit, reading: Reading): RefusedBy {
  return { ...reading, name, per, window, windowMs, what: meter.what };
}
