import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apgrInterval, chance, type Outcome, qualityCurve } from './quality-curve.ts';

/** Strong is right everywhere, weak where the list says 1. */
function outcomes(weak: readonly number[], score: (index: number) => number): Outcome[] {
  return weak.map((value, index) => ({ id: String(index).padStart(3, '0'), score: score(index), strong: 1, weak: value }));
}

describe('qualityCurve', () => {
  it('has no number where there is no gap', () => {
    expect(qualityCurve(outcomes([1, 1], (index) => index)).apgr).toBeNaN();
    expect(qualityCurve([]).cpt50).toBeUndefined();
  });

  it('is worst when the strong model is given what the weak one can do', () => {
    // Shares 1/4 … 4/4 recover 0, 0, 1/2, 1: areas 0, 0, 1/16, 3/16.
    expect(qualityCurve(outcomes([1, 1, 0, 0], (index) => -index))).toEqual({ apgr: 0.25, cpt50: 0.75, cpt80: 1 });
  });

  it('is best when it is given what the weak one cannot do', () => {
    expect(qualityCurve(outcomes([1, 1, 0, 0], (index) => index))).toEqual({ apgr: 0.75, cpt50: 0.25, cpt80: 0.5 });
  });

  it('does not depend on the order of the file, nor on the scale of the scores', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 20 }),
        (rows) => {
          const made = outcomes(
            rows.map(([, weak]) => weak),
            (index) => rows[index]?.[0] ?? 0,
          );
          const scaled = made.map((one) => ({ ...one, score: one.score / 7 + 1 })).reverse();
          expect(qualityCurve(scaled)).toEqual(qualityCurve(made));
        },
      ),
    );
  });
});

describe('apgrInterval', () => {
  const made = outcomes(
    Array.from({ length: 60 }, (_, index) => ((index * 7) % 3 === 0 ? 0 : 1)),
    (index) => (index * 31) % 17,
  );

  it('holds the value, and is the same for the same seed', () => {
    const [low, high] = apgrInterval(made, 200);
    const { apgr } = qualityCurve(made);
    expect(low < apgr && apgr < high).toBe(true);
    expect(apgrInterval(made, 200)).toEqual([low, high]);
    expect(apgrInterval(made, 200, 2)).not.toEqual([low, high]);
  });
});

describe('chance', () => {
  it('recovers about half', () => {
    const made = outcomes(
      Array.from({ length: 300 }, (_, index) => index % 2),
      () => 0,
    );
    expect(chance(made, 50).apgr).toBeCloseTo(0.5, 1);
  });
});
