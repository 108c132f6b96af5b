import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeakEwma } from '../../../core/src/resilience/peak-ewma.ts';

describe('a peak-sensitive average', () => {
  it('knows nothing before something was observed', () => {
    expect(new PeakEwma().value(5_000)).toBeUndefined();
  });

  it('jumps to a peak at once and comes down slowly', () => {
    const average = new PeakEwma(10_000);
    average.observe(0, 100);
    average.observe(1_000, 2_000);
    expect(average.value(1_000)).toBe(2_000);
    average.observe(2_000, 100);
    expect(average.value(2_000)).toBeCloseTo(2_000 * Math.exp(-0.1) + 100 * (1 - Math.exp(-0.1)), 6);
    for (let now = 3_000; now <= 60_000; now += 1_000) average.observe(now, 100);
    expect(average.value(60_000)).toBeLessThan(110);
  });

  it('comes down to nothing while nobody asks, so that somebody does', () => {
    const average = new PeakEwma(10_000);
    average.observe(0, 5_000);
    expect(average.value(10_000)).toBeCloseTo(5_000 / Math.E, 6);
    expect(average.value(1e9)).toBe(0);
  });

  it('property: lies between the least and the greatest that was observed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 60_000 })), { minLength: 1, maxLength: 50 }), (all) => {
        const average = new PeakEwma();
        let now = 0;
        for (const [passed, ms] of all) {
          now += passed;
          average.observe(now, ms);
        }
        const observed = all.map(([, ms]) => ms);
        expect(average.value(now)).toBeGreaterThanOrEqual(Math.min(...observed) - 1e-6);
        expect(average.value(now)).toBeLessThanOrEqual(Math.max(...observed) + 1e-6);
      }),
    );
  });
});
