import { describe, expect, it } from 'vitest';
import type { CallFacts } from '../../../../core/src/dialects/dialect.ts';
import { googleEmbedContent } from '../../../../core/src/dialects/google-embed-content/google-embed-content.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const content = { parts: [{ text: 'a' }] };
const read = (body: object): CallFacts =>
  googleEmbedContent.readCall(body as JsonObject, { path: '/v1beta/models/m:embedContent', parameter: 'm', query: '' });

describe('googleEmbedContent', () => {
  it('reads one content', () => {
    expect(read({ content })).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
    expect([...googleEmbedContent.requestTexts({ content })]).toMatchObject([{ text: 'a', scope: 'user' }]);
    expect([...googleEmbedContent.attachments({ content: { parts: [{ fileData: {} }] } })]).toHaveLength(1);
  });

  it.each([
    ['content', {}],
    ['model', { model: 'models/other', content }],
    ['task_type', { content, taskType: 'A', task_type: 'B' }],
  ])('names %s when it is wrong: %j', (param, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it('writes the provider’s model where the body repeats it', () => {
    const document = new JsonDocument('{"model":"models/chat","content":{}}');
    googleEmbedContent.setModel(document, 'gemini-embedding-x');
    expect(document.toText()).toBe('{"model":"models/gemini-embedding-x","content":{}}');
  });

  it('reports the usage that the answer has, and no texts', () => {
    const body = { embedding: { values: [0.1] }, usageMetadata: { promptTokenCount: 4 } };
    expect(googleEmbedContent.usage(body)).toMatchObject({ input: 4, output: undefined });
    expect([...googleEmbedContent.responseTexts(body)]).toEqual([]);
    expect(googleEmbedContent.answerBody({ id: 'r', model: 'm', text: 'x', usage: undefined, created: 1 })).toBeUndefined();
  });
});
