import { describe, expect, it } from 'vitest';
import type { TextScope } from '../../../../core/src/model/call.ts';
import { conversationOf, hardest, inSetting } from '../../../../plugins/routing/src/complexity/conversation.ts';

function talk(...texts: [TextScope, string][]) {
  const references = texts.map(([scope, text], index) => ({ scope, text, path: [index], replace: () => {} }));
  return conversationOf({ texts: () => references, tools: ['search'] });
}

describe('conversationOf', () => {
  it('has no turn where no user speaks', () => {
    expect(talk(['system', 'be kind'], ['other', 'x']).turns).toEqual([]);
  });

  it('makes a turn of what a user says without an answer in between', () => {
    const { turns, system, tools } = talk(
      ['system', 'be'],
      ['user', 'a'],
      ['user', 'b'],
      ['assistant', 'yes'],
      ['user', 'c'],
      ['toolInput', 'x'],
      ['toolOutput', 'y'],
      ['user', 'd'],
      ['toolDefinition', 'z'],
      ['system', 'kind'],
    );
    expect(turns).toEqual(['a\nb', 'c', 'd']);
    expect([system, tools]).toEqual(['be\nkind', 1]);
  });
});

describe('inSetting', () => {
  const bare = { turns: [], system: '', tools: 0 };

  it('never lowers a score, and stays below 1', () => {
    expect(inSetting(0.4, bare)).toBe(0.4);
    expect(inSetting(0.9, { ...bare, system: 'hi' })).toBe(0.9);
    expect(inSetting(1, { ...bare, tools: 500 })).toBe(1);
  });

  it('counts a hard system prompt and tools, up to ten', () => {
    const hard = 'You must prove each theorem strictly by induction, never by contradiction, and justify every step.';
    expect(inSetting(0.1, { ...bare, system: hard })).toBeGreaterThan(0.1);
    expect(inSetting(0.1, { ...bare, tools: 5 })).toBeCloseTo(0.2);
    expect(inSetting(0.1, { ...bare, tools: 50 })).toBeCloseTo(0.3);
  });
});

describe('hardest', () => {
  it('is the highest of all turns, whichever was last', () => {
    const scores: Record<string, number> = { a: 0.2, b: 0.6, c: 0.1 };
    expect(hardest(['a', 'b', 'c'], (turn) => scores[turn] ?? 0, 0.9)).toBe(0.6);
    expect(hardest([], () => 1, 0.9)).toBe(0);
  });

  it('looks no further once the strongest tier is needed', () => {
    const asked: string[] = [];
    const score = (turn: string) => {
      asked.push(turn);
      return 0.8;
    };
    expect(hardest(['a', 'b', 'c'], score, 0.7)).toBe(0.8);
    expect(asked).toEqual(['c']);
  });
});
