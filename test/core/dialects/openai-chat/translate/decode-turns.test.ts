import { describe, expect, it } from 'vitest';
import { decodeTurns } from '../../../../../core/src/dialects/openai-chat/translate/decode-turns.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import { call, text } from './examples.ts';

function decode(...messages: JsonValue[]) {
  const losses = new RequestLosses();
  return { turns: decodeTurns(messages, losses), losses: losses.list() };
}

function assistant(message: JsonObject) {
  const { turns, losses } = decode({ role: 'assistant', ...message });
  const [turn] = turns;
  return { parts: turn?.role === 'assistant' ? turn.parts : [], losses };
}

const toolCall = (id: string, name = 'look', given: JsonValue = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: given },
});

describe('what is wrong is named', () => {
  it.each<[string, JsonValue]>([
    ['messages[0]', 'hi'],
    ['messages[0].role', { content: 'hi' }],
    ['messages[0].role', { role: 'model', content: 'hi' }],
    ['messages[0].content', { role: 'user' }],
    ['messages[0].content', { role: 'assistant', content: 5 }],
    ['messages[0].tool_calls', { role: 'assistant', tool_calls: {} }],
    ['messages[0].tool_calls[0]', { role: 'assistant', tool_calls: [null] }],
    ['messages[0].tool_calls[0].function', { role: 'assistant', tool_calls: [{ id: 'a', type: 'function' }] }],
    ['messages[0].tool_calls[0].function.name', { role: 'assistant', tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }],
    ['messages[0].function_call.name', { role: 'assistant', function_call: {} }],
    ['messages[0].tool_call_id', { role: 'tool', tool_call_id: 5, content: 'x' }],
    ['messages[0].content', { role: 'tool', tool_call_id: 'a' }],
    ['messages[0].name', { role: 'function', content: 'x' }],
  ])('%s: %j', (param, message) => {
    expect(() => decode(message)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it('the list itself', () => {
    expect(() => decodeTurns({}, new RequestLosses())).toThrow(expect.objectContaining({ param: 'messages' }));
  });
});

describe('the conversation', () => {
  it('instructions stay where they are, in both words for them; nothing is joined', () => {
    const { turns, losses } = decode(
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b' }] },
      { role: 'user', content: 'c' },
      { role: 'system', content: 'd' },
    );
    expect(turns).toEqual([
      { role: 'system', parts: [text('a')] },
      { role: 'system', parts: [text('b')] },
      { role: 'user', parts: [text('c')] },
      { role: 'system', parts: [text('d')] },
    ]);
    expect(losses).toEqual([]);
  });

  it('bifrost#1164: consecutive results of tools are one turn', () => {
    const { turns } = decode(
      { role: 'assistant', tool_calls: [toolCall('a'), toolCall('b')] },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'tool', tool_call_id: 'a', name: 'look', content: [{ type: 'text', text: '1' }] },
      { role: 'user', content: 'and?' },
      { role: 'tool', tool_call_id: 'c', content: '3' },
    );
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'tool', 'user', 'tool']);
    expect(turns[1]).toEqual({
      role: 'tool',
      results: [
        { callId: 'b', name: undefined, parts: [text('2')], isError: false },
        { callId: 'a', name: 'look', parts: [text('1')], isError: false },
      ],
    });
  });

  it('names of participants are dropped, once', () => {
    const { losses } = decode({ role: 'user', name: 'Ann', content: 'a' }, { role: 'user', name: 'Bob', content: 'b' });
    expect(losses).toEqual([{ field: 'messages[].name', level: 'drop' }]);
  });
});

