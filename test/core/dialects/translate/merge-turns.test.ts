import { describe, expect, it } from 'vitest';
import { mergeTurns } from '../../../../core/src/dialects/translate/merge-turns.ts';
import type { NeutralTurn } from '../../../../core/src/model/neutral.ts';
import { call, text } from './neutral.ts';

const user = (said: string): NeutralTurn => ({ role: 'user', parts: [text(said)] });
const result = (callId: string): NeutralTurn => ({ role: 'tool', results: [{ callId, name: undefined, parts: [], isError: false }] });

describe('mergeTurns', () => {
  it('consecutive turns of one role are one, in their order', () => {
    const turns: NeutralTurn[] = [
      { role: 'system', parts: [text('a')] },
      { role: 'system', parts: [text('b')] },
      user('c'),
      user('d'),
      { role: 'assistant', parts: [text('e')] },
      { role: 'assistant', parts: [call('f')] },
      result('f'),
      result('g'),
      user('h'),
    ];
    const merged = mergeTurns(turns);
    expect(merged.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
    expect(merged[0]).toEqual({ role: 'system', parts: [text('a'), text('b')] });
    expect(merged[2]).toEqual({ role: 'assistant', parts: [text('e'), call('f')] });
    expect(merged[3]?.role === 'tool' && merged[3].results.map(({ callId }) => callId)).toEqual(['f', 'g']);
  });

  it('leaves the turns it was given as they are', () => {
    const turns = [user('a'), user('b')];
    mergeTurns(turns);
    expect(turns).toEqual([user('a'), user('b')]);
  });

  it('many turns take time in proportion', () => {
    const started = performance.now();
    expect(mergeTurns(Array.from({ length: 200_000 }, () => user('a')))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
