import { describe, expect, it } from 'vitest';
import {
  camelCase,
  elements,
  fieldKey,
  fieldOf,
  objectElements,
  objectField,
  refuseTwoSpellings,
} from '../../../core/src/dialects/google-fields.ts';
import type { JsonObject, JsonValue } from '../../../core/src/model/json.ts';

describe('fieldKey, fieldOf', () => {
  it('find a field in either spelling, and no other', () => {
    expect(fieldKey({ system_instruction: 1 }, 'systemInstruction')).toBe('system_instruction');
    expect(fieldKey({ systemInstruction: 1 }, 'systemInstruction')).toBe('systemInstruction');
    expect(fieldKey({ SystemInstruction: 1, system_Instruction: 1, systeminstruction: 1 }, 'systemInstruction')).toBeUndefined();
    expect(fieldOf({ max_output_tokens: 5 }, 'maxOutputTokens')).toBe(5);
  });

  it('null stands for nothing, as in protocol buffers', () => {
    expect(fieldOf({ contents: null }, 'contents')).toBeUndefined();
    expect(fieldKey({ contents: null }, 'contents')).toBe('contents');
  });

  it('take nothing from the prototype', () => {
    expect(fieldOf({}, 'toString')).toBeUndefined();
    expect(fieldOf({}, 'constructor')).toBeUndefined();
  });
});

describe('objectField', () => {
  it('is the object and its place; nothing for anything else', () => {
    expect(objectField({ inline_data: { data: 'x' } }, 'inlineData', ['p'])).toEqual([{ data: 'x' }, ['p', 'inline_data']]);
    for (const value of [null, 'x', 1, true, []] as JsonValue[]) expect(objectField({ a: value }, 'a', [])).toBeUndefined();
    expect(objectField({}, 'a', [])).toBeUndefined();
  });
});

describe('elements', () => {
  it('are those of a list, or the one that stands without', () => {
    expect([...elements({ parts: ['a', null] }, 'parts', [0])]).toEqual([
      ['a', [0, 'parts', 0]],
      [null, [0, 'parts', 1]],
    ]);
    expect([...elements({ function_declarations: { a: 1 } }, 'functionDeclarations', [])]).toEqual([[{ a: 1 }, ['function_declarations']]]);
    expect([...elements({ parts: null }, 'parts', []), ...elements({}, 'parts', [])]).toEqual([]);
  });

  it('objectElements are those that are objects', () => {
    expect([...objectElements({ a: [1, {}, null, []] }, 'a', [])]).toEqual([[{}, ['a', 1]]]);
    expect([...objectElements({ a: 'x' }, 'a', [])]).toEqual([]);
  });
});

describe('camelCase', () => {
  it('is how a field is known', () => {
    expect(['google_search', 'googleSearch', 'url_context', 'x', 'top_k'].map(camelCase)).toEqual([
      ...['googleSearch', 'googleSearch', 'urlContext', 'x', 'topK'],
    ]);
  });
});

describe('refuseTwoSpellings', () => {
  it.each([
    ['system_instruction', { systemInstruction: {}, system_instruction: {} }],
    ['system_instruction', { systemInstruction: null, system_instruction: {} }],
    ['generation_config.max_output_tokens', { generation_config: { maxOutputTokens: 1, max_output_tokens: 2 } }],
    ['contents[1].parts[0].inline_data', { contents: [{}, { parts: [{ inlineData: {}, inline_data: {} }] }] }],
    [
      'contents[0].parts[0].functionCall.partial_args',
      { contents: [{ parts: [{ functionCall: { partialArgs: [], partial_args: [] } }] }] },
    ],
    ['tools[0].function_declarations', { tools: [{ functionDeclarations: [], function_declarations: [] }] }],
    [
      'tools[0].functionDeclarations[0].parameters_json_schema',
      { tools: [{ functionDeclarations: [{ parametersJsonSchema: {}, parameters_json_schema: {} }] }] },
    ],
  ])('refuses %s beside its other spelling', (param, body) => {
    expect(() => refuseTwoSpellings(body as JsonObject)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('leaves alone what the caller names: arguments, results, labels, schemas', () => {
    const own = { user_id: 1, userId: 2, deep: { a_b: 1, aB: 2 } };
    const body = {
      labels: own,
      contents: [{ parts: [{ functionCall: { args: own } }, { functionResponse: { response: own } }, { partMetadata: own }] }],
      tools: [{ functionDeclarations: [{ parameters: own, parametersJsonSchema: own, response: own, responseJsonSchema: own }] }],
      generationConfig: { responseSchema: own, responseJsonSchema: own },
    };
    expect(() => refuseTwoSpellings(body)).not.toThrow();
    const snake = {
      contents: [{ parts: [{ part_metadata: own }] }],
      generation_config: { response_schema: own, response_json_schema: own },
    };
    expect(() => refuseTwoSpellings(snake)).not.toThrow();
  });

  it('one spelling each is fine, mixed as clients mix them', () => {
    expect(() => refuseTwoSpellings({ systemInstruction: {}, generation_config: { topK: 1, top_p: 1 }, _x: 1, x_: 2 })).not.toThrow();
  });
});
