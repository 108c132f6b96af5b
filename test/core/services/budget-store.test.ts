import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBudgetStore } from '../../../core/src/services/budget-store.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { manualClock } from '../harness/manual-clock.ts';

describe('memoryBudgetStore', () => {
  it('MONEY-11: Σ of what was settled is Σ of the counters, and nothing is held in the end, whatever is done in what order', async () => {
    const accounts = ['a', 'b', 'c'];
    const operation = fc.record({
      id: fc.nat(12),
      what: fc.constantFrom('hold', 'extend', 'settle'),
      step: fc.integer({ min: 1, max: 3 }),
      amounts: fc.array(fc.nat(40), { minLength: 3, maxLength: 3 }),
      levels: fc.subarray([0, 1, 2], { minLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        const own = memoryBudgetStore(systemClock());
        const booked = new Map(accounts.map((account) => [account, 0]));
        const ids = new Set<string>();
        for (const { id, what, step, amounts, levels } of operations) {
          const parts = levels.map((level) => ({ account: accounts[level] as string, amount: amounts[level] as number, limit: 100 }));
          const name = String(id);
          if (what === 'hold') await own.hold(name, parts);
          else if (what === 'extend') await own.extend(name, step, parts);
          else if (!(await own.settle(name, parts)).repeated)
            for (const { account, amount } of parts) booked.set(account, (booked.get(account) as number) + amount);
          ids.add(name);
          for (const { spent, held } of await own.read(accounts)) expect(held === 0 || spent + held <= 100 + spent).toBe(true);
        }
        for (const id of ids) await own.settle(id, [{ account: 'a', amount: 0 }]);
        const states = await own.read(accounts);
        expect(states.map(({ held }) => held)).toEqual([0, 0, 0]);
        expect(states.map(({ spent }) => spent)).toEqual(accounts.map((account) => booked.get(account)));
      }),
    );
  });

  it('DOS-5: forgets accounts that have ended, never one in use, and refuses new ones where there is no room', async () => {
    const clock = manualClock();
    const small = memoryBudgetStore(clock, 2);
    const endsAt = clock.now() + 1_000;
    await small.hold('1', [{ account: 'a', amount: 1, limit: 5, endsAt }]);
    await small.settle('1', [{ account: 'a', amount: 5, endsAt }]);
    await small.hold('2', [{ account: 'b', amount: 1, limit: 5, endsAt }]);
    await expect(small.hold('3', [{ account: 'c', amount: 1, limit: 5 }])).rejects.toThrow('holds 2 accounts');
    expect((await small.hold('4', [{ account: 'a', amount: 1, limit: 5, endsAt }])).kind).toBe('refused');
    clock.advance(1_000 + 7 * 86_400_000);
    expect((await small.hold('3', [{ account: 'c', amount: 1, limit: 5 }])).kind).toBe('held');
    expect(await small.read(['a', 'b', 'c'])).toEqual([
      { spent: 0, held: 0 },
      { spent: 0, held: 1 },
      { spent: 0, held: 1 },
    ]);
  });
});
