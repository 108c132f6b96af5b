import { describe, expect, it } from 'vitest';
import { readCall } from '../../../../core/src/dialects/anthropic-messages/read-call.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const request = (rest: object): JsonObject =>
  ({ model: 'claude', max_tokens: 16, messages: [{ role: 'user', content: 'x' }], ...rest }) as JsonObject;

describe('readCall', () => {
  it('bifrost#6457: reads model, stream, limit and tools', () => {
    const body = request({ stream: true, tools: [{ name: 'look', input_schema: {} }] });
    expect(readCall(body)).toEqual({ model: 'claude', stream: true, maxOutputTokens: 16, tools: ['look'] });
  });

  it('0 tokens are a limit: it warms the cache', () => {
    expect(readCall(request({ max_tokens: 0 }))).toEqual({ model: 'claude', stream: false, maxOutputTokens: 0, tools: [] });
  });

  it.each([
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: null }],
    ['max_tokens', { max_tokens: -1 }],
    ['max_tokens', { max_tokens: -0 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_tokens', { max_tokens: '16' }],
    ['stream', { stream: 'true' }],
    ['stream', { stream: 1 }],
    ['model', { model: undefined }],
    ['messages', { messages: [] }],
  ])('names the field at fault: %s', (param, rest) => {
    expect(() => readCall(request(rest))).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it.each([
    { temperature: 0.5, top_k: 5 },
    { stream: null },
    { thinking: { type: 'adaptive' } },
    { messages: [{ role: 'system', content: [] }] },
    { a_beta_of_tomorrow: {} },
  ])('what is not the gateway’s to decide by passes: %j', (rest) => {
    expect(readCall(request(rest)).model).toBe('claude');
  });
});
