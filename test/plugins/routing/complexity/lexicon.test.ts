import { describe, expect, it } from 'vitest';
import { groupNames, groupsOf, lexicon } from '../../../../plugins/routing/src/complexity/lexicon.ts';

const named = (word: string) => groupsOf(word)?.map((index) => groupNames[index]);

describe('lexicon', () => {
  it.each(['', 'zebra', 'constructor', '__proto__', 'x'.repeat(1_000), 'sing', 'his'])('knows nothing of %j', (word) => {
    expect(groupsOf(word)).toBeUndefined();
  });

  it('knows a word in the forms that prompts have it in', () => {
    expect(['prove', 'proves', 'proved', 'proving'].map(named)).toEqual(Array(4).fill(['reasoning']));
    expect(named('debugging')).toBeUndefined(); // no doubled letters are undone: it is no dictionary
    expect(named('implementing')).toEqual(['code']);
    expect(named('translations')).toEqual(['transform']);
  });

  it('lets a word say several things', () => {
    expect(named('essay')).toEqual(['open', 'long']);
  });

  it('has words in lower case only: they are looked up so', () => {
    for (const word of lexicon.keys()) expect(word).toBe(word.toLowerCase());
  });
});
