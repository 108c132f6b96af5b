import { describe, expect, it } from 'vitest';
import { readCall } from '../../../../core/src/dialects/openai-responses/read-call.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import { allItems, references } from './items.ts';

const call = (rest: object): JsonObject => ({ model: 'm', input: 'hi', ...rest }) as JsonObject;

describe('readCall', () => {
  it('an answer in the background is refused, and what to do is said', () => {
    expect(() => readCall(call({ background: true }))).toThrow(
      expect.objectContaining({
        code: 'GW_BAD_REQUEST',
        param: 'background',
        message: expect.stringContaining('ask for a stream instead') as string,
      }),
    );
    for (const background of [false, null]) expect(readCall(call({ background })).model).toBe('m');
  });

  it.each([
    ['model', { model: undefined }],
    ['input', { input: 5 }],
    ['input[0]', { input: ['hi'] }],
    ['stream', { stream: 'true' }],
    ['background', { background: 'yes' }],
    ['max_output_tokens', { max_output_tokens: -1 }],
    ['max_output_tokens', { max_output_tokens: '9' }],
    ['max_tool_calls', { max_tool_calls: 1.5 }],
    ['tools[0]', { tools: ['look'] }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => readCall(call(rest))).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('reads the smallest request', () => {
    expect(readCall(call({}))).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
  });

  it('reads what the gateway decides by', () => {
    const tools = [{ type: 'function', name: 'look' }, { type: 'web_search' }];
    expect(readCall(call({ stream: true, max_output_tokens: 7, max_tool_calls: 2, tools }))).toEqual({
      model: 'm',
      stream: true,
      maxOutputTokens: 7,
      tools: ['look', 'web_search'],
    });
  });

  it('litellm#13420: takes items of every type, reasoning among them, and such as it does not know', () => {
    expect(readCall(call({ input: [...allItems, ...references], store: false, include: ['reasoning.encrypted_content'] })).model).toBe('m');
  });
});
