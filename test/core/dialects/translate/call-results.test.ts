import { describe, expect, it } from 'vitest';
import { CallResults, WaitingResults } from '../../../../core/src/dialects/translate/call-results.ts';
import type { NeutralToolResult, NeutralTurn } from '../../../../core/src/model/neutral.ts';
import { call, text } from './neutral.ts';

const rules = { prefix: 'call_', taken: /^[\w-]{1,40}$/ };
const result = (callId: string, said: string, more: Partial<NeutralToolResult> = {}): NeutralToolResult => ({
  callId,
  name: undefined,
  parts: [text(said)],
  isError: false,
  ...more,
});
const tool = (...results: NeutralToolResult[]): NeutralTurn => ({ role: 'tool', results });
const assistant = (...parts: ReturnType<typeof call>[]): NeutralTurn => ({ role: 'assistant', parts });

/** Ids and first texts of the results that the turns' calls get. */
function answers(turns: readonly NeutralTurn[]): (readonly [string, string | undefined])[] {
  const results = new CallResults(turns, rules);
  return turns.flatMap((turn, index) => {
    if (turn.role !== 'assistant') return [];
    const calls = turn.parts.filter((part) => part.kind === 'toolCall');
    return results.take(calls, index).map(({ id, result: found }) => {
      const [first] = found?.parts ?? [];
      return [id, first?.kind === 'text' ? first.text : undefined] as const;
    });
  });
}

describe('CallResults', () => {
  it('a call that nobody answered, and an answer that comes too late', () => {
    expect(answers([assistant(call('a')), { role: 'user', parts: [] }, assistant(call('b')), tool(result('a', '1'))])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });

  it('by id, in whatever order, and after a word of the user’s', () => {
    expect(answers([assistant(call('a'), call('b')), { role: 'user', parts: [] }, tool(result('b', '2')), tool(result('a', '1'))])).toEqual(
      [
        ['a', '1'],
        ['b', '2'],
      ],
    );
  });

  it('Gemini has no ids: by name, and in order', () => {
    const turns = [
      assistant(call('', 'x'), call('', 'y'), call('', 'x')),
      tool(result('', 'y1', { name: 'y' }), result('', 'x1', { name: 'x' }), result('', '?')),
    ];
    expect(answers(turns).map(([, said]) => said)).toEqual(['x1', 'y1', '?']);
    const ids = answers(turns).map(([id]) => id);
    expect(new Set(ids).size).toBe(3);
    expect(answers([...turns, { role: 'user', parts: [] }]).map(([id]) => id)).toEqual(ids); // the same next turn
  });

  it('vercel/ai#4936: an id twice, in one turn and in two', () => {
    const ids = answers([
      assistant(call('a'), call('a')),
      tool(result('a', '1'), result('a', '2')),
      assistant(call('a')),
      tool(result('a', '3')),
    ]);
    expect(ids.map(([, said]) => said)).toEqual(['1', '2', '3']);
    expect(new Set(ids.map(([id]) => id)).size).toBe(3);
    expect(ids[0]?.[0]).toBe('a');
  });

  it('results without a call', () => {
    const orphan = result('z', 'lost');
    const turns = [tool(orphan), assistant(call('a')), tool(result('a', '1'), orphan)];
    const results = new CallResults(turns, rules);
    results.take([call('a')], 1);
    expect(results.orphans([orphan])).toEqual([orphan]);
    expect(results.orphans(turns[2]?.role === 'tool' ? turns[2].results : [])).toEqual([orphan]);
  });

  it('results are found wherever they are before the assistant speaks again', () => {
    const turns: NeutralTurn[] = [
      assistant(call('a'), call('b'), call('c')),
      tool(result('b', '2')),
      { role: 'system', parts: [text('x')] },
      tool(result('a', '1')),
      assistant(),
      tool(result('c', '3')),
    ];
    expect(answers(turns)).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', undefined],
    ]);
  });

  it('many turns take time in proportion', () => {
    const turns = Array.from({ length: 20_000 }, (_, index) => [assistant(call(`c${index}`)), tool(result(`c${index}`, 'x'))]).flat();
    const started = performance.now();
    expect(answers(turns)).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('WaitingResults', () => {
  it('a result without an id answers the call of its name, one without a name the next; each once', () => {
    const [named, bare, left] = [result('', '1', { name: 'look' }), result('', '2'), result('z', '3', { name: 'other' })];
    const waiting = new WaitingResults([left, bare, named]);
    expect([waiting.take(call('a')), waiting.take(call('b')), waiting.take(call('c'))]).toEqual([named, bare, undefined]);
    expect(waiting.left()).toEqual([left]);
  });

  it('a call without an id takes a result of its name, whatever id that has', () => {
    const found = result('made-up', '1', { name: 'look' });
    expect(new WaitingResults([found]).take(call(''))).toBe(found);
  });
});
