import { describe, expect, it } from 'vitest';
import { openaiModerations } from '../../../../core/src/dialects/openai-moderations/openai-moderations.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';
import { anywhere } from '../../harness/address.ts';
import { junk } from '../openai-responses/every-text.ts';

const read = (rest: object) => openaiModerations.readCall({ model: 'm', input: 'hi', ...rest } as JsonObject, anywhere);
const textsOf = (input: JsonValue): string[] =>
  [...openaiModerations.requestTexts({ model: 'm', input })].map(({ path, text, scope }) => `${scope} ${path.join('.')} ${text}`);

describe('openaiModerations', () => {
  it('answers to its path, and never streams', () => {
    expect(openaiModerations.routes).toEqual([{ method: 'POST', path: '/v1/moderations' }]);
    expect(openaiModerations.stream).toBeUndefined();
    expect(read({ stream: true })).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
  });

  it('a request without model, which OpenAI takes, is told what to add', () => {
    expect(() => read({ model: undefined })).toThrow(
      expect.objectContaining({
        code: 'GW_BAD_REQUEST',
        param: 'model',
        message: expect.stringContaining('omni-moderation-latest') as string,
      }),
    );
  });

  it.each([
    ['model', { model: 5 }],
    ['model', { model: '' }],
    ['input', { input: undefined }],
    ['input', { input: [] }],
    ['input', { input: {} }],
    ['input', { input: 5 }],
    ['anything', { anything: Number.NEGATIVE_INFINITY }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => read(rest)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('texts are the input, in each of its forms', () => {
    expect(textsOf('one')).toEqual(['user input one']);
    expect(textsOf(['one', 'two'])).toEqual(['user input.0 one', 'user input.1 two']);
    const image = { type: 'image_url', image_url: { url: 'https://example.test/a.png' } };
    expect(textsOf([{ type: 'text', text: 'one' }, image, { type: 'new', caption: 'two' }])).toEqual([
      'user input.0.text one',
      'user input.2.caption two',
    ]);
  });

  it('attachments are images', () => {
    const images = ['https://example.test/a.png', 'data:image/png;base64,AA'].map((url) => ({ type: 'image_url', image_url: { url } }));
    expect([...openaiModerations.attachments({ input: ['x', ...images] })]).toEqual([
      { kind: 'image', ref: 'url', path: ['input', 1] },
      { kind: 'image', ref: 'inline', path: ['input', 2] },
    ]);
    for (const input of junk) expect([...openaiModerations.attachments({ input })]).toEqual([]);
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "input":"x", "model" : "mod" }');
    openaiModerations.setModel(document, 'omni-moderation-latest');
    expect(document.toText()).toBe('{ "input":"x", "model" : "omni-moderation-latest" }');
  });

  it('answers with scores: no text, no usage, no finish', () => {
    const body = { id: 'modr_1', model: 'm', results: [{ flagged: true, categories: { hate: true }, category_scores: { hate: 0.9 } }] };
    expect([...openaiModerations.responseTexts(body)]).toEqual([]);
    expect([openaiModerations.usage(body), openaiModerations.finishReason(body)]).toEqual([undefined, undefined]);
    expect(openaiModerations.answerBody({ id: 'x', model: 'm', text: 'x', usage: undefined, created: 1 })).toBeUndefined();
  });
});
