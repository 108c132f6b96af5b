import { describe, expect, it } from 'vitest';
import { toolTexts } from '../../../core/src/dialects/tool-texts.ts';
import { expectEveryText, junk, mangled, valueAt } from './openai-responses/every-text.ts';

const tool = {
  type: 'function',
  name: 'look',
  description: 'T:toolDefinition',
  parameters: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: 'T:toolDefinition',
    type: 'object',
    title: 'T:toolDefinition',
    properties: {
      // Names of the application's own, not words of JSON Schema.
      description: { type: 'string', description: 'T:toolDefinition' },
      default: { type: 'string', format: 'date' },
      enum: { type: 'object', properties: { const: { type: 'string' } } },
      headers: { type: 'string', description: 'T:toolDefinition' },
      unit: {
        type: 'string',
        enum: ['T:toolDefinition', 'T:toolDefinition', 3, null],
        default: 'T:toolDefinition',
        examples: ['T:toolDefinition'],
      },
      deep: { anyOf: [{ type: 'array', items: { const: 'T:toolDefinition' } }, { default: { type: 'T:toolDefinition' } }] },
    },
    $defs: { title: { title: 'T:toolDefinition', pattern: '^a$' } },
    required: ['description', 'unit'],
  },
};

describe('toolTexts', () => {
  it('are descriptions, titles and the values of schemas, at any depth, and no names', () => {
    expectEveryText({ tools: [tool] }, (body) => toolTexts(body.tools, ['tools']));
  });

  it('credentials are none', () => {
    const mcp = {
      type: 'mcp',
      authorization: 'secret',
      headers: { description: 'secret', default: 'secret' },
      server_description: 'T:toolDefinition',
    };
    expectEveryText({ tools: [mcp] }, (body) => toolTexts(body.tools, ['tools']));
  });

  it.each([...junk, undefined])('never throw, whatever member is %j', (other) => {
    expect([...toolTexts(other, [])]).toEqual([]);
    for (const body of mangled(tool, other ?? null))
      for (const { path, text } of toolTexts(body, [])) expect(valueAt(body, path)).toBe(text);
  });
});
