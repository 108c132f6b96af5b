import { describe, expect, it } from 'vitest';
import { estimate, halfWidth, median, quantile, randomNumbers, ratioOfMedians, ratios } from '../../bench/stats.ts';

/** So many draws of a log-normal distribution with median 1: skewed to the right, as times are. */
function draws(count: number, random: () => number, spread: number): number[] {
  return Array.from({ length: count }, () => Math.exp(spread * normal(random)));
}

/** Box-Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('medians and quantiles', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[10, 9, 100], 10],
  ])('the median of %j is %d, in whatever order', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('lie between two values in proportion', () => {
    const values = [10, 20, 30, 40, 50];
    expect(quantile(values, 0)).toBe(10);
    expect(quantile(values, 0.25)).toBe(20);
    expect(quantile(values, 0.9)).toBeCloseTo(46);
    expect(quantile(values, 1)).toBe(50);
  });

  it('of nothing are no number', () => {
    expect(median([])).toBeNaN();
  });

  it('leave the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('the interval of a median', () => {
  it('holds the true median in about 95 of 100 experiments', () => {
    const random = randomNumbers(42);
    const experiments = 300;
    let held = 0;
    for (let experiment = 0; experiment < experiments; experiment += 1) {
      const { low, high } = estimate(draws(25, random, 0.3), experiment);
      if (low <= 1 && 1 <= high) held += 1;
    }
    expect(held / experiments).toBeGreaterThan(0.9);
    expect(held / experiments).toBeLessThan(0.99);
  });

  it('is half as wide with four times as many values', () => {
    const random = randomNumbers(7);
    const widths = (count: number): number =>
      median(Array.from({ length: 40 }, (_, run) => halfWidth(estimate(draws(count, random, 0.3), run))));
    const ratio = widths(25) / widths(100);
    expect(ratio).toBeGreaterThan(1.5);
    expect(ratio).toBeLessThan(2.7);
  });

  it('has no width where all values are the same', () => {
    expect(estimate([2, 2, 2, 2])).toEqual({ median: 2, low: 2, high: 2 });
  });

  it('lies around the median and within the values', () => {
    const values = draws(15, randomNumbers(3), 1);
    const { median: middle, low, high } = estimate(values);
    expect(low).toBeLessThan(middle);
    expect(high).toBeGreaterThan(middle);
    expect(low).toBeGreaterThanOrEqual(Math.min(...values));
    expect(high).toBeLessThanOrEqual(Math.max(...values));
  });

  it('is the same for the same values', () => {
    const values = draws(15, randomNumbers(3), 1);
    expect(estimate(values)).toEqual(estimate(values));
  });

  it('has half of its width as a share of the median', () => {
    expect(halfWidth({ median: 2, low: 1.5, high: 2.5 })).toBe(0.25);
  });
});

describe('ratios', () => {
  it('are taken round by round; rounds that lack one are left out', () => {
    expect(ratios([1, 4, 9], [2, 2])).toEqual([0.5, 2]);
    expect(ratios([], [1])).toEqual([]);
  });

  it('hold where a machine that gets slower and faster moves both', () => {
    const random = randomNumbers(11);
    const speeds = Array.from({ length: 25 }, () => 0.5 + 1.5 * random());
    const ones = speeds.map((speed) => 30 * speed * (1 + 0.01 * normal(random)));
    const others = speeds.map((speed) => 60 * speed * (1 + 0.01 * normal(random)));
    const paired = estimate(ratios(ones, others));
    expect(paired.median).toBeCloseTo(0.5, 1);
    expect(halfWidth(paired)).toBeLessThan(0.02);
    expect(halfWidth(estimate(ones))).toBeGreaterThan(0.08);
  });
});

describe('the ratio of medians', () => {
  it('is not moved by a round in which one of them was nothing, or less', () => {
    const ones = [4, 4.1, 3.9, 4, 4.2, 4, 4.1];
    const others = [2, 2.1, 0.001, -1, 2, 1.9, 2.1];
    const { median: middle, low, high } = ratioOfMedians(ones, others);
    expect(middle).toBeCloseTo(2, 1);
    expect(low).toBeGreaterThan(1.5);
    expect(Math.max(...ratios(ones, others))).toBeGreaterThan(1_000);
    expect(high).toBeGreaterThan(middle);
  });

  it('is exact where rounds do not differ', () => {
    expect(ratioOfMedians([3, 3, 3], [2, 2, 2])).toEqual({ median: 1.5, low: 1.5, high: 1.5 });
  });
});
