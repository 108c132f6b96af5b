import { expect, it } from 'vitest';
import { outputLimit } from '../../../../core/src/dialects/translate/output-limit.ts';

it.each([
  [undefined, 100, undefined],
  [50, undefined, 50],
  [50, 100, 50],
  [500, 100, 100],
  [0, 100, 0],
])('%j asked of a model that gives %j is %j', (asked, most, limit) => {
  expect(outputLimit(asked, most)).toBe(limit);
});
