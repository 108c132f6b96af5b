import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roundRobin } from '../../../plugins/routing/src/round-robin.ts';
import { contextOf, hooksOf, targetsOf } from './context.ts';
import { several } from './gateway.ts';

it('gives each target the same number of calls, one more at most, however many there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 50 }), (size, calls) => {
      const hooks = hooksOf(roundRobin());
      const counts = new Map<string, number>();
      for (let index = 0; index < calls; index += 1) {
        const context = contextOf({ targets: targetsOf(...Array.from({ length: size }, (_, place) => `${place}/m`)) });
        void hooks.beforeRoute?.(context);
        counts.set(context.order[0] as string, (counts.get(context.order[0] as string) ?? 0) + 1);
        expect(new Set(context.order).size).toBe(size);
      }
      for (const count of counts.values()) expect(Math.abs(count - calls / size)).toBeLessThan(1);
    }),
  );
});

it('counts turns for each list: two models called in turn do not steal them from each other', () => {
  const hooks = hooksOf(roundRobin());
  const firsts = (...ids: string[]): string | undefined => {
    const context = contextOf({ targets: targetsOf(...ids) });
    void hooks.beforeRoute?.(context);
    return context.order[0];
  };
  expect([firsts('a/m', 'b/m'), firsts('x/m', 'y/m'), firsts('a/m', 'b/m'), firsts('x/m', 'y/m')]).toEqual(['a/m', 'x/m', 'b/m', 'y/m']);
});

it('takes turns in a gateway', async () => {
  const { chat, asked } = await several(['a', 'b', 'c'], { plugins: [roundRobin()] });
  for (let index = 0; index < 6; index += 1) await chat();
  expect(asked).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

it('is for the models it is told of', async () => {
  const { chat, asked } = await several(['a', 'b'], { plugins: [roundRobin({ models: 'other' })] });
  for (let index = 0; index < 3; index += 1) await chat();
  expect(asked).toEqual(['a', 'a', 'a']);
});
