import { describe, expect, it } from 'vitest';
import type { CallFacts } from '../../../../core/src/dialects/dialect.ts';
import { googleCountTokens } from '../../../../core/src/dialects/google-count-tokens/google-count-tokens.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const contents = [{ role: 'user', parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/png', data: 'AA' } }] }];
const read = (body: object): CallFacts =>
  googleCountTokens.readCall(body as JsonObject, { path: '/v1/models/m:countTokens', parameter: 'm', query: '' });
const places = (body: object): string[] => [...googleCountTokens.requestTexts(body as JsonObject)].map(({ path }) => path.join('.'));

describe('googleCountTokens', () => {
  it('reads contents alone, or a whole request', () => {
    expect(read({ contents })).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
    const request = { model: 'models/m', contents, tools: [{ googleSearch: {} }], generationConfig: { maxOutputTokens: 3 } };
    expect(read({ generateContentRequest: request })).toEqual({ model: 'm', stream: false, maxOutputTokens: 3, tools: ['googleSearch'] });
    expect(read({ generate_content_request: request })).toMatchObject({ maxOutputTokens: 3 });
    expect(read({ contents, generateContentRequest: null })).toMatchObject({ model: 'm' });
  });

  it.each([
    ['contents', {}],
    ['contents', { contents: 'hi' }],
    ['contents', { contents, generateContentRequest: { contents } }],
    ['generateContentRequest', { generateContentRequest: [] }],
    ['generateContentRequest.contents', { generateContentRequest: {} }],
    ['generateContentRequest.model', { generateContentRequest: { model: 'models/other', contents } }],
    ['model', { model: 'models/other', contents }],
    ['model', { model: 'models/other', generateContentRequest: { contents } }],
    ['generate_content_request', { generateContentRequest: { contents }, generate_content_request: { contents } }],
    [
      'generateContentRequest.system_instruction',
      { generateContentRequest: { contents, systemInstruction: 'a', system_instruction: 'b' } },
    ],
  ])('names %s when it is wrong: %j', (param, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('reaches the texts and attachments of either form', () => {
    expect(places({ contents, systemInstruction: 'x' })).toEqual(['systemInstruction', 'contents.0.parts.0.text']);
    expect(places({ generate_content_request: { contents } })).toEqual(['generate_content_request.contents.0.parts.0.text']);
    expect([...googleCountTokens.attachments({ generateContentRequest: { contents } })]).toMatchObject([
      { kind: 'image', path: ['generateContentRequest', 'contents', 0, 'parts', 1] },
    ]);
  });

  it('writes the provider’s model wherever the body repeats it', () => {
    for (const key of ['generateContentRequest', 'generate_content_request']) {
      const document = new JsonDocument(`{"${key}":{"model":"models/chat" ,"n":1.0}}`);
      googleCountTokens.setModel(document, 'gemini-x');
      expect(document.toText()).toBe(`{"${key}":{"model":"models/gemini-x" ,"n":1.0}}`);
    }
    const plain = new JsonDocument('{"contents":[]}');
    googleCountTokens.setModel(plain, 'gemini-x');
    expect(plain.edited).toBe(false);
  });

  it('counting is no use of the model: nothing is booked', () => {
    expect(googleCountTokens.usage({ totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] })).toBeUndefined();
  });

  it('cached content within the request ties it to one account', () => {
    expect(googleCountTokens.states?.({ generateContentRequest: { cachedContent: 'cachedContents/a' } })).toEqual(['cachedContents/a']);
    expect(googleCountTokens.states?.({ contents })).toEqual([]);
  });
});
