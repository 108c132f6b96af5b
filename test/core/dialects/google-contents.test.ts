import { describe, expect, it } from 'vitest';
import {
  argumentName,
  contentAttachments,
  contentTexts,
  type GoogleText,
  partsTexts,
  stringsOf,
} from '../../../core/src/dialects/google-contents.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../core/src/model/json.ts';

const texts = (body: JsonObject): GoogleText[] => [...contentTexts(body, 'contents', [])];
const spoken = (body: JsonObject): string[] => texts(body).map(({ scope, text }) => `${scope}:${text}`);
const ofPart = (part: JsonObject): string[] =>
  [...partsTexts({ parts: [part] }, [], 'assistant')].map(({ scope, text }) => `${scope}:${text}`);

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('contentTexts', () => {
  it('the role says whose a text is', () => {
    const roles = ['user', undefined, null, 'model', 'function', 'tool', 'system', 'stranger'];
    const contents = roles.map((role) => ({ ...(role !== undefined && { role }), parts: [{ text: 'x' }] }));
    expect(texts({ contents }).map(({ scope }) => scope)).toEqual([
      ...['user', 'user', 'user', 'assistant', 'toolOutput', 'toolOutput', 'system', 'other'],
    ]);
  });

  it('takes what Google’s parser takes: one element without its list, a text without its part', () => {
    expect(spoken({ contents: { parts: { text: 'a' } } })).toEqual(['user:a']);
    expect(spoken({ contents: ['a', { parts: ['b', { text: 'c' }] }] })).toEqual(['user:a', 'user:b', 'user:c']);
    expect(spoken({ contents: 'a' })).toEqual(['user:a']);
  });

  it('every text has its place', () => {
    const body = { contents: [{ parts: { text: 'a' } }, { role: 'model', parts: [{ function_call: { args: { q: ['b'] } } }] }] };
    for (const { path, text } of texts(body)) expect(valueAt(body, path)).toBe(text);
    expect(texts(body).map(({ path }) => path.join('.'))).toEqual(['contents.0.parts.text', 'contents.1.parts.0.function_call.args.q.0']);
  });

  it.each([null, 5, true, [null, 1, []], [{ parts: null }], [{ parts: [null, 5, [], {}] }], [{ parts: 5 }]])('%j has none', (contents) => {
    expect(texts({ contents: contents as JsonValue })).toEqual([]);
  });
});

describe('partsTexts', () => {
  it('a thought is the model’s text, one that is signed is opaque; a signed answer is to be read', () => {
    expect(ofPart({ text: 'a', thought: true })).toEqual(['assistant:a']);
    expect(ofPart({ text: 'a', thought: true, thoughtSignature: 'c2ln' })).toEqual([]);
    expect(ofPart({ text: 'a', thought: true, thought_signature: 'c2ln' })).toEqual([]);
    expect(ofPart({ text: 'a', thought: true, thoughtSignature: '' })).toEqual(['assistant:a']);
    expect(ofPart({ text: 'a', thoughtSignature: 'c2ln' })).toEqual(['assistant:a']);
    expect(ofPart({ functionCall: { args: { q: 'a' } }, thoughtSignature: 'c2ln' })).toEqual(['toolInput:a']);
  });

  it('media are not texts, their names are', () => {
    expect(ofPart({ inlineData: { mimeType: 'image/png', data: 'AAAA', displayName: 'n' } })).toEqual(['other:n']);
    expect(ofPart({ fileData: { mimeType: 'image/png', fileUri: 'gs://b/o', displayName: 'n' } })).toEqual(['other:n']);
  });

  it('says what a stream goes on with', () => {
    const parts = [
      { text: 'a' },
      { text: 'b', thought: true },
      { functionCall: { args: { q: 'c' } } },
      { functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'd' }, { numberValue: 1 }, { string_value: 'e' }, null] } },
    ];
    expect([...partsTexts({ parts }, [], 'assistant')].map(({ continues }) => continues)).toEqual([
      ...['text', 'thought', undefined, 'argument:$.city:', 'argument::'],
    ]);
  });

  it('no argument’s name is the beginning of another’s', () => {
    expect(argumentName({ jsonPath: '$.ab' }).startsWith(argumentName({ jsonPath: '$.a' }))).toBe(false);
  });
});

describe('stringsOf', () => {
  it('are all strings within, whatever holds them', () => {
    const body = { args: { a: 'x', b: [{ c: 'y' }, 1, null], '': 'z' } };
    const found = [...stringsOf(body, 'args', ['at'], 'toolInput')];
    expect(found.map(({ text }) => text)).toEqual(['x', 'y', 'z']);
    for (const { path, text } of found) expect(valueAt({ at: body }, path)).toBe(text);
    expect([...stringsOf({ args: 'x' }, 'args', [], 'other')].map(({ path }) => path)).toEqual([['args']]);
    expect([...stringsOf({ args: null }, 'args', [], 'other'), ...stringsOf({}, 'args', [], 'other')]).toEqual([]);
  });
});

describe('contentAttachments', () => {
  const refs = (...parts: JsonObject[]): string[] =>
    [...contentAttachments({ contents: [{ parts }] }, 'contents', [])].map(
      ({ kind, ref, path }) => `${kind} ${ref} ${path.slice(2).join('.')}`,
    );

  it('are told by their media type', () => {
    const types = ['image/png', 'audio/wav', 'video/mp4', 'application/pdf', 'IMAGE/JPEG'];
    expect(refs(...types.map((mimeType) => ({ inlineData: { mimeType, data: 'AA' } })))).toEqual([
      ...['image inline parts.0', 'audio inline parts.1', 'file inline parts.2', 'file inline parts.3', 'image inline parts.4'],
    ]);
    expect(refs({ inline_data: { mime_type: 'image/png', data: 'AA' } }, { inlineData: {} })).toEqual([
      'image inline parts.0',
      'file inline parts.1',
    ]);
  });

  it.each([
    ['gs://bucket/object.png', 'url'],
    ['https://example.test/files/a.png', 'url'],
    ['https://www.youtube.com/watch?v=x', 'url'],
    ['https://generativelanguage.googleapis.com.example.test/v1beta/files/abc', 'url'],
    ['https://generativelanguage.googleapis.com/v1beta/files/abc', 'id'],
    ['https://generativelanguage.googleapis.com/files/abc', 'id'],
    ['files/abc', 'id'],
    ['files/', 'url'],
    [undefined, 'url'],
  ])('%s is an %s', (fileUri, ref) => {
    expect(refs({ fileData: { mimeType: 'image/png', ...(fileUri !== undefined && { fileUri }) } })).toEqual([`image ${ref} parts.0`]);
    if (fileUri !== undefined) expect(refs({ file_data: { mime_type: 'image/png', file_uri: fileUri } })).toEqual([`image ${ref} parts.0`]);
  });

  it('those that tools gave back count too', () => {
    expect(refs({ functionResponse: { name: 'f', response: {}, parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }] } })).toEqual(
      ['image inline parts.0.functionResponse.parts.0'],
    );
  });

  it.each([null, 'x', 5, [null, 'x'], [{ parts: 'x' }], [{ parts: [{ inlineData: 'x', fileData: [] }] }]])('%j has none', (contents) => {
    expect([...contentAttachments({ contents: contents as JsonValue }, 'contents', [])]).toEqual([]);
  });
});
