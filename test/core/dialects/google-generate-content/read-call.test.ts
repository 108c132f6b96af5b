import { describe, expect, it } from 'vitest';
import type { CallFacts } from '../../../../core/src/dialects/dialect.ts';
import { readCall } from '../../../../core/src/dialects/google-generate-content/read-call.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const call = (method: string, query = '', rest: object = {}): CallFacts =>
  readCall({ contents, ...rest } as JsonObject, { path: `/v1beta/models/google/gemini-x:${method}`, parameter: 'google/gemini-x', query });

describe('readCall', () => {
  it('the path says which model, and whether to stream', () => {
    expect(call('generateContent')).toEqual({ model: 'google/gemini-x', stream: false, maxOutputTokens: undefined, tools: [] });
    expect(call('streamGenerateContent', 'alt=sse')).toMatchObject({ model: 'google/gemini-x', stream: true });
    expect(call('generateContent', 'alt=sse', { stream: true })).toMatchObject({ stream: false });
  });

  it('reads what the gateway decides by', () => {
    expect(call('generateContent', '', { generation_config: { max_output_tokens: 9 }, tools: [{ google_search: {} }] })).toMatchObject({
      maxOutputTokens: 9,
      tools: ['googleSearch'],
    });
  });

  it.each(['alt=sse', 'key=x&alt=sse', '$alt=sse', '%24alt=sse'])('streams events for who asks with ?%s', (query) => {
    expect(call('streamGenerateContent', query).stream).toBe(true);
  });

  it.each(['', 'alt=json', 'alt=', 'alt=SSE', 'x=alt=sse', '$alt=json;enum-encoding=int'])(
    'another stream is a 400 that says what to add: ?%s',
    (query) => {
      expect(() => call('streamGenerateContent', query)).toThrow(
        expect.objectContaining({
          code: 'GW_BAD_REQUEST',
          param: 'alt',
          status: 400,
          message: expect.stringContaining('add ?alt=sse') as string,
        }),
      );
    },
  );

  it.each([
    ['system_instruction', { systemInstruction: 'a', system_instruction: 'b' }],
    ['contents', { contents: [] }],
    ['model', { model: 'models/other' }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => call('generateContent', '', rest)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });
});
