import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureNames, featuresOf, maxCharacters } from '../../../../plugins/routing/src/complexity/features.ts';

const names: readonly string[] = featureNames;
const feature = (text: string, name: string): number => featuresOf(text)[names.indexOf(name)] ?? Number.NaN;

describe('featuresOf', () => {
  it('gives numbers between 0 and 1 for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const values = featuresOf(text);
        expect(values).toHaveLength(featureNames.length);
        for (const value of values) expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });

  it('has nothing to say of nothing', () => {
    expect(featuresOf('').every((value) => value === 0)).toBe(true);
  });

  it('looks at head and tail of a long text, not between', () => {
    const filler = 'word '.repeat(maxCharacters);
    expect(feature(`prove this ${filler}`, 'reasoning')).toBeGreaterThan(0);
    expect(feature(`${filler} prove this`, 'reasoning')).toBeGreaterThan(0);
    expect(feature(`${filler} prove this ${filler}`, 'reasoning')).toBe(0);
  });

  it.each([
    ['reasoning', 'Prove the theorem.', 'Tell me about Rome.'],
    ['code', 'Debug this Python function', 'Debate this party'],
    ['maths', 'the integral of a polynomial', 'the smell of a flower'],
    ['numbers', 'add 3, 14 and 15', 'add some'],
    ['questions', 'Who? And why?', 'Who and why'],
    ['questions', '谁？', '谁'],
    ['items', '1. one\n2) two\n- three\n* four\nA. five', 'one - two * 3.5 A'],
    ['items', '(a) one', 'a one'],
    ['signs', 'x = {a: [1]};', 'x is a'],
    ['fences', '```js\nx\n```', 'a ``` b'],
    ['rare', 'unconstitutional jurisprudence', 'a law'],
    ['lookup', 'Who wrote Hamlet?', 'Explain who wrote Hamlet, and why.'],
    ['sentenceLength', 'one two three four five six seven', 'One two. Three four. Five. Six seven.'],
  ])('%s: more in %j than in %j', (name, much, little) => {
    expect(feature(much, name)).toBeGreaterThan(feature(little, name));
  });

  it('counts words of scripts that have no spaces', () => {
    expect(feature('请证明这个定理对所有整数都成立', 'length')).toBeGreaterThan(feature('two words', 'length'));
  });

  it('is not fooled by one word said a thousand times', () => {
    expect(feature('prove '.repeat(1_000), 'reasoning')).toBeLessThan(1);
    expect(feature(`prove ${'word '.repeat(2_000)}`, 'reasoning')).toBeLessThan(feature('prove it', 'reasoning'));
  });
});
