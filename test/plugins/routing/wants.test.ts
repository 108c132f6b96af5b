import { describe, expect, it } from 'vitest';
import { lacking, wantsOf } from '../../../plugins/routing/src/wants.ts';
import { callOf } from './context.ts';

describe('wantsOf', () => {
  it.each([
    ['Chat Completions', { response_format: { type: 'json_schema', json_schema: {} } }],
    ['Responses', { text: { format: { type: 'json_schema' } } }],
    ['Messages', { output_config: { format: { type: 'json_schema' } } }],
    ['Messages in beta', { output_format: { type: 'json_schema' } }],
    ['Gemini', { generationConfig: { responseSchema: { type: 'OBJECT' } } }],
    ['Gemini with JSON schema', { generationConfig: { responseJsonSchema: {} } }],
    ['Gemini in the other spelling', { generation_config: { response_schema: {} } }],
  ])('finds the JSON schema of %s', (_format, body) => expect(wantsOf(callOf({ body }), 0).jsonSchema).toBe(true));

  it.each([
    [{}],
    [{ response_format: { type: 'json_object' } }],
    [{ response_format: null }],
    [{ response_format: 'json_schema' }],
    [{ text: [] }],
    [{ generationConfig: { responseSchema: null } }],
  ])('finds none in %j, and does not throw', (body) => expect(wantsOf(callOf({ body }), 0).jsonSchema).toBe(false));

  it('has room for input and output in mind', () => {
    expect(wantsOf(callOf({ maxOutputTokens: 100 }), 20).contextTokens).toBe(120);
    expect(wantsOf(callOf(), 20).contextTokens).toBe(20);
  });

  it('sees tools and images, and takes no audio for an image', () => {
    expect(wantsOf(callOf({ tools: ['f'], attachments: ['image'] }), 0)).toMatchObject({ tools: true, vision: true });
    expect(wantsOf(callOf({ attachments: ['audio', 'file'] }), 0)).toMatchObject({ tools: false, vision: false });
  });
});

describe('lacking', () => {
  const all = { tools: true, vision: true, jsonSchema: true, contextTokens: 9_000 };

  it('names everything that is known to be missing', () => {
    expect(lacking(all, { tools: false, vision: false, jsonSchema: false, contextTokens: 8_192 })).toEqual([
      'tools',
      'images',
      'answers by JSON schema',
      'room for about 9000 tokens (it has 8192)',
    ]);
  });

  it('takes what is not known for no lack', () => {
    expect(lacking(all, undefined)).toEqual([]);
    expect(lacking(all, {})).toEqual([]);
  });

  it('does not mind what is not asked for', () => {
    const nothing = { tools: false, vision: false, jsonSchema: false, contextTokens: 8_192 };
    expect(lacking(nothing, { tools: false, vision: false, jsonSchema: false, contextTokens: 8_192 })).toEqual([]);
  });
});
