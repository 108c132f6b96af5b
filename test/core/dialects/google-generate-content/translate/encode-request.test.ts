import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../../../../core/src/dialects/google-generate-content/translate/encode-request.ts';
import type { NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { request as least, text } from '../../translate/neutral.ts';

const request: NeutralRequest = {
  ...least,
  model: 'gemini-3-flash-preview',
  stream: true,
  turns: [
    { role: 'system', parts: [text('be kind')] },
    { role: 'user', parts: [text('hi')] },
  ],
};
const target = { model: 'gemini-3-flash-preview', maxOutputTokens: undefined, quirks: {} };

describe('encodeRequest', () => {
  it('images where there are none are refused, also those in results', () => {
    const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } } as const;
    const blind = { ...target, quirks: { images: false } };
    const refused = [{ field: 'images', level: 'refuse' }];
    expect(encodeRequest({ ...request, turns: [{ role: 'user', parts: [image] }] }, blind).losses).toEqual(refused);
    const results = [{ callId: 'a', name: undefined, parts: [image], isError: false }];
    expect(encodeRequest({ ...request, turns: [{ role: 'tool', results }] }, blind).losses).toEqual(refused);
    expect(encodeRequest(request, blind).losses).toEqual([]);
  });

  it('there is no end user', () => {
    expect(encodeRequest({ ...request, user: 'u' }, target).losses).toEqual([{ field: 'user', level: 'drop' }]);
  });

  it('claude-code-router#645, #667, #515: neither model nor `stream` is in the body', () => {
    expect(encodeRequest(request, target)).toEqual({
      value: { systemInstruction: { parts: [{ text: 'be kind' }] }, contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
      losses: [],
    });
  });

  it('bifrost#898, #2082: the same request is the same text', () => {
    const tools = ['z', 'a', '1'].map((name) => ({
      name,
      description: name,
      parameters: { type: 'object', properties: { z: {}, a: {} } },
      strict: undefined,
    }));
    const text = () => JSON.stringify(encodeRequest({ ...request, tools, temperature: 1, maxOutputTokens: 5 }, target).value);
    expect(text()).toBe(text());
    expect(text()).toBe(
      '{"systemInstruction":{"parts":[{"text":"be kind"}]},"contents":[{"role":"user","parts":[{"text":"hi"}]}],"tools":[{"functionDeclarations":[' +
        ['z', 'a', '1']
          .map((name) => `{"name":"${name}","description":"${name}","parametersJsonSchema":{"type":"object","properties":{"z":{},"a":{}}}}`)
          .join(',') +
        ']}],"generationConfig":{"maxOutputTokens":5,"temperature":1}}',
    );
  });
});
