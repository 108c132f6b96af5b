import { describe, expect, it } from 'vitest';
import { readCall } from '../../../../core/src/dialects/openai-chat/read-call.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const call = (rest: object): JsonObject => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...rest }) as JsonObject;

describe('readCall', () => {
  it('reads the smallest request', () => {
    expect(readCall(call({}))).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
  });

  it('reads what the gateway decides by', () => {
    const tools = [
      { type: 'function', function: { name: 'look' } },
      { type: 'custom', custom: { name: 'run' } },
      { type: 'web_search' },
      {},
    ];
    expect(readCall(call({ stream: true, max_tokens: 7, n: 2, tools }))).toEqual({
      model: 'm',
      stream: true,
      maxOutputTokens: 7,
      tools: ['look', 'run', 'web_search', 'unnamed'],
    });
  });

  it('the newer limit of the output counts, where both are given', () => {
    expect(readCall(call({ max_tokens: 7, max_completion_tokens: 5 })).maxOutputTokens).toBe(5);
    expect(readCall(call({ max_tokens: 7, max_completion_tokens: null })).maxOutputTokens).toBe(7);
  });

  it('null is the same as nothing', () => {
    expect(readCall(call({ stream: null, max_tokens: null, n: null, tools: null })).stream).toBe(false);
  });

  it.each([
    ['model', { model: undefined }],
    ['model', { model: '' }],
    ['model', { model: 5 }],
    ['messages', { messages: undefined }],
    ['messages', { messages: [] }],
    ['messages', { messages: 'hi' }],
    ['messages[1]', { messages: [{ role: 'user' }, 'hi'] }],
    ['messages[0]', { messages: [null] }],
    ['messages[0]', { messages: [[]] }],
    ['stream', { stream: 'true' }],
    ['n', { n: 129 }],
    ['n', { n: -1 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_completion_tokens', { max_completion_tokens: '9' }],
    ['tools', { tools: {} }],
    ['tools[0]', { tools: ['look'] }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => readCall(call(rest))).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });
});
