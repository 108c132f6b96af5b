import { describe, expect, it } from 'vitest';
import { type Answered, encodeResults, takeResults } from '../../../../../core/src/dialects/openai-chat/translate/encode-results.ts';
import { Losses } from '../../../../../core/src/dialects/openai-chat/translate/losses.ts';
import type { NeutralField, NeutralToolResult, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { call, text } from './examples.ts';

function result(callId: string, said = '', more: Partial<NeutralToolResult> = {}): NeutralToolResult {
  return { callId, name: undefined, parts: said === '' ? [] : [text(said)], isError: false, ...more };
}

const made: NeutralTurn = { role: 'assistant', parts: [] };
const tool = (...results: NeutralToolResult[]): NeutralTurn => ({ role: 'tool', results });

describe('takeResults', () => {
  it('finds results wherever they are before the assistant speaks again', () => {
    const [a, b, late] = [result('a', '1'), result('b', '2'), result('c', '3')];
    const turns: NeutralTurn[] = [made, tool(b), { role: 'system', parts: [text('x')] }, tool(a), made, tool(late)];
    const taken = new Set<object>();
    expect(takeResults([call('a'), call('b'), call('c')], turns, 0, taken)).toEqual([
      { id: 'a', result: a },
      { id: 'b', result: b },
      { id: 'c', result: undefined },
    ]);
    expect(taken).toEqual(new Set([a, b]));
  });

  it('vercel/ai#19319: without ids by name and order, under ids of their own', () => {
    const results = [result('', '1', { name: 'b' }), result('', '2', { name: 'a' }), result('', '3', { name: 'a' })];
    const answered = takeResults([call('', 'a'), call('', 'a'), call('', 'b')], [made, tool(...results)], 0, new Set());
    expect(answered.map((one) => one.result?.parts)).toEqual([[text('2')], [text('3')], [text('1')]]);
    expect(new Set(answered.map(({ id }) => id)).size).toBe(3);
    for (const { id } of answered) expect(id).toMatch(/^call_/);
  });

  it('vercel/ai#4936: the same id twice is two calls', () => {
    const answered = takeResults([call('x'), call('x')], [made, tool(result('x', '1'), result('x', '2'))], 0, new Set());
    expect(answered.map((one) => one.result?.parts)).toEqual([[text('1')], [text('2')]]);
    expect(answered[0]?.id).toBe('x');
    expect(answered[1]?.id).not.toBe('x');
  });
});

describe('encodeResults', () => {
  function encode(answered: Answered[], quirks = {}) {
    const losses = new Losses<NeutralField>();
    return { messages: encodeResults(answered, quirks, losses), losses: losses.list() };
  }

  it('vercel/ai#13013: a call without a result gets one, a result without a call is told as a text', () => {
    expect(encode([{ id: 'a', result: undefined }]).messages).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'No result was provided.' },
    ]);
    const [orphan] = encode([{ id: undefined, result: result('x', 'sunny') }]).messages;
    expect(orphan?.role).toBe('user');
    expect(orphan?.content).toContain('sunny');
  });

  it('a failure says so, once', () => {
    const failed = (said: string) => encode([{ id: 'a', result: result('a', said, { isError: true }) }]).messages[0]?.content;
    expect(failed('no such city')).toBe('Error: no such city');
    expect(failed('Error: no such city')).toBe('Error: no such city');
    expect(failed('')).toBe('Error: ');
  });

  it('images follow after all results, which must come together', () => {
    const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } } as const;
    const { messages, losses } = encode([
      { id: 'a', result: result('a', '', { parts: [image] }) },
      { id: 'b', result: result('b', '', { parts: [text('1'), { kind: 'file', source: { kind: 'text', text: '2' }, name: undefined }] }) },
    ]);
    expect(messages.map(({ role }) => role)).toEqual(['tool', 'tool', 'user']);
    expect(messages[0]?.content).not.toBe('');
    expect(messages[1]?.content).toBe('1\n2');
    expect(messages[2]?.content).toEqual([
      { type: 'text', text: expect.stringContaining('a') },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ]);
    expect(losses).toEqual([]);
    expect(encode([{ id: 'a', result: result('a', '', { parts: [image] }) }], { images: false }).losses).toEqual([
      { field: 'images', level: 'refuse' },
    ]);
  });
});
