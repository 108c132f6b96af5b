import { describe, expect, it } from 'vitest';
import { openaiInputTokens } from '../../../../core/src/dialects/openai-input-tokens/openai-input-tokens.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import { anywhere } from '../../harness/address.ts';

const read = (rest: object) => openaiInputTokens.readCall({ model: 'm', input: 'hi', ...rest } as JsonObject, anywhere);

describe('openaiInputTokens', () => {
  it('answers to its path, and never streams', () => {
    expect(openaiInputTokens.routes).toEqual([{ method: 'POST', path: '/v1/responses/input_tokens' }]);
    expect(openaiInputTokens.stream).toBeUndefined();
    expect(read({ stream: true }).stream).toBe(false);
  });

  it('reads a request as the Responses do', () => {
    const tools = [{ type: 'function', name: 'look' }];
    expect(read({ tools })).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: ['look'] });
    const body = { model: 'm', input: [{ role: 'user', content: 'hi' }], instructions: 'be kind', previous_response_id: 'resp_1' };
    expect([...openaiInputTokens.requestTexts(body)].map(({ text }) => text).sort()).toEqual(['be kind', 'hi']);
    expect(openaiInputTokens.states?.(body)).toEqual(['resp_1']);
    const image = { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AA' }] };
    expect([...openaiInputTokens.attachments({ input: [image] })]).toHaveLength(1);
  });

  it.each([
    ['model', { model: undefined }],
    ['input', { input: null }],
    ['input[0]', { input: ['hi'] }],
    ['tools', { tools: 'x' }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
  ])('names %s when it is wrong', (param, rest) => {
    expect(() => read(rest)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "input":"x", "model" : "chat" }');
    openaiInputTokens.setModel(document, 'gpt-5');
    expect(document.toText()).toBe('{ "input":"x", "model" : "gpt-5" }');
  });

  it('tokens that were counted were not used, and no text could be the answer', () => {
    const body = { object: 'response.input_tokens', input_tokens: 11 };
    expect(openaiInputTokens.usage(body)).toBeUndefined();
    expect([...openaiInputTokens.responseTexts(body)]).toEqual([]);
    expect(openaiInputTokens.finishReason(body)).toBeUndefined();
    expect(openaiInputTokens.answerBody({ id: 'x', model: 'm', text: 'x', usage: undefined, created: 1 })).toBeUndefined();
  });
});
