import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/src/model/principal.ts';
import { accountOf, budgetOf } from '../../../plugins/budget/src/accounts.ts';
import { budgetOptions, type Level, levels } from '../../../plugins/budget/src/options.ts';

const now = Date.parse('2026-11-25T12:00:00Z');

function budget(options: object) {
  const [rule] = budgetOptions.parse({ budgets: [{ tokens: 5, ...options }] }).budgets;
  return budgetOf(rule as NonNullable<typeof rule>);
}

const who = (more: Partial<Principal> = {}): Principal => ({ id: 'k1', kind: 'key', ...more });

describe('accountOf', () => {
  it('names budget, window, tenant and whose it is', () => {
    const { account, startsAt, endsAt } = accountOf(budget({ per: ['user'], window: 'day' }), who({ tenant: 'a b', user: 'ann' }), now);
    expect(account).toBe('user.tokens.day:2026-11-25:of=%2Ba%20b&user=%2Bann');
    expect([startsAt, endsAt]).toEqual([Date.parse('2026-11-25T00:00:00Z'), Date.parse('2026-11-26T00:00:00Z')]);
    expect(accountOf(budget({ per: [], window: 'once', name: 'all' }), who(), now)).toEqual({
      account: 'all:once:',
      startsAt: undefined,
      endsAt: undefined,
    });
  });

  it('gives whoever has no tenant, app or user an account of his own', () => {
    const of = (principal: Principal | undefined): string => accountOf(budget({ per: ['tenant'] }), principal, now).account;
    expect(new Set([of(who()), of(who({ id: 'k2' })), of(who({ tenant: 'k1' })), of(undefined)]).size).toBe(4);
  });

  it('MONEY-2: never writes two callers alike who are not, whatever their names are', () => {
    const name = fc.option(fc.string({ unit: 'binary', maxLength: 140 }), { nil: undefined });
    const principal = fc.record({ id: fc.string({ unit: 'binary', minLength: 1 }), tenant: name, app: name, user: name });
    const differ = (one: object, other: object, per: readonly Level[]): boolean =>
      JSON.stringify(seen(one as Principal, per)) !== JSON.stringify(seen(other as Principal, per));
    fc.assert(
      fc.property(principal, principal, fc.subarray([...levels], { minLength: 1 }), (one, other, per) => {
        const of = (found: object): string => accountOf(budget({ per }), found as Principal, now).account;
        expect(of(one) !== of(other)).toBe(differ(one, other, per));
      }),
    );
  });
});

/** What tells two callers apart on these levels: the tenant always. */
function seen({ id, tenant, app, user }: Principal, per: readonly Level[]): unknown[] {
  const all = {
    key: ['', id],
    tenant: tenant === undefined ? ['-', id] : ['+', tenant],
    app: app === undefined ? ['-', id] : ['+', app],
    user: user === undefined ? ['-', id] : ['+', user],
  };
  return [tenant ?? null, ...per.map((level) => all[level])];
}
