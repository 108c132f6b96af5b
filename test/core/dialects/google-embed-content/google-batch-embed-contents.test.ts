import { describe, expect, it } from 'vitest';
import type { CallFacts } from '../../../../core/src/dialects/dialect.ts';
import { googleBatchEmbedContents } from '../../../../core/src/dialects/google-embed-content/google-batch-embed-contents.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const content = { parts: [{ text: 'a' }] };
const read = (body: object): CallFacts =>
  googleBatchEmbedContents.readCall(body as JsonObject, { path: '/v1/models/m:batchEmbedContents', parameter: 'm', query: '' });

describe('googleBatchEmbedContents', () => {
  it('reads a batch whose requests all name the model of the path', () => {
    expect(read({ requests: [{ model: 'models/m', content }, { content }] })).toEqual({
      model: 'm',
      stream: false,
      maxOutputTokens: undefined,
      tools: [],
    });
  });

  it.each([
    ['requests', {}],
    ['requests', { requests: [] }],
    ['requests', { requests: { content } }],
    ['requests[1]', { requests: [{ content }, null] }],
    ['requests[1].content', { requests: [{ content }, {}] }],
    [
      'requests[1].model',
      {
        requests: [
          { model: 'models/m', content },
          { model: 'models/dear', content },
        ],
      },
    ],
    ['requests[0].task_type', { requests: [{ content, taskType: 'A', task_type: 'B' }] }],
  ])('names %s when it is wrong: %j', (param, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('reaches the texts and attachments of every request', () => {
    const body = { requests: [{ content }, { content: { parts: [{ inlineData: { mimeType: 'audio/wav' } }] }, title: 'b' }] };
    expect([...googleBatchEmbedContents.requestTexts(body)].map(({ path }) => path.join('.'))).toEqual([
      'requests.0.content.parts.0.text',
      'requests.1.title',
    ]);
    expect([...googleBatchEmbedContents.attachments(body)]).toEqual([
      { kind: 'audio', ref: 'inline', path: ['requests', 1, 'content', 'parts', 0] },
    ]);
  });

  it('writes the provider’s model into every request that names one, and nothing else', () => {
    const document = new JsonDocument('{"requests":[{"model":"models/chat" ,"n":1.0},{"n":2.0},{"model":"models/chat"}]}');
    googleBatchEmbedContents.setModel(document, 'gemini-embedding-x');
    expect(document.toText()).toBe(
      '{"requests":[{"model":"models/gemini-embedding-x" ,"n":1.0},{"n":2.0},{"model":"models/gemini-embedding-x"}]}',
    );
  });

  it('so also after a plugin changed the list', () => {
    const document = new JsonDocument('{"requests":[{"model":"models/a","n":1},{"model":"models/a","n":2}]}');
    document.removeKey(['requests', 0]);
    googleBatchEmbedContents.setModel(document, 'b');
    expect(JSON.parse(document.toText())).toEqual({ requests: [{ model: 'models/b', n: 2 }] });
  });
});
