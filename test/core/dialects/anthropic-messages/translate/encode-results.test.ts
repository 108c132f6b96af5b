import { describe, expect, it } from 'vitest';
import { CallResults, orphanBlocks, resultBlocks } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-results.ts';
import { Losses } from '../../../../../core/src/dialects/anthropic-messages/translate/losses.ts';
import type { NeutralField, NeutralToolResult, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { call, text } from './examples.ts';

const result = (callId: string, said: string, more: Partial<NeutralToolResult> = {}): NeutralToolResult => ({
  callId,
  name: undefined,
  parts: [text(said)],
  isError: false,
  ...more,
});
const tool = (...results: NeutralToolResult[]): NeutralTurn => ({ role: 'tool', results });
const assistant = (...parts: ReturnType<typeof call>[]): NeutralTurn => ({ role: 'assistant', parts });
const losses = (): Losses<NeutralField> => new Losses<NeutralField>();

/** Ids and first texts of the results that the turns' calls get. */
function answers(turns: readonly NeutralTurn[]): (readonly [string, string | undefined])[] {
  const results = new CallResults(turns);
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
    const results = new CallResults(turns);
    results.take([call('a')], 1);
    expect(results.orphans([orphan])).toEqual([orphan]);
    expect(results.orphans(turns[2]?.role === 'tool' ? turns[2].results : [])).toEqual([orphan]);
  });
});

describe('resultBlocks', () => {
  const blocks = (found: NeutralToolResult | undefined): unknown => resultBlocks([{ id: 'a', result: found }], {}, losses())[0];

  it('a call without a result is told to have failed', () => {
    expect(blocks(undefined)).toEqual({ type: 'tool_result', tool_use_id: 'a', content: 'No result was provided.', is_error: true });
  });

  it('one text as it is, several parts as blocks, nothing as nothing', () => {
    expect(blocks(result('x', 'one'))).toEqual({ type: 'tool_result', tool_use_id: 'a', content: 'one' });
    expect(
      blocks(result('x', '', { parts: [text('a'), { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } }] })),
    ).toEqual({
      type: 'tool_result',
      tool_use_id: 'a',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a' } },
      ],
    });
    expect(blocks(result('x', ''))).toEqual({ type: 'tool_result', tool_use_id: 'a' });
  });

  it('a failure says that it is one', () => {
    expect(blocks(result('x', 'gone', { isError: true }))).toMatchObject({ content: 'gone', is_error: true });
    expect(blocks(result('x', '', { isError: true }))).toMatchObject({ content: 'Error', is_error: true });
  });
});

it('orphanBlocks: what a lost call gave is still said', () => {
  const [head, said] = orphanBlocks([result('z', 'lost'), result('y', '')], {}, losses());
  expect(JSON.stringify(head)).toContain('no longer in this conversation');
  expect(said).toEqual({ type: 'text', text: 'lost' });
  expect(orphanBlocks([result('y', '')], {}, losses())).toEqual([]);
});
