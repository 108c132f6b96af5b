import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armAt, experimentArms, noteArm, shareOf } from '../../../plugins/routing/src/assignment.ts';
import { contextOf } from './context.ts';

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('armAt', () => {
  it('gives every share an arm, and none an arm of 0 %', () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 0, max: 100 }), (at, percent) => {
        const arm = armAt(
          [
            { name: 'nobody', percent: 0 },
            { name: 'one', percent },
            { name: 'other', percent: 100 - percent },
          ],
          at,
        );
        expect(arm).toBe(at * 100 < percent ? 'one' : 'other');
      }),
    );
  });

  it('keeps everybody in the arm that grows', () => {
    fc.assert(
      fc.property(share, fc.nat(100), fc.nat(100), (at, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const armOf = (percent: number): string | undefined =>
          armAt(
            [
              { name: 'new', percent },
              { name: 'old', percent: 100 - percent },
            ],
            at,
          );
        if (armOf(small) === 'new') expect(armOf(large)).toBe('new');
      }),
    );
  });

  it('is none beyond the last arm', () => expect(armAt([{ name: 'a', percent: 10 }], 0.5)).toBeUndefined());
});

describe('shareOf', () => {
  const of = (experiment: string, id: string, user?: string): number =>
    shareOf(contextOf({ id, ...(user !== undefined && { who: { id: 'k', kind: 'key', user } }) }), experiment, ['user']);

  it('is the same for a user in every exchange, and another in every experiment', () => {
    expect(of('x', '1', 'alice')).toBe(of('x', '2', 'alice'));
    expect(of('x', '1', 'alice')).not.toBe(of('y', '1', 'alice'));
    expect(of('x', '1', 'alice')).not.toBe(of('x', '1', 'bob'));
  });

  it('is each exchange’s own where there is no subject: else all who are unknown would be in one arm', () => {
    expect(of('x', '1')).not.toBe(of('x', '2'));
  });

  it('of one experiment says nothing of that in another', () => {
    const users = Array.from({ length: 4_000 }, (_, index) => `user-${index}`);
    const both = users.filter((user) => of('x', '1', user) < 0.5 && of('y', '1', user) < 0.5).length;
    expect(both / users.length).toBeCloseTo(0.25, 1);
  });
});

describe('noteArm', () => {
  it('tells plugins of every experiment, and the client where a header is named', () => {
    const context = contextOf();
    noteArm(context, 'x', 'one', undefined);
    noteArm(context, 'y', 'two', 'x-arm');
    expect(context.get(experimentArms)).toEqual({ x: 'one', y: 'two' });
    expect(context.sent).toEqual({ 'x-arm': 'two' });
  });
});
