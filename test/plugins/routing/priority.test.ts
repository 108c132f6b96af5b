import { expect, it } from 'vitest';
import { priority } from '../../../plugins/routing/src/priority.ts';
import { routed } from './context.ts';

it('keeps the order of the alias and says so', () => {
  const context = routed(priority());
  expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
  expect(context.reasons).toMatchObject([{ strategy: 'routing.priority', note: 'in the order of the alias' }]);
});
