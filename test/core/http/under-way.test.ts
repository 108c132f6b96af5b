import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../core/src/exchange.ts';
import type { ExpressOutbound } from '../../../core/src/http/outbound.ts';
import { type Served, UnderWay } from '../../../core/src/http/under-way.ts';

const made = (): [Exchange, ExpressOutbound] => [{} as Exchange, {} as ExpressOutbound];

describe('UnderWay', () => {
  it('holds exactly those that were added and not taken out, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (steps) => {
        const underWay = new UnderWay();
        const model = new Set<Served>();
        for (const step of steps) {
          const present = [...model];
          const chosen = present[step % 7];
          if (step % 3 === 0 && chosen !== undefined) {
            underWay.delete(chosen);
            model.delete(chosen);
          } else model.add(underWay.add(...made()));
          expect(underWay.size).toBe(model.size);
          expect(new Set(underWay.all())).toEqual(model);
        }
      }),
    );
  });

  it('gives a list of now: taking out while it is walked skips nobody', () => {
    const underWay = new UnderWay();
    for (let count = 0; count < 5; count += 1) underWay.add(...made());
    let walked = 0;
    for (const served of underWay.all()) {
      underWay.delete(served);
      walked += 1;
    }
    expect([walked, underWay.size]).toEqual([5, 0]);
  });
});
