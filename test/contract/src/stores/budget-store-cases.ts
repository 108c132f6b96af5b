import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { BudgetStore, HoldPart, SpentPart } from '@express-ai-gateway/core/plugin';
import { type StoreCase, type StoreOpening, storeCases } from './store-case.ts';

const part = (account: string, amount: number, limit = 100): HoldPart => ({ account, amount, limit });
const spent = (account: string, amount: number): SpentPart => ({ account, amount });

async function stands(store: BudgetStore, account: string, spentNow: number, held: number): Promise<void> {
  deepStrictEqual(await store.read([account]), [{ spent: spentNow, held }]);
}

/** What every `BudgetStore` holds. */
export function budgetStoreCases(opening: StoreOpening<BudgetStore>): readonly StoreCase[] {
  return storeCases(opening, {
    async 'holds, and books what was spent, through every connection'(store, other) {
      deepStrictEqual(await store.hold('1', [part('a', 60)]), { kind: 'held', states: [{ spent: 0, held: 60 }] });
      deepStrictEqual(await other.hold('2', [part('a', 50)]), { kind: 'refused', at: 0, states: [{ spent: 0, held: 60 }] });
      deepStrictEqual(await other.settle('1', [spent('a', 25)]), { repeated: false, states: [{ spent: 25, held: 0 }] });
      strictEqual((await store.hold('2', [part('a', 75)])).kind, 'held');
      await stands(other, 'a', 25, 75);
      strictEqual((await store.hold('3', [part('a', 1)])).kind, 'refused');
      await stands(store, 'nobody', 0, 0);
    },
    async 'MONEY-1: of many at once lets in exactly as many as there is room for'(store, other) {
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, at) => (at % 2 ? store : other).hold(`h${at}`, [part('a', 7, 100), part('b', 1, 1_000)])),
      );
      strictEqual(outcomes.filter(({ kind }) => kind === 'held').length, 14);
      await stands(store, 'a', 0, 98);
      await stands(store, 'b', 0, 14);
    },
    async 'MONEY-2: an account that nobody used has no more than its limit'(store, other) {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, at) => (at % 2 ? store : other).hold(`h${at}`, [part('new', 1, 0)])),
      );
      ok(outcomes.every(({ kind }) => kind === 'refused'));
      strictEqual((await store.hold('free', [part('new', 0, 0)])).kind, 'held');
    },
    async 'holds on all levels or on none, and says which refused'(store) {
      await store.hold('1', [part('user', 90)]);
      const outcome = await store.hold('2', [part('tenant', 20), part('user', 20), part('key', 20)]);
      deepStrictEqual([outcome.kind, outcome.kind === 'refused' && outcome.at], ['refused', 1]);
      await stands(store, 'tenant', 0, 0);
      await stands(store, 'key', 0, 0);
    },
    async 'MONEY-8: what is done twice, or ten times at once, is done once'(store, other) {
      const held = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).hold('1', [part('a', 60)])));
      ok(held.every(({ kind }) => kind === 'held'));
      await stands(store, 'a', 0, 60);
      const settled = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).settle('1', [spent('a', 25)])));
      strictEqual(settled.filter(({ repeated }) => !repeated).length, 1);
      await stands(other, 'a', 25, 0);
      await store.settle('1', [spent('a', 99)]);
      await stands(other, 'a', 25, 0);
    },
    async 'MONEY-8: a hold that arrives after its end holds nothing'(store, other) {
      await store.settle('late', [spent('a', 0)]);
      deepStrictEqual(await other.hold('late', [part('a', 60)]), { kind: 'over' });
      await stands(store, 'a', 0, 0);
    },
    async 'books what was spent even where the hold is not known'(store) {
      deepStrictEqual(await store.settle('lost', [spent('a', 30)]), { repeated: false, states: [{ spent: 30, held: 0 }] });
    },
    async 'books more than was held, for the provider was paid'(store) {
      await store.hold('1', [part('a', 60)]);
      deepStrictEqual((await store.settle('1', [spent('a', 130)])).states, [{ spent: 130, held: 0 }]);
      strictEqual((await store.hold('2', [part('a', 1)])).kind, 'refused');
    },
    async 'extends a hold step by step, each once'(store, other) {
      await store.hold('1', [part('a', 60), part('b', 10)]);
      const step = [part('a', 30), part('b', 5)];
      const outcomes = await Promise.all([store.extend('1', 1, step), other.extend('1', 1, step), store.extend('1', 1, step)]);
      ok(outcomes.every(({ kind }) => kind === 'held'));
      await stands(store, 'a', 0, 90);
      strictEqual((await other.extend('1', 2, step)).kind, 'refused');
      await stands(store, 'b', 0, 15);
      strictEqual((await store.extend('1', 2, [part('a', 10), part('b', 5)])).kind, 'held');
      await store.settle('1', [spent('a', 95), spent('b', 17)]);
      await stands(other, 'a', 95, 0);
      await stands(other, 'b', 17, 0);
      deepStrictEqual(await store.extend('1', 3, step), { kind: 'over' });
      deepStrictEqual(await store.extend('never', 1, step), { kind: 'over' });
    },
    async 'MONEY-11: is exact up to what a number can hold, and refuses more'(store) {
      const most = Number.MAX_SAFE_INTEGER;
      strictEqual((await store.hold('1', [part('a', most - 1, most)])).kind, 'held');
      strictEqual((await store.hold('2', [part('a', 1, most)])).kind, 'held');
      strictEqual((await store.hold('3', [part('a', 1, most)])).kind, 'refused');
      await store.settle('1', [spent('a', most - 2)]);
      await stands(store, 'a', most - 2, 1);
      await rejects(store.settle('4', [spent('a', 3)]));
      await stands(store, 'a', most - 2, 1);
      await store.settle('2', [spent('a', 1)]);
      await stands(store, 'a', most - 1, 0);
    },
    async 'refuses amounts that are none'(store) {
      for (const amount of [1.5, -1, Number.NaN, Number.MAX_SAFE_INTEGER + 1]) {
        await rejects(store.hold('1', [part('a', amount)]));
        await rejects(store.hold('1', [part('a', 1, amount)]));
        await rejects(store.settle('1', [spent('a', amount)]));
      }
      await rejects(store.hold('1', []));
      await rejects(store.hold('1', [part('a', 1), part('a', 1)]));
      await stands(store, 'a', 0, 0);
    },
    async 'names are any text'(store) {
      for (const name of ['', 'a b', '{x}', 'a}b{', 'é\u0000\n', '*', '__proto__']) {
        strictEqual((await store.hold(`id ${name}`, [part(name, 5)])).kind, 'held', JSON.stringify(name));
        await store.settle(`id ${name}`, [spent(name, 3)]);
        await stands(store, name, 3, 0);
      }
    },
  });
}
