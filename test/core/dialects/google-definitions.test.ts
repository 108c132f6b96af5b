import { describe, expect, it } from 'vitest';
import { schemaTexts, toolNames, toolTexts } from '../../../core/src/dialects/google-definitions.ts';
import type { JsonObject, JsonValue } from '../../../core/src/model/json.ts';

const said = (schema: JsonValue): string[] => [...schemaTexts({ parameters: schema }, 'parameters', [])].map(({ text }) => text);

describe('schemaTexts', () => {
  it('are descriptions, titles and data, at any depth', () => {
    expect(
      said({
        type: 'OBJECT',
        title: 'a',
        description: 'b',
        properties: { city: { type: 'STRING', description: 'c', enum: ['d', 'e'], default: 'f', example: { deep: ['g'] } } },
        anyOf: [{ description: 'h' }],
        items: { $comment: 'i', const: 'j' },
        $defs: { Node: { description: 'k' } },
        required: ['city'],
        propertyOrdering: ['city'],
        format: 'date-time',
        pattern: '^x$',
        $ref: '#/$defs/Node',
      }).sort(),
    ).toEqual([...'abcdefghijk']);
  });

  it('a property may have any name: what it is called is no text, what it says is', () => {
    const schema = {
      properties: {
        description: { type: 'string', description: 'a' },
        title: { type: 'string' },
        enum: { type: 'string', title: 'b' },
        default: { type: 'string', description: 'c' },
        properties: { properties: { title: { description: 'd' } } },
      },
    };
    expect(said(schema).sort()).toEqual([...'abcd']);
  });

  it.each([null, 5, 'text', [], [1, null], { description: 5, enum: 7, properties: 'x', anyOf: null, items: [[]] }])(
    '%j has none',
    (schema) => {
      expect(said(schema as JsonValue)).toEqual([]);
    },
  );

  it('an absent field has none; either spelling counts', () => {
    expect([...schemaTexts({}, 'responseSchema', [])]).toEqual([]);
    expect([...schemaTexts({ response_schema: { title: 'a' } }, 'responseSchema', ['g'])]).toEqual([
      { scope: 'toolDefinition', path: ['g', 'response_schema', 'title'], text: 'a' },
    ]);
  });
});

describe('toolTexts', () => {
  it('reaches functions however they are spelled and listed', () => {
    const texts = (body: JsonObject): string[] => [...toolTexts(body, [])].map(({ text, path }) => `${path.join('.')}=${text}`);
    expect(
      texts({ tools: [{ functionDeclarations: [{ name: 'f', description: 'a', parameters: { title: 'b' }, response: { title: 'c' } }] }] }),
    ).toEqual([
      'tools.0.functionDeclarations.0.description=a',
      'tools.0.functionDeclarations.0.parameters.title=b',
      'tools.0.functionDeclarations.0.response.title=c',
    ]);
    expect(
      texts({
        tools: { function_declarations: { name: 'f', parameters_json_schema: { title: 'a' }, response_json_schema: { title: 'b' } } },
      }),
    ).toEqual(['tools.function_declarations.parameters_json_schema.title=a', 'tools.function_declarations.response_json_schema.title=b']);
    for (const tools of [null, 'x', [null, 1, {}], [{ functionDeclarations: [null, 'x', { description: 5 }] }]] as JsonValue[])
      expect(texts({ tools })).toEqual([]);
  });
});

describe('toolNames', () => {
  it('are those of functions, and the kinds of built-in tools in one spelling', () => {
    const tools = [{ functionDeclarations: [{ name: 'look' }, {}] }, { google_search: {} }, { urlContext: {}, codeExecution: null }];
    expect(toolNames({ tools })).toEqual(['look', 'unnamed', 'googleSearch', 'urlContext']);
    expect(toolNames({ tools: { function_declarations: { name: 'look' } } })).toEqual(['look']);
    expect(toolNames({})).toEqual([]);
  });
});
