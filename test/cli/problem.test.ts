import { expect, it } from 'vitest';
import { Problem } from '../../cli/src/problem.ts';

it('a Problem is an error of its own kind, told by its message', () => {
  const problem = new Problem('Say where.');
  expect(problem).toBeInstanceOf(Error);
  expect(String(problem)).toBe('Problem: Say where.');
});
