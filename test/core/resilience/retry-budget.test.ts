import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../core/src/resilience/retry-budget.ts';
import { manualClock } from '../harness/manual-clock.ts';

describe('a retry budget', () => {
  it('has three retries in ten seconds where there is no traffic to speak of', () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock);
    budget.requested();
    expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false]);
    clock.advance(9_999);
    expect(budget.take()).toBe(false);
    clock.advance(1);
    expect(budget.take()).toBe(true);
  });

  it('has a tenth of the traffic otherwise; what was refused is not taken', () => {
    const budget = new RetryBudget(manualClock());
    for (let request = 0; request < 59; request += 1) budget.requested();
    expect(Array.from({ length: 8 }, () => budget.take()).filter(Boolean)).toHaveLength(5);
    budget.requested();
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });

  it('takes other figures', () => {
    const budget = new RetryBudget(manualClock(), { ratio: 0, minimum: 0 });
    budget.requested();
    expect(budget.take()).toBe(false);
  });

  it('property: never more than a tenth of the requests of two windows, nor less than three a window', () => {
    const steps = fc.array(fc.tuple(fc.nat(800), fc.nat(30), fc.nat(6)), { maxLength: 80, size: 'max' });
    fc.assert(
      fc.property(steps, (all) => {
        const clock = manualClock();
        const budget = new RetryBudget(clock);
        const requests: number[] = [];
        const taken: number[] = [];
        const since = (list: readonly number[], ms: number): number => list.filter((at) => at > clock.monotonic() - ms).length;
        for (const [ms, asked, retries] of all) {
          clock.advance(ms);
          for (let one = 0; one < asked; one += 1) {
            budget.requested();
            requests.push(clock.monotonic());
          }
          for (let one = 0; one < retries; one += 1) {
            const room = since(taken, 10_000) < 3;
            const took = budget.take();
            if (took) taken.push(clock.monotonic());
            if (room) expect(took).toBe(true);
          }
          expect(since(taken, 9_000)).toBeLessThanOrEqual(Math.max(3, since(requests, 20_000) / 10));
        }
      }),
    );
  });
});
