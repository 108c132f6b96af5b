import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamped, contributionsOf, scoreOf } from '../../../../plugins/routing/src/complexity/score.ts';
import { bias } from '../../../../plugins/routing/src/complexity/weights.ts';
import { examples } from '../../../../plugins/routing/train/train.ts';

describe('scoreOf', () => {
  it('is between 0 and 1, and the same again, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const score = scoreOf(text);
        expect(score >= 0 && score <= 1).toBe(true);
        expect(scoreOf(text)).toBe(score);
      }),
    );
  });

  it.each([
    ['What is the capital of Peru?', 'Prove that every finite integral domain is a field.'],
    ['Translate "see you tomorrow" into Dutch.', 'Implement an interval tree in Rust with deletion, and analyse its complexity.'],
    ['Thanks!', 'Compare three strategies for entering the Indian market and assess their risks.'],
    ['Suggest a name for my boat.', 'A pump fills a pool in 5 hours, another in 3. How long do both need if the drain empties it in 9?'],
  ])('%j is easier than %j', (easy, hard) => {
    expect(scoreOf(easy) + 0.2).toBeLessThan(scoreOf(hard));
  });

  it('knows a long text with little to do from a short one with much', () => {
    const easy = `Summarise in one sentence: ${'We went to the lake and ate cake with our friends. '.repeat(20)}`;
    expect(scoreOf(easy)).toBeLessThan(scoreOf('Prove that the harmonic series diverges, and determine how fast.'));
  });

  it('orders the levels that it was trained on', () => {
    const means = [0, 0.25, 0.5, 0.75, 1].map((level) => {
      const scores = examples().flatMap(({ score, prompt }) => (score === level ? [scoreOf(prompt)] : []));
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    });
    expect(means).toEqual(means.toSorted((one, other) => one - other));
  });
});

describe('contributionsOf', () => {
  it('adds up to the score, the largest first', () => {
    const text = 'Explain why this proof by induction fails for n = 2.';
    const parts = contributionsOf(text);
    expect(clamped(parts.reduce((sum, [, adds]) => sum + adds, bias))).toBeCloseTo(scoreOf(text));
    expect(parts[0]?.[0]).toBe('reasoning');
  });
});
