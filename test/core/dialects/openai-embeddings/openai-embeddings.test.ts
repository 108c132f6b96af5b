import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openaiEmbeddings } from '../../../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';
import { parseCall } from '../../../../core/src/parsed-call.ts';
import { anywhere } from '../../harness/address.ts';

const limits = { depth: 64, values: 500_000, keys: 10_000 };
const request = (rest: object): JsonObject => ({ model: 'm', input: 'text', ...rest }) as JsonObject;
const read = (rest: object) => openaiEmbeddings.readCall(request(rest), anywhere);

function textsOf(rest: object): unknown[] {
  return [...openaiEmbeddings.requestTexts(request(rest))].map(({ path, text, scope }) => [path.join('.'), text, scope]);
}

describe('openaiEmbeddings', () => {
  it('answers to its path', () => {
    expect(openaiEmbeddings.routes).toEqual([{ method: 'POST', path: '/v1/embeddings' }]);
  });

  it('never streams, whatever the client says', () => {
    expect(openaiEmbeddings.stream).toBeUndefined();
    expect(read({ stream: true }).stream).toBe(false);
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "input":[1.0, 2e3], "m\\u006fdel" : "embed" , "dimensions":8}');
    openaiEmbeddings.setModel(document, 'text-embedding-3-small');
    expect(document.toText()).toBe('{ "input":[1.0, 2e3], "m\\u006fdel" : "text-embedding-3-small" , "dimensions":8}');
  });

  it('has no finish reason, and no text that could be its answer', () => {
    expect(openaiEmbeddings.finishReason({ choices: [{ finish_reason: 'stop' }] })).toBeUndefined();
    expect(openaiEmbeddings.answerBody({ id: 'e', model: 'm', text: 'x', usage: undefined, created: 1 })).toBeUndefined();
    expect([...openaiEmbeddings.responseTexts({ data: [{ embedding: [0.1], index: 0 }] })]).toEqual([]);
  });

  it('usage is input alone: no output was reported, so it is unknown', () => {
    expect(openaiEmbeddings.usage({ usage: { prompt_tokens: 8, total_tokens: 8 } })).toMatchObject({ input: 8, output: undefined });
  });
});

describe('a request', () => {
  it.each([
    ['a text', 'one'],
    ['texts', ['one', 'two']],
    ['tokens', [1, 2, 3]],
    ['lists of tokens', [[1, 2], [3]]],
    ['an empty text: the provider’s to judge', ''],
  ])('may give %s', (_what, input) => {
    expect(read({ input })).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
  });

  it.each([
    ['model', { model: undefined }],
    ['model', { model: '' }],
    ['model', { model: ['m'] }],
    ['input', { input: undefined }],
    ['input', { input: null }],
    ['input', { input: 7 }],
    ['input', { input: [] }],
    ['input', { input: {} }],
    ['input', { input: Array(2_049).fill('x') }],
    ['input', { input: [1, ...Array(2_048).fill('x')] }],
    ['dimensions', { dimensions: -1 }],
    ['dimensions', { dimensions: 0.5 }],
    ['dimensions', { dimensions: '8' }],
    ['anything', { anything: Number.POSITIVE_INFINITY }],
  ])('names %s when it is wrong', (param, rest) => {
    expect(() => read(rest)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('may give 2,048 inputs, and one input of many more tokens', () => {
    expect(() => read({ input: Array(2_048).fill('x') })).not.toThrow();
    expect(() => read({ input: Array(8_192).fill(1) })).not.toThrow();
  });
});

describe('the texts of a request', () => {
  it('are its input and the end user’s name', () => {
    expect(textsOf({ input: 'one', user: 'eve' })).toEqual([
      ['input', 'one', 'user'],
      ['user', 'eve', 'other'],
    ]);
    expect(textsOf({ input: ['one', '', 'three'] })).toEqual([
      ['input.0', 'one', 'user'],
      ['input.1', '', 'user'],
      ['input.2', 'three', 'user'],
    ]);
  });

  it('tokens are none: there is nothing to read', () => {
    expect(textsOf({ input: [1, 2] })).toEqual([]);
    expect(textsOf({ input: [[1], [2]] })).toEqual([]);
  });

  it('no text is out of reach, however it is wrapped: what passes unseen would pass unredacted', () => {
    const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<JsonValue>('canary', 'other', 5, null),
        fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(fc.constantFrom('text', 'content', 'image'), tie('value'), { maxKeys: 2 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (input) => {
        const text = JSON.stringify(request({ input }));
        const call = parseCall(openaiEmbeddings, anywhere, Buffer.from(text), text, limits);
        for (const reference of call.texts()) reference.replace(reference.text.replaceAll('canary', '[gone]'));
        expect(call.document.toText()).toBe(text.replaceAll('canary', '[gone]'));
      }),
    );
  });
});
