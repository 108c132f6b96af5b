import { describe, expect, it } from 'vitest';
import { responsesAnswerTexts, responsesAttachments, responsesRequestTexts } from '../../../core/src/dialects/openai-responses-texts.ts';
import { textReferences } from '../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import { isJsonObject, type JsonObject } from '../../../core/src/model/json.ts';
import { expectEveryText, junk, mangled, valueAt } from './openai-responses/every-text.ts';
import { allItems, references } from './openai-responses/items.ts';

/** What answers echo. */
const settings = {
  instructions: 'T:system',
  prompt: {
    id: 'pmpt_1',
    version: '2',
    variables: {
      id: 'T:user',
      url: 'T:user',
      topic: { type: 'input_text', text: 'T:user' },
      picture: { type: 'input_image', image_url: 'https://example.test/a.png' },
    },
  },
  tools: [
    {
      type: 'function',
      name: 'look',
      strict: true,
      description: 'T:toolDefinition',
      parameters: {
        type: 'object',
        properties: { unit: { type: 'string', enum: ['T:toolDefinition'], default: 'T:toolDefinition' } },
        required: ['unit'],
      },
    },
    {
      type: 'custom',
      name: 'apply',
      description: 'T:toolDefinition',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
    {
      type: 'namespace',
      name: 'crm',
      description: 'T:toolDefinition',
      tools: [{ type: 'function', name: 'find', description: 'T:toolDefinition' }],
    },
    {
      type: 'mcp',
      server_label: 'crm',
      server_description: 'T:toolDefinition',
      server_url: 'https://example.test',
      authorization: 'secret',
      headers: { 'x-key': 'secret', description: 'secret' },
    },
    { type: 'web_search', user_location: { type: 'approximate', city: 'Paris' } },
    { type: 'file_search', vector_store_ids: ['vs_1'] },
  ],
  text: {
    verbosity: 'low',
    format: {
      type: 'json_schema',
      name: 'shape',
      description: 'T:toolDefinition',
      schema: { properties: { a: { const: 'T:toolDefinition' } } },
    },
  },
  user: 'T:other',
  safety_identifier: 'T:other',
  metadata: { team: 'T:other', type: 'T:other' },
};

const request = {
  ...settings,
  model: 'gpt',
  input: [...allItems, ...references],
  client_metadata: { session: 'T:other' },
  previous_response_id: 'resp_1',
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'low', summary: 'auto' },
  prompt_cache_key: 'key',
  tool_choice: { type: 'function', name: 'look' },
};

const answer = {
  ...settings,
  id: 'resp_2',
  object: 'response',
  status: 'completed',
  model: 'gpt',
  output: allItems,
  output_text: 'T:assistant',
  error: { code: 'server_error', message: 'T:other' },
  incomplete_details: { reason: 'max_output_tokens' },
  usage: { input_tokens: 1 },
};

const answerTexts = (body: JsonObject) => responsesAnswerTexts(body, []);

describe('responsesRequestTexts', () => {
  it('reaches every text of a request with its scope, and its edits change nothing else', () => {
    expectEveryText(request, responsesRequestTexts);
    expectEveryText({ input: 'T:user', instructions: [{ role: 'developer', content: 'T:system' }] }, responsesRequestTexts);
  });

  it('reads what a plugin put into the request', () => {
    const document = new JsonDocument('{"input":[{"role":"user","content":"first"},{"role":"user","content":"second"}]}');
    document.removeKey(['input', 0]);
    document.replaceValue(['input', 1, 'content'], '[{"type":"input_text","text":"put"}]');
    document.insertKey([], 'instructions', '"me"');
    const texts = textReferences(document, responsesRequestTexts(document.view as JsonObject));
    expect(texts.map(({ text }) => text).sort()).toEqual(['me', 'put']);
    for (const text of texts) text.replace(text.text.toUpperCase());
    expect(JSON.parse(document.toText())).toEqual({
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'PUT' }] }],
      instructions: 'ME',
    });
  });

  it.each(junk)('never throws, whatever member is %j', (other) => {
    for (const body of mangled({ ...request, input: allItems.slice(0, 6) }, other)) {
      if (!isJsonObject(body)) continue;
      for (const { path, text } of responsesRequestTexts(body)) expect(valueAt(body, path)).toBe(text);
      expect([...responsesAttachments(body)].length).toBeLessThan(20);
    }
  });
});

describe('responsesAnswerTexts', () => {
  it('reaches what was said, what went wrong and what is echoed', () => {
    expectEveryText(answer, answerTexts);
    expectEveryText({ error: 'T:other' }, answerTexts);
  });

  it('stand below the path given', () => {
    const texts = [...responsesAnswerTexts({ output: [{ type: 'message', role: 'assistant', content: 'hi' }], user: 'u' }, ['response'])];
    expect(texts.map(({ path }) => path.join('.')).sort()).toEqual(['response.output.0.content', 'response.user']);
  });

  it.each(junk)('never throws, whatever member is %j', (other) => {
    for (const body of mangled({ ...answer, output: allItems.slice(4, 10) }, other))
      for (const { path, text } of responsesAnswerTexts(body, [])) expect(valueAt(body, path)).toBe(text);
  });
});

describe('responsesAttachments', () => {
  it('are images, audio and files, wherever they stand and come from', () => {
    const body = {
      prompt: { id: 'p', variables: { picture: { type: 'input_image', image_url: 'https://example.test/a.png' } } },
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'https://example.test/a.png' },
            { type: 'input_image', image_url: { url: 'data:image/png;base64,AA' } },
            { type: 'input_image', file_id: 'file_1', image_url: null },
            { type: 'input_file', file_data: 'data:,x' },
            { type: 'input_file', file_url: 'https://example.test/a.pdf' },
            { type: 'input_file', file_id: 'file_1' },
            { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
            { type: 'input_text', text: 'x' },
          ],
        },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: 'data:image/png;base64,AA' }] },
        { type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', image_url: 'https://example.test/b.png' } },
        { type: 'image_generation_call', id: 'ig', result: 'AAAA' },
        { type: 'image_generation_call', id: 'ig' },
        { role: 'user', content: 'x' },
      ],
    };
    expect([...responsesAttachments(body)].map(({ kind, ref, path }) => `${path.join('.')} ${kind} ${ref}`)).toEqual([
      'input.0.content.0 image url',
      'input.0.content.1 image inline',
      'input.0.content.2 image id',
      'input.0.content.3 file inline',
      'input.0.content.4 file url',
      'input.0.content.5 file id',
      'input.0.content.6 audio inline',
      'input.1.output.0 image inline',
      'input.2.output image url',
      'input.3 image inline',
      'input.4 image id',
      'prompt.variables.picture image url',
    ]);
    expect([...responsesAttachments({ input: 'x' })]).toEqual([]);
  });
});
