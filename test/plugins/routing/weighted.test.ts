import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawOrder, weighted } from '../../../plugins/routing/src/weighted.ts';
import { contextOf, hooksOf, routed, targetsOf } from './context.ts';
import { failing, several } from './gateway.ts';

/** Chances within five standard deviations: a false alarm comes once in a million runs. */
function expectShare(count: number, of: number, share: number): void {
  expect(Math.abs(count - of * share)).toBeLessThanOrEqual(5 * Math.sqrt(of * share * (1 - share)) + 1e-9);
}

describe('drawOrder', () => {
  it('converges to the weights, for any weights, in the first place and in the second', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }), (weights) => {
        fc.pre(weights.filter((weight) => weight > 0).length === 3);
        const targets = targetsOf('0/m', '1/m', '2/m');
        const weightOf = ({ provider }: { provider: string }): number => weights[Number(provider)] as number;
        const draws = 4_000;
        const first = [0, 0, 0];
        let secondAfterFirst = 0;
        for (let index = 0; index < draws; index += 1) {
          const [one, other] = drawOrder(targets, weightOf, Math.random);
          first[Number(one?.provider)]! += 1;
          if (one?.provider === '0' && other?.provider === '1') secondAfterFirst += 1;
        }
        const [a = 0, b = 0, c = 0] = weights;
        for (const [index, weight] of weights.entries()) expectShare(first[index] as number, draws, weight / (a + b + c));
        expectShare(secondAfterFirst, first[0] as number, b / (b + c));
      }),
      { numRuns: 15 },
    );
  });

  it('puts those without weight last, in the order they had, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
        const drawn = drawOrder(
          targetsOf('a/m', 'b/m', 'c/m'),
          ({ id }) => (id === 'b/m' ? 1 : 0),
          () => draw,
        );
        expect(drawn.map(({ id }) => id)).toEqual(['b/m', 'a/m', 'c/m']);
      }),
    );
  });
});

describe('weighted', () => {
  it('asks targets that no weight names only when the others fail', () => {
    const context = routed(weighted({ 'b/*': 3 }));
    expect(context.order).toEqual(['b/m', 'a/m', 'c/m']);
    expect(context.reasons).toMatchObject([{ note: 'drew b/m', scores: { 'a/m': 0, 'b/m': 3, 'c/m': 0 } }]);
  });

  it('has nothing to say of a model that it names no target of', () => {
    expect(routed(weighted({ 'x/*': 3 })).reasons).toEqual([]);
  });

  it.each([
    [{}, /at least one target with a weight above 0/],
    [{ 'a/m': 0 }, /at least one target with a weight above 0/],
    [{ 'a/m': -1 }, /options\.a\/m: expected a number of at least 0, received -1/],
    [{ gpt: 1 }, /a target such as/],
  ])('refuses %j, and says why', (weights, why) => expect(() => weighted(weights)).toThrow(why));

  it('explains its weights', () => {
    expect(hooksOf(weighted({ 'a/m': 3, 'b/*': 1 })).explain?.({ dialect: 'openai-chat', model: 'chat' })).toBe(
      'draws by weight: a/m 3, b/* 1',
    );
  });

  it('leaves a call alone that goes on from a state', () => {
    const context = contextOf({ call: { states: ['resp_1'] } });
    void hooksOf(weighted({ 'c/m': 1 })).beforeRoute?.(context);
    expect(context.order[0]).toBe('a/m');
  });

  it('spreads the calls of a gateway, and falls back to a target that it did not draw', async () => {
    const { chat, asked } = await several(['a', 'b'], { plugins: [weighted({ 'a/m': 1, 'b/m': 1 })] }, { a: failing });
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat()));
    expect(answers.map(({ status, text }) => [status, text.includes('from b')])).toEqual(answers.map(() => [200, true]));
    expect(asked.filter((name) => name === 'b')).toHaveLength(20);
    expect(asked.filter((name) => name === 'a').length).toBeGreaterThan(0);
    expect(asked.filter((name) => name === 'a').length).toBeLessThan(20);
  });
});
