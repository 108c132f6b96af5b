import { describe, expect, it } from 'vitest';
import { hasToolHistory, toolsAsTexts } from '../../../../providers/bedrock/src/converse/tool-history.ts';
import { calls, result, said, user } from './encoding.ts';

describe('a conversation that called tools', () => {
  it('is known by calls or results', () => {
    expect(hasToolHistory([user('a'), said('b')])).toBe(false);
    expect(hasToolHistory([calls('x')])).toBe(true);
    expect(hasToolHistory([result('x', 'y')])).toBe(true);
  });

  it('is told as texts, nothing of it left out', () => {
    const turns = [user('a'), calls('x', 'y'), result('x', 'one'), result('y', 'two', true), said('b')];
    expect(toolsAsTexts(turns)).toEqual([
      user('a'),
      {
        role: 'assistant',
        parts: [
          { kind: 'text', text: '[Called the tool x with {"of":"x"}]' },
          { kind: 'text', text: '[Called the tool y with {"of":"y"}]' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'text', text: '[Result of the tool x:]' },
          { kind: 'text', text: 'one' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'text', text: '[Error of the tool y:]' },
          { kind: 'text', text: 'two' },
        ],
      },
      said('b'),
    ]);
  });

  it('may not know what the tool was called', () => {
    expect(toolsAsTexts([{ role: 'tool', results: [{ callId: 'i', name: undefined, parts: [], isError: false }] }])).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: '[Result of the tool:]' }] },
    ]);
  });
});
