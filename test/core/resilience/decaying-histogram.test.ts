import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayingHistogram } from '../../../core/src/resilience/decaying-histogram.ts';

const width = 2 ** 0.25;

function of(durations: readonly number[]): DecayingHistogram {
  const histogram = new DecayingHistogram();
  for (const ms of durations) histogram.observe(0, ms);
  return histogram;
}

describe('a decaying histogram', () => {
  it('says nothing of a share that too few were observed for', () => {
    expect(of([]).quantile(0, 0.5)).toBeUndefined();
    expect(of(Array(19).fill(100)).quantile(0, 0.95)).toBeUndefined();
    expect(of(Array(20).fill(100)).quantile(0, 0.95)).toBeDefined();
    expect(of([100, 100]).quantile(0, 0.5)).toBeDefined();
  });

  it('takes no nonsense, and bounds what is beyond it', () => {
    expect(of([Number.NaN, -1, Number.NaN]).quantile(0, 0.5)).toBeUndefined();
    expect(of([0, 0, 0.2]).quantile(0, 0.5)).toBe(1);
    expect(of([1e12, Number.POSITIVE_INFINITY]).quantile(0, 0.5)).toBe(2 ** 20);
  });

  it('forgets: what is now weighs more than what was', () => {
    const histogram = new DecayingHistogram(60_000);
    for (let call = 0; call < 100; call += 1) histogram.observe(0, 5_000);
    for (let call = 0; call < 100; call += 1) histogram.observe(600_000, 100);
    expect(histogram.quantile(600_000, 0.95)).toBeLessThan(100 * width);
  });

  it('says nothing any more when what it knew has faded', () => {
    const histogram = new DecayingHistogram(60_000);
    for (let call = 0; call < 40; call += 1) histogram.observe(0, 100);
    expect(histogram.quantile(60_000, 0.95)).toBeDefined();
    expect(histogram.quantile(61_000, 0.95)).toBeUndefined();
    expect(histogram.quantile(1e12, 0.95)).toBeUndefined();
  });

  it('keeps its figures however long it observes, and after a pause of any length', () => {
    const histogram = new DecayingHistogram(20_000);
    let now = 0;
    for (; now < 35_000_000; now += 700) histogram.observe(now, now < 30_000_000 ? 20 : 300); // 1,750 half-lives: numbers end at 1,024
    const steady = histogram.quantile(now, 0.95) ?? Number.NaN;
    now += 3.2e10;
    for (let call = 0; call < 25; call += 1) histogram.observe(now, 300);
    expect(steady).toBeGreaterThanOrEqual(300);
    expect(steady).toBeLessThan(300 * width);
    expect(histogram.quantile(now, 0.95)).toBeCloseTo(steady, 6);
  });

  it('property: a quantile is never less than the true one, and a fifth more at most', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 20, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.9, 0.95), (all, share) => {
        const sorted = [...all].sort((one, other) => one - other);
        const exact = sorted[Math.ceil(all.length * share - 1e-6) - 1] ?? Number.NaN;
        const told = of(all).quantile(0, share) ?? Number.NaN;
        expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(told).toBeLessThanOrEqual(exact * width * (1 + 1e-9));
      }),
    );
  });
});
