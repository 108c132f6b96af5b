/**
 * The better of two drawn at random goes first (power of two choices), the others follow by cost. The best of all would be
 * everybody's first choice at once, and no longer the best.
 */
export function twoChoices<Item>(items: readonly Item[], costOf: (item: Item) => number, random: () => number): Item[] {
  const costs = new Map(items.map((item) => [item, costOf(item)]));
  const byCost = [...items].sort((one, other) => (costs.get(one) ?? 0) - (costs.get(other) ?? 0));
  if (items.length < 3) return byCost;
  const first = Math.floor(random() * byCost.length);
  const second = (first + 1 + Math.floor(random() * (byCost.length - 1))) % byCost.length;
  // They stand by cost: the one further ahead is the better.
  const [chosen] = byCost.splice(Math.min(first, second), 1);
  return chosen === undefined ? byCost : [chosen, ...byCost];
}
