import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';
import { encodeFormat } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-format.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralFormat } from '../../../../../core/src/model/neutral.ts';

function format(
  given: NeutralFormat | undefined,
  model = 'claude-sonnet-4-5',
  quirks = {},
): { format?: unknown; instructions?: unknown; lost: string[] } {
  const losses = new Losses<NeutralField>();
  const encoded = encodeFormat(given, { quirks, model: modelTraits(model), losses });
  return { ...encoded, lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
}

const schema: JsonObject = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const schemaFormat = (given: JsonObject, strict?: boolean): NeutralFormat => ({
  kind: 'schema',
  name: 'answer',
  description: undefined,
  schema: given,
  strict,
});

describe('encodeFormat', () => {
  it('Portkey#644: a schema that the target cannot be held to is refused', () => {
    const refused = { format: undefined, instructions: [], lost: ['refuse format'] };
    expect(format(schemaFormat(schema, true), 'claude-sonnet-4-20250514')).toEqual(refused);
    expect(format(schemaFormat(schema), 'claude-3-5-haiku-20241022')).toEqual(refused);
    expect(format(schemaFormat(schema, true), 'deepseek-v4', { jsonSchema: false })).toEqual(refused);
    expect(format(schemaFormat({ type: 'object', additionalProperties: true }, true))).toEqual(refused);
  });

  it('unless it was only a wish: then it is asked for', () => {
    const { instructions, lost } = format(schemaFormat({ type: 'object' }, false));
    expect(lost).toEqual(['drop format']);
    expect(JSON.stringify(instructions)).toContain('JSON Schema');
  });

  it('a schema', () => {
    expect(format(schemaFormat(schema, true))).toEqual({ format: { type: 'json_schema', schema }, instructions: [], lost: [] });
    expect(format(schemaFormat({ ...schema, maxProperties: 3 }))).toMatchObject({ format: { type: 'json_schema' }, lost: ['drop format'] });
  });

  it('any JSON has no counterpart: it is asked for', () => {
    const { format: sent, instructions, lost } = format({ kind: 'json' });
    expect(sent).toBeUndefined();
    expect(JSON.stringify(instructions)).toContain('JSON');
    expect(lost).toEqual(['drop format']);
  });

  it('none', () => {
    expect(format(undefined)).toEqual({ format: undefined, instructions: [], lost: [] });
  });
});
