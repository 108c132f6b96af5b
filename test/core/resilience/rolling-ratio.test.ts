import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingRatio } from '../../../core/src/resilience/rolling-ratio.ts';

describe('a rolling ratio', () => {
  it('has nothing before anything was noted', () => {
    const ratio = new RollingRatio(10_000);
    expect([ratio.all, ratio.part]).toEqual([0, 0]);
    expect(ratio.passTo(1e15)).toMatchObject({ all: 0, part: 0 });
  });

  it('forgets what is older than its span, bucket by bucket', () => {
    const ratio = new RollingRatio(10_000);
    ratio.add(500, true);
    ratio.add(1_500, false);
    expect(ratio.passTo(9_999)).toMatchObject({ all: 2, part: 1 });
    expect(ratio.passTo(10_000)).toMatchObject({ all: 1, part: 0 });
    expect(ratio.passTo(11_000)).toMatchObject({ all: 0, part: 0 });
  });

  it('counts parts that are none of all', () => {
    const ratio = new RollingRatio(10_000);
    ratio.add(0, false);
    ratio.addPart(1);
    ratio.addPart(2);
    expect(ratio).toMatchObject({ all: 1, part: 2 });
    ratio.clear();
    expect(ratio.passTo(3)).toMatchObject({ all: 0, part: 0 });
  });

  it('property: counts exactly what lies in the last buckets, whenever it is asked', () => {
    const steps = fc.array(fc.tuple(fc.nat(4_000), fc.boolean(), fc.constantFrom('add', 'look', 'jump')), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.nat(1e9), (taken, begin) => {
        const ratio = new RollingRatio(10_000);
        const noted: { readonly bucket: number; readonly ofKind: boolean }[] = [];
        let now = begin;
        for (const [ms, ofKind, what] of taken) {
          now += what === 'jump' ? ms * 10 : ms;
          if (what === 'add') {
            ratio.add(now, ofKind);
            noted.push({ bucket: Math.floor(now / 1_000), ofKind });
          }
          const counted = noted.filter(({ bucket }) => bucket > Math.floor(now / 1_000) - 10);
          expect(ratio.passTo(now)).toMatchObject({ all: counted.length, part: counted.filter((one) => one.ofKind).length });
        }
      }),
    );
  });
});
