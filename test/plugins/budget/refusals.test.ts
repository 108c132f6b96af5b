import { describe, expect, it } from 'vitest';
import { budgetOf } from '../../../plugins/budget/src/accounts.ts';
import { budgetOptions } from '../../../plugins/budget/src/options.ts';
import { exhausted, shown, unavailable, unbounded } from '../../../plugins/budget/src/refusals.ts';

const [rule] = budgetOptions.parse({ budgets: [{ per: ['tenant', 'user'], tokens: 1_000, window: 'once' }] }).budgets;
const budget = budgetOf(rule as NonNullable<typeof rule>);

describe('refusals of budgets', () => {
  it('say what was needed, what is left, whose it is and when it begins anew', () => {
    const one = exhausted({ budget, needed: 700, spent: 300, held: 200, endsAt: undefined, status: 429 });
    expect(one.message).toBe(
      'This request may use 700 tokens, and the budget "tenant.user.tokens.once" of this tenant and user has 500 tokens left of 1,000 tokens (200 tokens held by requests under way). Ask for less, or its operator for more. It does not begin anew.',
    );
    expect([one.status, one.type, one.retryable, one.headers]).toEqual([429, 'budget', false, { 'x-should-retry': 'false' }]);
    expect(exhausted({ budget, needed: 1, spent: 1_200, held: 0, endsAt: 0, status: 402 }).message).toContain('has 0 tokens left');
  });

  it('show small amounts of money exactly enough to be told apart', () => {
    expect([shown('dollars', 25e9), shown('dollars', 4_100), shown('dollars', 0), shown('tokens', 12_345)]).toEqual([
      '$25.00',
      '$0.000004',
      '$0.000000',
      '12,345 tokens',
    ]);
  });

  it('name the model that has no bound; say that accounts are away', () => {
    expect(unbounded('up/m', 'its price is not known', budget)).toMatchObject({ status: 402, code: 'BUDGET_UNBOUNDED' });
    expect(unbounded('up/m', 'its price is not known', budget).message).toContain('up/m (its price is not known)');
    expect(unavailable(new Error('x'))).toMatchObject({ status: 503, code: 'ACCOUNTING_UNAVAILABLE', retryable: true });
  });
});
