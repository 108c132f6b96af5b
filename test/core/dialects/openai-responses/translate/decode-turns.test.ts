import { describe, expect, it } from 'vitest';
import { decodeTurns } from '../../../../../core/src/dialects/openai-responses/translate/decode-turns.ts';
import { writeCallOpaque } from '../../../../../core/src/dialects/openai-responses/translate/encrypted-content.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { Loss, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { refusedField } from './refused-field.ts';

function decoded(input: JsonValue): { readonly turns: NeutralTurn[]; readonly losses: Loss[] } {
  const losses = new RequestLosses();
  return { turns: decodeTurns(input, losses), losses: losses.list() };
}

describe('what is no input', () => {
  it.each<[JsonValue, string]>([
    [7, 'input'],
    [['a'], 'input[0]'],
    [[{ content: 'a' }], 'input[0].type'],
    [[{ type: 7 }], 'input[0].type'],
    [[{ role: 'critic', content: 'a' }], 'input[0].role'],
    [[{ role: 'user' }], 'input[0].content'],
    [[{ type: 'function_call', call_id: 'a' }], 'input[0].name'],
    [[{ type: 'function_call', call_id: 7, name: 'f' }], 'input[0].call_id'],
    [[{ type: 'function_call', call_id: 'a', name: 'f', arguments: 7 }], 'input[0].arguments'],
    [[{ type: 'function_call_output', call_id: 'a' }], 'input[0].output'],
  ])('%j is refused by name', (input, field) => {
    expect(refusedField(() => decoded(input))).toBe(field);
  });
});

describe('messages', () => {
  it('of every role stay where they stand', () => {
    const input = [
      { role: 'user', content: 'a' },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'b' }] },
      { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: 'c' }] },
      { role: 'system', content: 'd' },
    ];
    expect(decoded(input)).toEqual({
      turns: [
        { role: 'user', parts: [{ kind: 'text', text: 'a' }] },
        { role: 'system', parts: [{ kind: 'text', text: 'b' }] },
        { role: 'assistant', parts: [{ kind: 'text', text: 'c' }] },
        { role: 'system', parts: [{ kind: 'text', text: 'd' }] },
      ],
      losses: [],
    });
    expect(decoded('a').turns).toEqual([{ role: 'user', parts: [{ kind: 'text', text: 'a' }] }]);
  });

  it('tell the caller once what they lose, however many they are', () => {
    const one = { role: 'assistant', content: 'a', phase: 'commentary' };
    expect(decoded([one, one, one]).losses).toEqual([{ field: 'input[].phase', level: 'drop' }]);
  });
});

describe('reasoning', () => {
  it('BerriAI/litellm#13420: is never refused, whatever it looks like', () => {
    const items = [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'a' }], encrypted_content: 'gAAA', status: null },
      { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'b' }], encrypted_content: 'gw1:anthropic-messages:SIG' },
      { type: 'reasoning', id: 'rs_3' },
    ];
    expect(decoded(items)).toEqual({
      turns: [
        { role: 'assistant', parts: [{ kind: 'reasoning', text: 'a', opaque: { dialect: 'openai-responses', value: 'gAAA' } }] },
        { role: 'assistant', parts: [{ kind: 'reasoning', text: 'b', opaque: { dialect: 'anthropic-messages', value: 'SIG' } }] },
        { role: 'assistant', parts: [{ kind: 'reasoning', text: '', opaque: undefined }] },
      ],
      losses: [],
    });
  });

  it('BerriAI/litellm#16893, #25322: a signature goes back to the call that it stood before', () => {
    const opaque = { dialect: 'google-generate-content', value: 'SIG' };
    const signed = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: writeCallOpaque(opaque) };
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' };
    expect(decoded([signed, call, { ...call, call_id: 'b' }]).turns).toEqual([
      { role: 'assistant', parts: [{ kind: 'toolCall', id: 'a', name: 'f', arguments: '{}', opaque }] },
      { role: 'assistant', parts: [{ kind: 'toolCall', id: 'b', name: 'f', arguments: '{}', opaque: undefined }] },
    ]);
    expect(decoded([signed, { role: 'user', content: 'x' }, call]).turns).toMatchObject([
      { role: 'user' },
      { parts: [{ opaque: undefined }] },
    ]);
  });
});

describe('calls and their results', () => {
  it('arguments are an object’s JSON, as it was written', () => {
    const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', status: 'completed', parsed_arguments: { a: 1 } };
    const read = (args?: JsonValue): unknown => {
      const { turns, losses } = decoded([{ ...call, ...(args !== undefined && { arguments: args }) }]);
      expect(losses).toEqual([]);
      return turns;
    };
    const turn = (text: string): unknown => [
      { role: 'assistant', parts: [{ kind: 'toolCall', id: 'call_1', name: 'f', arguments: text, opaque: undefined }] },
    ];
    expect(read('{"a": 1.0}')).toEqual(turn('{"a": 1.0}'));
    expect([read(), read(null), read('')]).toEqual([turn('{}'), turn('{}'), turn('{}')]);
    expect(read({ a: 1 })).toEqual(turn('{"a":1}'));
  });

  it('results are a text or parts, images among them', () => {
    const output = [
      { type: 'input_text', text: 'a' },
      { type: 'input_image', image_url: 'https://x.example/a.png' },
    ];
    const results = (item: JsonObject): unknown => decoded([{ type: 'function_call_output', call_id: 'c', ...item }]).turns;
    expect(results({ output: 'a' })).toEqual([
      { role: 'tool', results: [{ callId: 'c', name: undefined, parts: [{ kind: 'text', text: 'a' }], isError: false }] },
    ]);
    expect(results({ output, name: 'f', call_id: null })).toMatchObject([
      { results: [{ callId: '', name: 'f', parts: [{ kind: 'text' }, { kind: 'image' }] }] },
    ]);
  });

  it('a call from a namespace is told to be without it', () => {
    expect(decoded([{ type: 'function_call', call_id: 'a', name: 'f', namespace: 'n' }]).losses).toEqual([
      { field: 'input[].namespace', level: 'drop' },
    ]);
  });
});

describe('what only OpenAI can read', () => {
  it.each([
    ...['item_reference', 'compaction', 'configuration_update', 'additional_tools', 'custom_tool_call', 'custom_tool_call_output'],
    ...['web_search_call', 'file_search_call', 'code_interpreter_call', 'computer_call', 'computer_call_output', 'mcp_call'],
    ...['image_generation_call', 'local_shell_call', 'shell_call_output', 'apply_patch_call', 'tool_search_output', 'unheard_of'],
  ])('%s is refused, by its place and name', (type) => {
    expect(
      decoded([
        { role: 'user', content: 'a' },
        { type, id: 'x' },
      ]),
    ).toEqual({
      turns: [{ role: 'user', parts: [{ kind: 'text', text: 'a' }] }],
      losses: [{ field: `input[1].${type}`, level: 'refuse' }],
    });
  });
});
