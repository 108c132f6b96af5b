import { describe, expect, it } from 'vitest';
import { type EncodedTurns, encodeTurns } from '../../../../../core/src/dialects/openai-responses/translate/encode-turns.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralLoss, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../../../../core/src/model/neutral.ts';

function encoded(turns: readonly NeutralTurn[], quirks: TargetQuirks = {}): EncodedTurns & { readonly losses: NeutralLoss[] } {
  const losses = new Losses<NeutralField>();
  return { ...encodeTurns(turns, quirks, losses), losses: losses.list() };
}

const system = (...texts: readonly string[]): NeutralTurn => ({ role: 'system', parts: texts.map((text) => ({ kind: 'text', text })) });
const user = (text: string): NeutralTurn => ({ role: 'user', parts: [{ kind: 'text', text }] });
const call = (id: string, more: Partial<NeutralToolCall> = {}): NeutralToolCall => ({
  kind: 'toolCall',
  id,
  name: 'f',
  arguments: '{}',
  opaque: undefined,
  ...more,
});
const calls = (...ids: readonly string[]): NeutralTurn => ({ role: 'assistant', parts: ids.map((id) => call(id)) });
const result = (callId: string, more: Partial<NeutralToolResult> = {}): NeutralToolResult => ({
  callId,
  name: undefined,
  parts: [{ kind: 'text', text: `of ${callId}` }],
  isError: false,
  ...more,
});
const results = (...given: readonly NeutralToolResult[]): NeutralTurn => ({ role: 'tool', results: given });
const kinds = (items: readonly JsonObject[]): string[] =>
  items.map((item) => (typeof item.call_id === 'string' ? `${String(item.type)} ${item.call_id}` : String(item.type)));

describe('instructions', () => {
  it('are the leading system turns; later ones stay where they are', () => {
    expect(encoded([system('a', ''), system('b'), user('c'), system('d')])).toEqual({
      instructions: 'a\n\nb',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'c' }] },
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'd' }] },
      ],
      losses: [],
    });
  });

  it('go with the role that the target knows', () => {
    expect(encoded([user('c'), system('d')], { developerRole: false }).input[1]).toMatchObject({ role: 'system' });
  });

  it('are input where nothing else was said: a request needs some', () => {
    expect(encoded([system('a')])).toMatchObject({ instructions: undefined, input: [{ role: 'developer' }] });
    expect(encoded([system(''), user('b')]).instructions).toBeUndefined();
  });
});

describe('the assistant’s turns', () => {
  it('an answer begun by the caller is refused: nobody would go on with it', () => {
    expect(encoded([user('a'), { role: 'assistant', parts: [{ kind: 'text', text: 'Once' }] }]).losses).toEqual([
      { field: 'prefill', level: 'refuse' },
    ]);
  });

  it('are items in their order; no item has an id that OpenAI did not give', () => {
    const { input } = encoded([
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'Hm.', opaque: { dialect: 'openai-responses', value: 'gAAA' } },
          { kind: 'text', text: 'a' },
          { kind: 'refusal', text: 'b' },
          { kind: 'text', text: '' },
          call('c'),
          { kind: 'text', text: 'd' },
        ],
      },
      results(result('c')),
    ]);
    expect(input).toEqual([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAA' },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a' },
          { type: 'refusal', refusal: 'b' },
        ],
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'd' }] },
      { type: 'function_call_output', call_id: 'c', output: 'of c' },
    ]);
  });

  it('vercel/ai#7543, #10290: reasoning without OpenAI’s own encrypted part is left out, or it is looked for and not found', () => {
    const reasoning = (opaque?: { readonly dialect: string; readonly value: string }): NeutralTurn => ({
      role: 'assistant',
      parts: [{ kind: 'reasoning', text: 'Hm.', opaque }],
    });
    expect(encoded([reasoning(), reasoning({ dialect: 'anthropic-messages', value: 'S' }), user('a')]).input).toHaveLength(1);
  });
});

describe('results', () => {
  it('are a string where they are one text, parts where they are more', () => {
    const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QUJD' } } as const;
    const given = [result('a'), result('b', { parts: [{ kind: 'text', text: 'x' }, image] }), result('c', { parts: [] })];
    expect(encoded([calls('a', 'b', 'c'), results(...given)]).input.slice(3)).toEqual([
      { type: 'function_call_output', call_id: 'a', output: 'of a' },
      {
        type: 'function_call_output',
        call_id: 'b',
        output: [
          { type: 'input_text', text: 'x' },
          { type: 'input_image', image_url: 'data:image/png;base64,QUJD' },
        ],
      },
      { type: 'function_call_output', call_id: 'c', output: '' },
    ]);
  });

  it('that failed say so in their text, once', () => {
    const failed = (...parts: NeutralToolResult['parts']): unknown => {
      const { input } = encoded([calls('a'), results(result('a', { parts, isError: true }))]);
      return input.at(-1)?.output;
    };
    expect(failed({ kind: 'text', text: 'no such file' })).toBe('Error: no such file');
    expect(failed({ kind: 'text', text: 'error: no such file' })).toBe('error: no such file');
    expect(failed()).toBe('Error');
  });

  it('stay with their calls however the ids had to change', () => {
    const long = 'x'.repeat(100);
    const { input } = encoded([calls(long, ''), results(result(''), result(long))]);
    expect(input[3]?.call_id).toBe(input[0]?.call_id);
    expect(input[2]?.call_id).toBe(input[1]?.call_id);
    expect(encoded([calls(long, ''), results(result(''), result(long))]).input).toEqual(input);
  });

  it('that are missing are told, after all calls of the run', () => {
    const { input } = encoded([calls('a', 'b'), results(result('b')), user('never mind')]);
    expect(kinds(input)).toEqual(['function_call a', 'function_call b', 'function_call_output a', 'function_call_output b', 'message']);
    expect(input[2]?.output).toBe('No result was provided.');
    expect(kinds(encoded([calls('a')]).input)).toEqual(['function_call a', 'function_call_output a']);
  });

  it('without a call are told by the user: an output alone is an error', () => {
    expect(encoded([results(result('gone')), user('a')]).input).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Result of a tool call that is no longer in this conversation:' },
          { type: 'input_text', text: 'of gone' },
        ],
      },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a' }] },
    ]);
  });
});

describe('a message without content', () => {
  it('is none', () => {
    expect(encoded([user(''), { role: 'assistant', parts: [] }, user('a')]).input).toHaveLength(1);
  });
});
