import { describe, expect, it } from 'vitest';
import { decodeToolChoice, decodeTools } from '../../../../../core/src/dialects/google-generate-content/translate/decode-tools.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';

const tools = (value: JsonValue) => {
  const losses = new RequestLosses();
  return { tools: decodeTools({ tools: value }, losses), losses: losses.list() };
};
const choice = (config: JsonValue) => {
  const losses = new RequestLosses();
  return { choice: decodeToolChoice({ tool_config: { function_calling_config: config } }, losses), losses: losses.list() };
};

describe('decodeTools', () => {
  it.each<[JsonValue, string]>([
    [[{ functionDeclarations: [{}] }], 'tools[0].functionDeclarations[0].name'],
    [[{ functionDeclarations: [{ name: 'f', description: 1 }] }], 'tools[0].functionDeclarations[0].description'],
    [[{ functionDeclarations: [{ name: 'f', parameters: 'x' }] }], 'tools[0].functionDeclarations[0].parameters'],
    [[{ functionDeclarations: [{ name: 'f', parametersJsonSchema: [] }] }], 'tools[0].functionDeclarations[0].parametersJsonSchema'],
    [[{ functionDeclarations: [{ name: 'f', parametersJsonSchema: {}, parameters: {} }] }], 'tools[0].functionDeclarations[0].parameters'],
  ])('refuses %j at %s', (value, param) => {
    expect(() => tools(value)).toThrow(expect.objectContaining({ param }));
  });

  it('what Google runs itself nobody else does', () => {
    const { losses } = tools([
      { functionDeclarations: [{ name: 'f' }] },
      { googleSearch: {} },
      { code_execution: {}, urlContext: null },
      { 'x y': {} },
    ]);
    expect(losses).toEqual([
      { field: 'tools[1].googleSearch', level: 'refuse' },
      { field: 'tools[2].code_execution', level: 'refuse' },
      { field: 'tools[3]', level: 'refuse' },
    ]);
  });

  it('claude-code-router#5: Google’s own schemas become JSON Schema; JSON Schema stays as it is', () => {
    const schema = { $schema: 'x', type: 'object', additionalProperties: false, properties: { a: { const: 1 } } };
    const declarations = [
      { name: 'own', description: 'd', parameters: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } } },
      { name: 'standard', description: '', parameters_json_schema: schema },
      { name: 'bare' },
    ];
    expect(tools({ function_declarations: declarations }).tools).toEqual([
      {
        name: 'own',
        description: 'd',
        parameters: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
        strict: undefined,
      },
      { name: 'standard', description: undefined, parameters: schema, strict: undefined },
      { name: 'bare', description: undefined, parameters: undefined, strict: undefined },
    ]);
  });

  it('says that it leaves out what a function gives back', () => {
    const { losses } = tools([{ functionDeclarations: [{ name: 'f', response: {}, responseJsonSchema: {}, behavior: 'NON_BLOCKING' }] }]);
    expect(losses).toEqual(
      ['response', 'responseJsonSchema', 'behavior'].map((name) => ({ field: `tools[0].functionDeclarations[0].${name}`, level: 'drop' })),
    );
  });
});

describe('decodeToolChoice', () => {
  it.each<[JsonValue, string]>([
    ['ANY', 'toolConfig.functionCallingConfig'],
    [{ mode: 'ANY', allowedFunctionNames: [1] }, 'toolConfig.functionCallingConfig.allowedFunctionNames'],
  ])('refuses %j at %s', (config, param) => {
    expect(() => choice(config)).toThrow(expect.objectContaining({ param }));
  });

  it('a mode that is not known may be a restriction', () => {
    expect(choice({ mode: 'NEW' })).toEqual({
      choice: { mode: 'auto', allowed: undefined },
      losses: [{ field: 'toolConfig.functionCallingConfig.mode', level: 'refuse' }],
    });
    expect(choice({ mode: {} }).losses).toHaveLength(1);
  });

  it.each([
    [{}, { mode: 'auto', allowed: undefined }],
    [{ mode: 'AUTO' }, { mode: 'auto', allowed: undefined }],
    [{ mode: 'NONE' }, { mode: 'none', allowed: undefined }],
    [{ mode: 'MODE_UNSPECIFIED' }, { mode: 'auto', allowed: undefined }],
    [{ mode: 0 }, { mode: 'auto', allowed: undefined }],
    [{ mode: 1 }, { mode: 'auto', allowed: undefined }],
    [{ mode: 2 }, { mode: 'required', allowed: undefined }],
    [{ mode: 3 }, { mode: 'none', allowed: undefined }],
    [
      { mode: 'ANY', allowed_function_names: ['f'] },
      { mode: 'required', allowed: ['f'] },
    ],
    [
      { mode: 'ANY', allowedFunctionNames: [] },
      { mode: 'required', allowed: undefined },
    ],
  ])('%j is %j', (config, expected) => {
    expect(choice(config)).toEqual({ choice: expected, losses: [] });
  });

  it('VALIDATED keeps its names, and says what it loses', () => {
    expect(choice({ mode: 'VALIDATED', allowedFunctionNames: ['f'] })).toEqual({
      choice: { mode: 'auto', allowed: ['f'] },
      losses: [{ field: 'toolConfig.functionCallingConfig.mode', level: 'drop' }],
    });
  });

  it('nothing is no choice, and what else is configured is named', () => {
    const losses = new RequestLosses();
    expect(decodeToolChoice({}, losses)).toBeUndefined();
    expect(decodeToolChoice({ toolConfig: { retrievalConfig: { languageCode: 'de' } } }, losses)).toBeUndefined();
    expect(losses.list()).toEqual([{ field: 'toolConfig.retrievalConfig', level: 'drop' }]);
  });
});
