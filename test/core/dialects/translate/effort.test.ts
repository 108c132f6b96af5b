import fc from 'fast-check';
import { expect, it } from 'vitest';
import { effortOfBudget, effortShares, efforts, isEffort } from '../../../../core/src/dialects/translate/effort.ts';

it.each(['default', '', 'LOW', 'constructor'])('%j is no effort', (word) => {
  expect(isEffort(word)).toBe(false);
});

it('every effort is one', () => {
  expect(efforts.every(isEffort)).toBe(true);
});

it.each([
  [undefined, undefined],
  [0, 'none'],
  [1024, 'low'],
  [4096, 'low'],
  [10_000, 'medium'],
  [16_384, 'high'],
  [31_999, 'high'],
])('a budget of %j is %j', (budget, effort) => {
  expect(effortOfBudget(budget)).toBe(effort);
});

it('more tokens are never less effort, and a greater effort no smaller share', () => {
  const rank = (budget: number): number => efforts.indexOf(effortOfBudget(budget) ?? 'none');
  fc.assert(fc.property(fc.nat(200_000), fc.nat(200_000), (a, b) => Math.sign(rank(a) - rank(b)) * Math.sign(a - b) !== -1));
  const shares = efforts.map((effort) => effortShares[effort]);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});
