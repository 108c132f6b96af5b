import { type Clock, type CounterStore, memoryCounterStore } from '@express-ai-gateway/core/plugin';
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
  readonly instances: number;
  readonly counters: CounterStore;
  readonly clock: Clock;
  /** Told each time the store cannot count. */
  readonly failed: (error: unknown) => void;
}

/** Windows that a burst has to last for. */
const burstWindows = 10;

/**
 * Milliseconds before a window's end from which nothing is given back any more: what came too late would be a present to the next window.
 * Stores tell the end by their own clock, and their answer takes its time.
 */
const lateMs = 250;

/** Counts in fixed windows that begin with the first request: at most `limit` in each, so at most twice as much in any span of that length. */
export function windowMeter({ what, name, limit, windowMs, burst, instances, counters, clock, failed }: WindowMeterOptions): Meter {
  const spare = memoryCounterStore(clock);
  const limiter = (kind: string, points: number, ms: number): CounterLimiter => {
    const common = { clock, keyPrefix: `limit:${name}:${kind}`, windowMs: ms, block: what === 'requests' && burst === undefined };
    const insurance = new CounterLimiter({ ...common, counters: spare, points: Math.max(1, Math.floor(points / instances)) });
    return new CounterLimiter({ ...common, counters, points, insurance, failed });
  };
  const usual = limiter(what, limit, windowMs);
  const beyond = burst === undefined ? undefined : limiter(`${what}-burst`, burst, windowMs * burstWindows);

  return {
    what,
    limit,
    async take(subject, amount) {
      const first = await consumed(usual, subject, amount);
      if (first.isIn || beyond === undefined) return outcome(first, subject, amount);
      const second = await consumed(beyond, subject, amount);
      await undo(first.result, subject, amount); // of a window that is full a little more or less says nothing, but it must not grow for ever
      return second.isIn ? outcome(second, subject, amount, first.result) : outcome(first, subject, amount);
    },
  };

  function outcome({ isIn, result }: Consumed, subject: string, amount: number, shown = result): Taken | Refused {
    const reading: Reading = { limit, remaining: shown.remainingPoints, resetsInMs: Math.max(0, shown.msBeforeNext) };
    if (!isIn) {
      if (what === 'tokens') void undo(result, subject, amount); // what was refused uses nothing
      return { kind: 'refused', reading };
    }
    const endsAt = clock.monotonic() + result.msBeforeNext;
    const change = async (more: number): Promise<void> => {
      if (!(result instanceof Counted) || more === 0) return;
      if (more > 0) await result.limiter.penalty(subject, more);
      else if (clock.monotonic() < endsAt - Math.min(lateMs, windowMs / 10)) await result.limiter.reward(subject, -more);
    };
    return { kind: 'taken', reading, change, giveBack: () => change(-amount).catch(ignore) };
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

/** Takes back what a refusal counted. One that came out of memory counted nothing. */
async function undo(result: RateLimiterRes, subject: string, amount: number): Promise<void> {
  if (result instanceof Counted && result.msBeforeNext > lateMs) await result.limiter.reward(subject, amount).catch(ignore);
}

function ignore(): void {}
