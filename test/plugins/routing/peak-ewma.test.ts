import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PeakEwma } from '../../../plugins/routing/src/peak-ewma.ts';

it('knows nothing before the first observation', () => expect(new PeakEwma(1_000).value(0)).toBeUndefined());

it('jumps to a peak at once and comes down slowly', () => {
  const average = new PeakEwma(1_000);
  average.observe(0, 100);
  average.observe(10, 2_000);
  expect(average.value(10)).toBe(2_000);
  average.observe(20, 100);
  expect(average.value(20)).toBeGreaterThan(1_900);
});

it('falls towards 0 while nothing is observed, so that a target once left is tried again', () => {
  const average = new PeakEwma(1_000);
  average.observe(0, 5_000);
  expect(average.value(1_000)).toBeCloseTo(5_000 / Math.E);
  expect(average.value(20_000)).toBeLessThan(1);
});

it('never leaves what was observed, and a clock that stands still or goes back does not break it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 1e6 })), { minLength: 1 }), (observed) => {
      const average = new PeakEwma(1_000);
      for (const [now, ms] of observed) average.observe(now, ms);
      const value = average.value(0) as number;
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(Math.max(...observed.map(([, ms]) => ms)));
    }),
  );
});
