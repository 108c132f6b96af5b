import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { budgetOptions } from '../../../plugins/budget/src/options.ts';
import { budget } from '../../../plugins/budget/src/plugin.ts';

describe('the options of budget()', () => {
  it.each([
    [{ budgets: [] }, 'budgets'],
    [{ budgets: [{ per: ['tenant'] }] }, 'either dollars or tokens'],
    [{ budgets: [{ dollars: 1, tokens: 1 }] }, 'either dollars or tokens'],
    [{ budgets: [{ dollars: 0 }] }, 'an amount of dollars'],
    [{ budgets: [{ dollars: 1e-10 }] }, '9 decimals'],
    [{ budgets: [{ dollars: 9_000_001 }] }, 'up to 9,000,000'],
    [{ budgets: [{ dollars: 1, timeZone: 'Mars/Olympus' }] }, 'Europe/Berlin'],
    [{ budgets: [{ dollars: 1, window: 'year' }] }, 'budgets[0].window'],
    [{ budgets: [{ dollars: 1, per: ['ip'] }] }, 'budgets[0].per'],
    // MONEY-6: a budget with a field that nobody enforces is none.
    [{ budgets: [{ dollars: 1, limit: 5 }] }, 'limit'],
  ])('%o is refused', (options, words) => {
    expect(() => budget(options as never)).toThrow(GatewayConfigError);
    expect(() => budget(options as never)).toThrow(words);
  });

  it('are exact: nano-dollars as the digits say (MONEY-11)', () => {
    const nano = (dollars: number): number | undefined => budgetOptions.parse({ budgets: [{ dollars }] }).budgets[0]?.dollars;
    expect([nano(0.1), nano(1.005), nano(0.000000001), nano(25), nano(9_000_000)]).toEqual([1e8, 1_005_000_000, 1, 25e9, 9e15]);
  });
});
