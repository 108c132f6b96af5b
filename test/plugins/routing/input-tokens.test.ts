import { expect, it } from 'vitest';
import { inputTokens } from '../../../plugins/routing/src/input-tokens.ts';
import { contextOf } from './context.ts';

it('adds up the texts, once for all strategies of an exchange', () => {
  let asked = 0;
  const estimator = {
    estimate: (text: string) => {
      asked += 1;
      return text.length;
    },
    upperBound: () => 0,
  };
  const context = contextOf({ call: { texts: ['12345', '678'] } });
  expect(inputTokens(context, estimator)).toBe(8);
  expect(inputTokens(context, estimator)).toBe(8);
  expect(asked).toBe(2);
});
