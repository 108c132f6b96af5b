import { describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../bench/result.ts';
import { judge, type Target } from '../../bench/targets.ts';

const target: Target = { label: 'a', scenario: 's', measure: 'm', of: 'ours', against: 'theirs', must: 0.55, aim: 0.45 };

/** A scenario in which ours cost these ratios of theirs, round by round. */
function result(...found: readonly number[]): ScenarioResult {
  const values = { ours: found.map((ratio) => 200 * ratio), theirs: found.map(() => 200) };
  return {
    name: 's',
    title: '',
    rounds: found.length,
    measures: [{ name: 'm', digits: 1, compared: 'rounds', values }],
    problems: {},
  };
}

describe('verdicts', () => {
  it.each([
    [0.4, 'aim met'],
    [0.5, 'met'],
    [0.6, 'past the must'],
  ])('a ratio of %d, measured well, is: %s', (ratio, verdict) => {
    expect(judge([result(ratio * 0.99, ratio, ratio * 1.01, ratio, ratio)], [target])[0]?.verdict).toBe(verdict);
  });

  it('a median past the must whose interval begins before it is missed, which fails no run', () => {
    expect(judge([result(0.52, 0.52, 0.52, 0.58, 0.58, 0.58, 0.58)], [target])[0]).toMatchObject({ verdict: 'missed' });
  });

  it('an interval wider than a quarter to either side says nothing', () => {
    expect(judge([result(0.2, 0.5, 0.9)], [target])[0]?.verdict).toBe('too noisy');
  });

  it('beyond the must by far is past it, however noisy', () => {
    expect(judge([result(2, 5, 9)], [target])[0]?.verdict).toBe('past the must');
  });

  it('a share is computed from the ratio, its interval too', () => {
    const share: Target = { ...target, must: 0.01, aim: 0.001, from: (ratio) => (ratio - 1) / 32 };
    const [judged] = judge([result(1.16)], [share]);
    expect(judged?.estimate.median).toBeCloseTo(0.005);
    expect(judged?.verdict).toBe('met');
  });

  it('what was not measured is not judged', () => {
    expect(judge([], [target])).toEqual([]);
    expect(judge([result(1)], [{ ...target, against: 'nobody' }])).toEqual([]);
  });
});
