import { describe, expect, it } from 'vitest';
import { checkEmbedRequest, embedAttachments, embedTexts } from '../../../../core/src/dialects/google-embed-content/embed-request.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const content = { parts: [{ text: 'a' }] };

describe('checkEmbedRequest', () => {
  it.each([
    ['requests[0].content', {}],
    ['requests[0].content', { content: 'hi' }],
    ['requests[0].content', { content: [content] }],
    ['requests[0].model', { model: 'models/other', content }],
    ['requests[0].model', { model: 5, content }],
    ['requests[0].outputDimensionality', { content, outputDimensionality: '5' }],
    ['requests[0].output_dimensionality', { content, output_dimensionality: -1 }],
  ])('names %s when it is wrong: %j', (param, request) => {
    expect(() => checkEmbedRequest(request as JsonObject, 'requests[0].', 'm')).toThrow(
      expect.objectContaining({ code: 'GW_BAD_REQUEST', param }),
    );
  });

  it('takes what clients send', () => {
    for (const request of [{ content }, { model: 'models/m', content, taskType: 'RETRIEVAL_QUERY', outputDimensionality: 128 }])
      expect(() => checkEmbedRequest(request, '', 'm')).not.toThrow();
  });
});

describe('embedTexts', () => {
  it('are the content’s, whatever its role, and the title’s', () => {
    const request = {
      content: { role: 'model', parts: [{ text: 'a' }, 'b'] },
      title: 'c',
      taskType: 'RETRIEVAL_DOCUMENT',
      embed_content_config: { title: 'd' },
    };
    expect([...embedTexts(request, ['at'])].map(({ scope, text, path }) => `${scope} ${text} ${path.join('.')}`)).toEqual([
      'user a at.content.parts.0.text',
      'user b at.content.parts.1',
      'user c at.title',
      'user d at.embed_content_config.title',
    ]);
    expect([...embedTexts({ content: { parts: { text: 'a' } } }, [])]).toHaveLength(1);
  });
});

describe('embedAttachments', () => {
  it('are the content’s', () => {
    const request = { content: { parts: [{ text: 'a' }, { inline_data: { mime_type: 'image/png', data: 'AA' } }] } };
    expect([...embedAttachments(request, [])]).toEqual([{ kind: 'image', ref: 'inline', path: ['content', 'parts', 1] }]);
  });
});
