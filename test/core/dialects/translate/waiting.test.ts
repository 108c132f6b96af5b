import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Waiting } from '../../../../core/src/dialects/translate/waiting.ts';

it('nothing waits for a key that nobody has, or twice', () => {
  const waiting = new Waiting<string>();
  waiting.add('one', ['a', 'b']);
  expect([waiting.take('c'), waiting.take('b'), waiting.take('a')]).toEqual([undefined, 'one', undefined]);
});

it('each is taken once, in order, by any of its keys', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(fc.array(fc.array(key, { maxLength: 3 })), fc.array(key), (added, takes) => {
      const waiting = new Waiting<number>();
      const model = added.map((keys, item) => ({ item, keys }));
      for (const { item, keys } of model) waiting.add(item, keys);
      for (const wanted of takes) {
        const at = model.findIndex(({ keys }) => keys.includes(wanted));
        expect(waiting.take(wanted)).toBe(at === -1 ? undefined : model.splice(at, 1)[0]?.item);
      }
      expect(waiting.left()).toEqual(model.map(({ item }) => item));
    }),
  );
});

it('a hundred thousand are found in no time, from either end', () => {
  const waiting = new Waiting<number>();
  for (let item = 0; item < 100_000; item += 1) waiting.add(item, [`id ${item}`, 'any']);
  const started = performance.now();
  for (let item = 99_999; item >= 0; item -= 2) waiting.take(`id ${item}`);
  let left = 0;
  while (waiting.take('any') !== undefined) left += 1;
  expect(left).toBe(50_000);
  expect(performance.now() - started).toBeLessThan(2000);
});
