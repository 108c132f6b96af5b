import { describe, expect, it } from 'vitest';
import { googleGenerateContent } from '../../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

describe('googleGenerateContent', () => {
  it('answers to every path that clients of Google ask', () => {
    const paths = googleGenerateContent.routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(paths).size).toBe(6);
    for (const place of ['/v1', '/v1beta', '/v1beta1'])
      for (const method of ['generateContent', 'streamGenerateContent']) expect(paths).toContain(`POST ${place}/*:${method}`);
  });

  it('has no place for the model in the body, but writes over one that is there', () => {
    const document = new JsonDocument('{"contents":[{"model":"no"}] ,"n":1.0}');
    googleGenerateContent.setModel(document, 'gemini-x');
    expect(document.edited).toBe(false);
    const repeated = new JsonDocument('{"model":"models/chat" ,"n":1.0}');
    googleGenerateContent.setModel(repeated, 'gemini-x');
    expect(repeated.toText()).toBe('{"model":"models/gemini-x" ,"n":1.0}');
  });

  it('cached content ties a call to one account', () => {
    expect(googleGenerateContent.states?.({ cached_content: 'cachedContents/a' })).toEqual(['cachedContents/a']);
    expect(googleGenerateContent.states?.({})).toEqual([]);
  });

  it('texts and attachments are those of the request', () => {
    const body = { contents: [{ parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: 'AA' } }] }] };
    expect([...googleGenerateContent.requestTexts(body)]).toMatchObject([{ text: 'a', path: ['contents', 0, 'parts', 0, 'text'] }]);
    expect([...googleGenerateContent.attachments(body)]).toEqual([{ kind: 'image', ref: 'inline', path: ['contents', 0, 'parts', 1] }]);
  });
});
