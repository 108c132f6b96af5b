import type { Clock, CounterStore } from '@express-ai-gateway/core/plugin';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { Counted, CounterLimiter } from './counter-limiter.ts';
import type { Meter, Reading, Refused, Taken } from './meter.ts';

export interface WindowMeterOptions {
  readonly what: 'requests' | 'tokens';
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Beyond the limit, once in ten windows. */
  readonly burst?: number | undefined;
  /** Whether something that was taken may be given back: because another limit refuses, or tokens were too many. */
  readonly returns: boolean;
  readonly instances: number;
  readonly counters: CounterStore;
  /** Counts in this process while the store is away. */
  readonly spare: CounterStore;
  readonly clock: Clock;
  /** Told each time the store cannot count. */
  readonly failed: (error: unknown) => void;
}

/** Windows that a burst has to last for. */
const burstWindows = 10;

/** Counts in fixed windows that begin with the first request: at most `limit` in each, so at most twice as much in any span of that length. */
export function windowMeter({
  what,
  name,
  limit,
  windowMs,
  burst,
  returns,
  instances,
  counters,
  spare,
  clock,
  failed,
}: WindowMeterOptions): Meter {
  const block = !returns && burst === undefined;
  const limiter = (kind: string, points: number, ms: number): CounterLimiter => {
    const common = { clock, keyPrefix: `limit:${name}:${kind}`, windowMs: ms, block };
    const insurance = new CounterLimiter({ ...common, counters: spare, points: Math.max(1, Math.floor(points / instances)) });
    return new CounterLimiter({ ...common, counters, points, insurance, failed });
  };
  const usual = limiter(what, limit, windowMs);
  const beyond = burst === undefined ? undefined : limiter(`${what}-burst`, burst, windowMs * burstWindows);

  /** Where keys are not blocked, what a refusal counted is taken back: it uses nothing, and must not keep others out. */
  async function taken(from: CounterLimiter, subject: string, amount: number): Promise<Consumed> {
    const one = await consumed(from, subject, amount);
    if (!one.isIn && !block) await change(one.result, subject, -amount);
    return one;
  }

  return {
    what,
    limit,
    async take(subject, amount) {
      // It would never fit, and numbers that large are not for stores.
      if (amount > limit) return { kind: 'refused', reading: { limit, remaining: 0, resetsInMs: windowMs } };
      const first = await taken(usual, subject, amount);
      if (first.isIn || beyond === undefined) return outcome(first, subject, amount);
      const second = await taken(beyond, subject, amount);
      return second.isIn ? outcome(second, subject, amount, first.result) : outcome(first, subject, amount);
    },
  };

  function outcome({ isIn, result }: Consumed, subject: string, amount: number, shown = result): Taken | Refused {
    const reading: Reading = { limit, remaining: shown.remainingPoints, resetsInMs: Math.max(0, shown.msBeforeNext) };
    if (!isIn) return { kind: 'refused', reading };
    return {
      kind: 'taken',
      reading,
      change: (more) => change(result, subject, Math.min(more, limit)), // more than a window has says nothing more
      giveBack: () => change(result, subject, -amount),
    };
  }
}

interface Consumed {
  readonly isIn: boolean;
  readonly result: RateLimiterRes;
}

/** rate-limiter-flexible rejects with how it stands where a limit is reached, and with an error where it cannot count. */
async function consumed(limiter: CounterLimiter, subject: string, amount: number): Promise<Consumed> {
  try {
    return { isIn: true, result: await limiter.consume(subject, amount) };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { isIn: false, result: refused };
    throw refused;
  }
}

/** Takes more of the limiter that counted, or gives back to it, which never rejects. What came out of memory counted nothing. */
async function change(result: RateLimiterRes, subject: string, more: number): Promise<void> {
  if (!(result instanceof Counted) || more === 0) return;
  if (more > 0) await result.limiter.penalty(subject, more);
  else await result.limiter.giveBack(subject, -more, result.endsAt).catch(ignore); // the store is away: it stays as it was counted
}

function ignore(): void {}
