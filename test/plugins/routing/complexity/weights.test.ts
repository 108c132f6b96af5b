import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { featureNames } from '../../../../plugins/routing/src/complexity/features.ts';
import { bias, weights } from '../../../../plugins/routing/src/complexity/weights.ts';
import { examples, fitted, weightsSource } from '../../../../plugins/routing/train/train.ts';

describe('weights', () => {
  it('are those that the training gives, byte for byte', () => {
    expect(readFileSync(new URL('../../../../plugins/routing/src/complexity/weights.ts', import.meta.url), 'utf8')).toBe(weightsSource());
  });

  it('are one for each feature', () => {
    expect(weights).toHaveLength(featureNames.length);
    expect([bias, ...weights].every(Number.isFinite)).toBe(true);
  });

  it('come from prompts of every level, each said once', () => {
    const prompts = examples();
    expect(new Set(prompts.map(({ score }) => score))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
    expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(prompts.length);
  });

  it('are fitted as a line is', () => {
    const [slope, intercept] = fitted([[0], [1], [2]], [1, 3, 5], 0);
    expect([slope, intercept]).toEqual([expect.closeTo(2), expect.closeTo(1)]);
    const [held] = fitted([[0], [1], [2]], [1, 3, 5], 2);
    expect(held).toBeCloseTo(1); // 4 / (2 + 2)
  });
});
