import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reached } from '../../../plugins/budget/src/thresholds.ts';

describe('reached', () => {
  it('names the shares that were crossed just now, those that are met exactly with them', () => {
    expect(reached([0.5, 0.8, 1], 50, 1, 100)).toEqual([0.5]);
    expect(reached([0.5, 0.8, 1], 49, 49, 100)).toEqual([]);
    expect(reached([0.5, 0.8, 1], 100, 90, 100)).toEqual([0.5, 0.8, 1]);
    expect(reached([0.5, 0.8, 1], 120, 10, 100)).toEqual([]);
    expect(reached([0.5], 60, 0, 100)).toEqual([]);
  });

  it('MONEY-12: scaling budget and spending alike changes nothing; each is told once, whatever steps lead past it', () => {
    const amounts = fc.array(fc.nat(40), { maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 1_000_000 }), (steps, scale) => {
        let spent = 0;
        const told: number[] = [];
        for (const step of steps) {
          spent += step;
          const now = reached([0.5, 1], spent, step, 200);
          expect(reached([0.5, 1], spent * scale, step * scale, 200 * scale)).toEqual(now);
          told.push(...now);
        }
        expect(told).toEqual([0.5, 1].filter((share) => spent >= share * 200));
      }),
    );
  });
});
