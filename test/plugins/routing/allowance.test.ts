import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Allowance } from '../../../plugins/routing/src/allowance.ts';

it('gives no more than so many in any minute, however calls come', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 }), (perMinute, gaps) => {
      const allowance = new Allowance(perMinute);
      const taken: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        if (allowance.take(now)) taken.push(now);
      }
      for (const start of taken)
        expect(taken.filter((time) => time >= start && time < start + 60_000).length).toBeLessThanOrEqual(perMinute);
    }),
  );
});

it('gives again once a minute is over', () => {
  const allowance = new Allowance(1);
  expect([allowance.take(0), allowance.take(59_999), allowance.take(60_000)]).toEqual([true, false, true]);
});