describe('what the assistant said', () => {
  it.each<JsonObject>([
    {},
    { content: null },
    { content: '' },
    { content: null, refusal: null, tool_calls: null, function_call: null, audio: null },
  ])('nothing: %j', (message) => {
    expect(assistant(message)).toEqual({ parts: [], losses: [] });
  });

  it('reasoning first, calls last', () => {
    expect(assistant({ tool_calls: [toolCall('a')], refusal: 'no', content: 'said', reasoning_content: 'thought' }).parts).toEqual([
      { kind: 'reasoning', text: 'thought', opaque: undefined },
      text('said'),
      { kind: 'refusal', text: 'no' },
      call('a'),
    ]);
  });

  it('parts, Mistral’s thinking among them', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'said' },
      { type: 'refusal', refusal: 'no' },
    ];
    expect(assistant({ content }).parts.map(({ kind }) => kind)).toEqual(['reasoning', 'text', 'refusal']);
  });

  it('a mark to go on from here is no loss: others go on unasked', () => {
    expect(assistant({ content: 'Once upon', prefix: true }).losses).toEqual([]);
  });

  it('a part, an audio or a call that nobody else knows is refused where it stands', () => {
    expect(assistant({ content: [{ type: 'reference' }] }).losses).toEqual([
      { field: 'messages[0].content[0].reference', level: 'refuse' },
    ]);
    expect(assistant({ audio: { id: 'audio_1' } }).losses).toEqual([{ field: 'messages[0].audio', level: 'refuse' }]);
    const custom = { id: 'c', type: 'custom', custom: { name: 'run', input: 'ls' } };
    expect(assistant({ tool_calls: [toolCall('a'), custom] }).losses).toEqual([
      { field: 'messages[0].tool_calls[1].custom', level: 'refuse' },
    ]);
  });
});

describe('calls', () => {
  it.each<[JsonValue, string]>([
    ['', '{}'],
    ['{"a": 1.0}', '{"a": 1.0}'],
    ['{"cut', '{"cut'],
    [{ a: 1 }, '{"a":1}'],
    [null, '{}'],
  ])('arguments %j are %s', (given, written) => {
    expect(assistant({ tool_calls: [toolCall('a', 'look', given)] }).parts).toEqual([call('a', 'look', written)]);
  });

  it('langchain#37347: Gemini’s signature stays with its call', () => {
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const extra_content = { google: { thought_signature: 'sig' } };
    expect(assistant({ tool_calls: [{ ...toolCall('a'), extra_content }, toolCall('b')] }).parts).toEqual([
      { ...call('a'), opaque },
      call('b'),
    ]);
    expect(assistant({ extra_content, tool_calls: [toolCall('a'), toolCall('b')] }).parts).toEqual([{ ...call('a'), opaque }, call('b')]);
    expect(assistant({ extra_content, content: 'said' }).parts).toEqual([text('said'), { kind: 'reasoning', text: '', opaque }]);
  });

  it('vercel/ai#7834: calls with empty ids and their results find each other, the same each turn', () => {
    const conversation = [
      { role: 'assistant', tool_calls: [toolCall('', 'a'), toolCall('', 'b')] },
      { role: 'tool', tool_call_id: '', name: 'b', content: 'of b' },
      { role: 'tool', tool_call_id: '', content: 'of a' },
    ];
    const { turns } = decode(...conversation);
    const [made, answered] = turns;
    const ids = made?.role === 'assistant' ? made.parts.map((part) => (part.kind === 'toolCall' ? part.id : '')) : [];
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids).not.toContain('');
    expect(answered?.role === 'tool' && answered.results.map(({ callId }) => callId)).toEqual([ids[1], ids[0]]);
    expect(decode(...conversation, { role: 'user', content: 'go on' }).turns.slice(0, 2)).toEqual(turns);
  });

  it('legacy functions are tools', () => {
    const { turns, losses } = decode(
      { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"a":1}' } },
      { role: 'function', name: 'look', content: null },
    );
    const id = 'call_0_0';
    expect(turns).toEqual([
      { role: 'assistant', parts: [call(id, 'look', '{"a":1}')] },
      { role: 'tool', results: [{ callId: id, name: 'look', parts: [], isError: false }] },
    ]);
    expect(losses).toEqual([]);
  });
});

it('more parts than a call takes arguments are no problem', () => {
  const parts = Array.from({ length: 200_000 }, () => ({ type: 'text', text: 'a' }));
  expect(assistant({ content: parts }).parts).toHaveLength(200_000);
  expect(assistant({ tool_calls: parts.map((_, index) => toolCall(String(index))) }).parts).toHaveLength(200_000);
});
