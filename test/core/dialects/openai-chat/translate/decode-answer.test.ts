import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer, readContent } from '../../../../../core/src/dialects/openai-chat/translate/decode-answer.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import { call, text } from './examples.ts';

function decode(message: JsonValue, finish_reason: JsonValue = 'stop') {
  return decodeAnswer({ id: 'c1', model: 'm', choices: [{ index: 0, message, finish_reason }] });
}

const nothing = { parts: [], stop: undefined, usage: undefined };

describe('what makes no sense', () => {
  it.each<JsonObject>([
    {},
    { choices: null },
    { choices: [] },
    { choices: ['x'] },
    { choices: [{}] },
    { id: 5, model: null, choices: [{ message: 'x' }], usage: {} },
  ])('%j is an empty answer', (body) => {
    expect(decodeAnswer(body)).toEqual({ id: '', model: '', ...nothing });
  });

  it('whatever comes, it is read', () => {
    const keys = ['content', 'refusal', 'tool_calls', 'function_call', 'reasoning', 'reasoning_details', 'audio', 'extra_content'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys, 'role'), fc.jsonValue({ maxDepth: 3 })), fc.jsonValue(), (message, other) => {
        const { parts } = decodeAnswer({
          choices: [{ message: message as JsonValue, finish_reason: other as JsonValue }],
          usage: other as JsonValue,
        });
        for (const part of parts) expect(typeof part.kind).toBe('string');
      }),
    );
  });

  it('Snowflake writes every field there is, empty', () => {
    const message = {
      ...{ role: 'assistant', content: '', refusal: '', annotations: null, function_call: { name: '', arguments: '' } },
      audio: { id: '', data: '', transcript: '', expires_at: 0 },
      tool_calls: [
        { id: 't1', type: 'function', function: { name: 'look', arguments: '{"a":1}' }, custom: { name: '', input: '' } },
        { id: '', type: '', function: { name: '', arguments: '' } },
      ],
    };
    expect(decode(message, '')).toMatchObject({ parts: [call('t1', 'look', '{"a":1}')], stop: { kind: 'toolCalls' } });
  });
});

describe('decodeAnswer', () => {
  it('reads all that was said, in order', () => {
    const message = { tool_calls: [{ id: 'x', function: { name: 'look' } }], refusal: 'no', content: 'said', reasoning: 'thought' };
    expect(decode(message)).toMatchObject({
      id: 'c1',
      model: 'm',
      parts: [{ kind: 'reasoning', text: 'thought' }, text('said'), { kind: 'refusal', text: 'no' }, call('x')],
    });
  });

  it('vercel/ai#12218: stop with tool calls means the calls', () => {
    expect(decode({ tool_calls: [{ id: 'x', function: { name: 'look', arguments: '{}' } }] }).stop).toEqual({ kind: 'toolCalls' });
  });

  it('Ollama’s arguments are an object', () => {
    expect(decode({ tool_calls: [{ function: { name: 'look', arguments: { city: 'Paris' } } }] }).parts).toEqual([
      call('', 'look', '{"city":"Paris"}'),
    ]);
  });

  it('legacy functions are tools', () => {
    expect(decode({ content: null, function_call: { name: 'look', arguments: '' } }, 'function_call')).toMatchObject({
      parts: [call('')],
      stop: { kind: 'toolCalls' },
    });
  });

  it('langchain#37347: Gemini’s signature stays with its call, wherever the endpoint puts it', () => {
    const extra_content = { google: { thought_signature: 'sig', thought: true } };
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const looked = { id: '', function: { name: 'look', arguments: '{}' } };
    expect(decode({ tool_calls: [{ ...looked, extra_content }] }).parts).toEqual([{ ...call(''), opaque }]);
    expect(decode({ extra_content, thought_signature: 'sig', tool_calls: [looked] }).parts).toEqual([{ ...call(''), opaque }]);
    expect(decode({ extra_content, content: 'noon' }).parts).toEqual([text('noon'), { kind: 'reasoning', text: '', opaque }]);
  });

  it('audio was said too', () => {
    expect(decode({ content: null, audio: { id: 'a', data: 'AAAA', transcript: 'hello' } }).parts).toEqual([text('hello')]);
  });

  it('Portkey#785: usage and finish reason as each provider writes them', () => {
    const groq = decodeAnswer({
      choices: [{ message: {}, finish_reason: 'length' }],
      x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } },
    });
    expect(groq).toMatchObject({ stop: { kind: 'length' }, usage: { input: 3, output: 2 } });
    expect(decode({ content: 'a' }, 'eos').stop).toEqual({ kind: 'end' });
  });
});

describe('readContent', () => {
  it('Mistral’s array: thinking, texts; references are nobody’s', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }], closed: true },
      { type: 'text', text: 'Paris' },
      { type: 'reference', reference_ids: [1] },
      { type: 'refusal', refusal: 'no' },
      null,
    ];
    expect(readContent(content)).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: undefined },
      text('Paris'),
      { kind: 'refusal', text: 'no' },
    ]);
  });
});
