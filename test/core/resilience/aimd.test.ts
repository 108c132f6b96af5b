import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Aimd, fixedLimit } from '../../../core/src/resilience/aimd.ts';

describe('an adaptive limit', () => {
  it('is cut once, however many calls of a round were refused together', () => {
    const limit = new Aimd({ initial: 100 });
    for (let call = 0; call < 50; call += 1) limit.overloaded(0);
    expect([limit.current, limit.round]).toEqual([70, 1]);
    limit.overloaded(1);
    expect([limit.current, limit.round]).toEqual([49, 2]);
  });

  it('grows by one a call before the first cut, and by one a limit afterwards', () => {
    const limit = new Aimd({ initial: 10 });
    for (let call = 0; call < 10; call += 1) limit.served(limit.current);
    expect(limit.current).toBe(20);
    limit.overloaded(0);
    expect(limit.current).toBe(14);
    for (let call = 0; call < 15; call += 1) limit.served(limit.current);
    expect(limit.current).toBe(15);
  });

  it('does not grow while less than half of it is used: nothing was learnt', () => {
    const limit = new Aimd({ initial: 10 });
    for (let call = 0; call < 100; call += 1) limit.served(4);
    expect(limit.current).toBe(10);
    limit.served(5);
    expect(limit.current).toBe(11);
  });

  it('stops at its most', () => {
    const limit = new Aimd({ initial: 10, max: 12 });
    for (let call = 0; call < 50; call += 1) limit.served(limit.current);
    expect(limit.current).toBe(12);
  });

  it('comes back from its least', () => {
    const limit = new Aimd({ initial: 4 });
    for (let round = 0; round < 20; round += 1) limit.overloaded(round);
    expect(limit.current).toBe(1);
    for (let call = 0; call < 10; call += 1) limit.served(limit.current);
    expect(limit.current).toBeGreaterThan(3);
  });

  it('finds the capacity of a target that refuses what is beyond it', () => {
    const limit = new Aimd();
    const capacity = 200;
    let [sum, rounds] = [0, 0];
    for (let turn = 0; turn < 400; turn += 1) {
      const inFlight = limit.current;
      const { round } = limit;
      for (let call = 0; call < inFlight; call += 1) call < capacity ? limit.served(inFlight) : limit.overloaded(round);
      if (turn < 50) continue;
      sum += Math.min(inFlight, capacity);
      rounds += 1;
    }
    expect(sum / rounds / capacity).toBeGreaterThan(0.8);
    expect(limit.current).toBeLessThan(capacity * 1.1);
  });

  it('property: stays within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(2_000), { nil: undefined }), { maxLength: 300, size: 'max' }), (calls) => {
        const limit = new Aimd({ initial: 5, min: 2, max: 50 });
        for (const inFlight of calls) {
          if (inFlight === undefined) limit.overloaded(limit.round);
          else limit.served(inFlight);
          expect(limit.current).toBeGreaterThanOrEqual(2);
          expect(limit.current).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});

describe('a fixed limit', () => {
  it('does not move', () => {
    const limit = fixedLimit(3);
    limit.served(3);
    limit.overloaded(0);
    expect([limit.current, limit.round]).toEqual([3, 0]);
  });
});
