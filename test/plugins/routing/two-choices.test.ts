import fc from 'fast-check';
import { expect, it } from 'vitest';
import { twoChoices } from '../../../plugins/routing/src/two-choices.ts';

const costs = fc.array(fc.nat(100), { minLength: 1, maxLength: 8 });
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function itemsOf(list: readonly number[]): { readonly cost: number }[] {
  return list.map((cost) => ({ cost }));
}

it('loses nobody, and the others follow by cost', () => {
  fc.assert(
    fc.property(costs, unit, (list, draw) => {
      const items = itemsOf(list);
      const [, ...rest] = twoChoices(
        items,
        ({ cost }) => cost,
        () => draw,
      );
      expect(
        new Set(
          twoChoices(
            items,
            ({ cost }) => cost,
            () => draw,
          ),
        ),
      ).toEqual(new Set(items));
      expect(rest.map(({ cost }) => cost)).toEqual([...rest].map(({ cost }) => cost).sort((a, b) => a - b));
    }),
  );
});

it('never sends a call to the dearest of three or more, which lost to any other', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(100), { minLength: 2, maxLength: 8 }),
      fc.array(unit, { minLength: 2, maxLength: 2 }),
      (list, draws) => {
        const items = itemsOf(list);
        const left = [...draws];
        const [first] = twoChoices(
          items,
          ({ cost }) => cost,
          () => left.shift() ?? 0,
        );
        expect(first?.cost).not.toBe(Math.max(...list));
      },
    ),
  );
});

it('spreads over more than the best one: a herd would make it the worst', () => {
  const items = itemsOf([1, 2, 3, 4]);
  const counts = new Map<number, number>();
  for (let index = 0; index < 3_000; index += 1) {
    const cost = twoChoices(items, (item) => item.cost, Math.random)[0]?.cost ?? 0;
    counts.set(cost, (counts.get(cost) ?? 0) + 1);
  }
  // Of four the best wins half of the pairs, the next a third, the next a sixth.
  expect((counts.get(1) ?? 0) / 3_000).toBeCloseTo(1 / 2, 1);
  expect((counts.get(2) ?? 0) / 3_000).toBeCloseTo(1 / 3, 1);
  expect((counts.get(3) ?? 0) / 3_000).toBeCloseTo(1 / 6, 1);
});
