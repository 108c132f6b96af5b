import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/src/model/json.ts';
import { readStrictly } from './strict-readers.ts';

const frame = (json: object, name?: string): string => `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(json)}\n\n`;
const named = (...events: readonly { readonly type: string }[]): string => events.map((event) => frame(event, event.type)).join('');

const chunk = (choice: object, more: object = {}): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
  ...more,
});
const call = (index: number, more: object = {}): object => ({ delta: { tool_calls: [{ index, function: { arguments: '{}' }, ...more }] } });
const chat = (...chunks: readonly object[]): string => `${chunks.map((one) => frame(one)).join('')}data: [DONE]\n\n`;
const first = chunk({ delta: { role: 'assistant', content: 'Hi' } });
const last = chunk({ finish_reason: 'stop' });
const begun = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } };

const message = { type: 'message_start', message: { usage: { input_tokens: 1, output_tokens: 1 } } };
const textStart = (index: number): { type: string } & JsonObject => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'text', text: '' },
});
const delta = (index: number, one: JsonObject): { type: string } & JsonObject => ({ type: 'content_block_delta', index, delta: one });
const stop = (index: number): { type: string } & JsonObject => ({ type: 'content_block_stop', index });
const end = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }, { type: 'message_stop' }];
const said = { type: 'text_delta', text: 'Hi' };

describe('readStrictly', () => {
  it('reads what is right, and finds nothing wrong with it', () => {
    expect(readStrictly('openai-chat', chat(first, chunk(call(0, begun)), chunk(call(0)), last))).toMatchObject({
      problems: [],
      text: 'Hi',
      calls: [{ name: 'f', arguments: {} }],
    });
    expect(readStrictly('anthropic-messages', named(message, textStart(0), delta(0, said), stop(0), ...end))).toMatchObject({
      problems: [],
      text: 'Hi',
    });
    const whole = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] };
    expect(readStrictly('google-generate-content', frame(whole))).toMatchObject({ problems: [], text: 'Hi' });
  });

  it.each<[what: string, stream: string, problem: string]>([
    ['no role in the first delta (Portkey#1399)', chat(chunk({ delta: { content: 'Hi' } }), last), 'the first delta has the role'],
    ['no finish reason (litellm#12666)', chat(first), 'one finish reason, not 0'],
    [
      'a missing key (mlflow#23458)',
      chat(first, { ...chunk({}), choices: [{ index: 0, delta: {} }] }, last),
      'index, delta, finish_reason',
    ],
    ['a tool index from 1 (litellm#5231)', chat(first, chunk(call(1, begun)), last), 'a call goes on by its index alone'],
    ['no [DONE]', frame(first) + frame(last), 'one [DONE], at the end'],
    ['text after its finish', chat(first, last, first), 'nothing of a choice after its finish'],
  ])('Chat: %s', (_what, stream, problem) => {
    expect(readStrictly('openai-chat', stream).problems).toContain(problem);
  });

  it.each<[what: string, stream: string, problem: string]>([
    ['a gap in the indexes', named(message, textStart(1), delta(1, said), stop(1), ...end), 'blocks one after the other, from 0'],
    ['an empty text (claude-code#62396)', named(message, textStart(0), stop(0), ...end), 'no empty text'],
    [
      'thinking in a block of text (litellm#33224)',
      named(message, textStart(0), delta(0, { type: 'thinking_delta', thinking: 'x' }), stop(0), ...end),
      'thinking_delta in a block of text',
    ],
    ['no name', frame(message) + named(...end), 'each event is named by its type'],
    ['no usage at the end', named(message, { type: 'message_delta' }, { type: 'message_stop' }), 'message_delta with usage before it'],
  ])('Messages: %s', (_what, stream, problem) => {
    expect(readStrictly('anthropic-messages', stream).problems).toContain(problem);
  });

  it.each<[what: string, stream: string, problem: string]>([
    ['no output_item.added (litellm#22102)', named({ type: 'response.created' }), 'the end last'],
    ['numbers that do not count', named({ type: 'response.created' }, { type: 'response.completed' }), 'sequence numbers from 0'],
  ])('Responses: %s', (_what, stream, problem) => {
    expect(readStrictly('openai-responses', stream).problems).toContain(problem);
  });

  it.each<[what: string, stream: string, problem: string]>([
    ['a name before the data', frame({ candidates: [{ finishReason: 'STOP' }] }, 'message'), 'no event names and no [DONE]'],
    ['no finish reason', frame({ candidates: [{ content: { role: 'model', parts: [] } }] }), 'a finish reason'],
  ])('generateContent: %s', (_what, stream, problem) => {
    expect(readStrictly('google-generate-content', stream).problems).toContain(problem);
  });
});
