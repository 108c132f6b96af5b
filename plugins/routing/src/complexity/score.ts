import { featureNames, featuresOf } from './features.ts';
import { bias, weights } from './weights.ts';

/** How hard a text is as a task: 0 any model does it, 1 the strongest is needed. The same text always gives the same number. */
export function scoreOf(text: string): number {
  return clamped(featuresOf(text).reduce((sum, value, index) => sum + value * (weights[index] ?? 0), bias));
}

/** What each feature adds to a text's score, the largest first; what adds nothing is left out. */
export function contributionsOf(text: string): [feature: string, adds: number][] {
  const values = featuresOf(text);
  const parts = featureNames.map((name, index): [string, number] => [name, (values[index] ?? 0) * (weights[index] ?? 0)]);
  return parts.filter(([, adds]) => adds !== 0).sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
}

/** A number of any origin as a score. */
export function clamped(score: number): number {
  return Math.min(1, Math.max(0, score));
}
