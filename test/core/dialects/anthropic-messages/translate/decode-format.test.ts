import { describe, expect, it } from 'vitest';
import { decodeFormat } from '../../../../../core/src/dialects/anthropic-messages/translate/decode-format.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

function format(body: JsonObject): unknown[] {
  const losses = new RequestLosses();
  return [decodeFormat(body, losses), ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('decodeFormat', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const read = { kind: 'schema', name: undefined, description: undefined, schema, strict: undefined };

  it('bifrost#7344: reads the schema, also where the beta had it', () => {
    expect(format({ output_config: { format: { type: 'json_schema', schema } } })).toEqual([read]);
    expect(format({ output_format: { type: 'json_schema', schema } })).toEqual([read]);
    expect(format({ output_config: { format: null } })).toEqual([undefined]);
  });

  it('refuses a kind that nobody knows', () => {
    expect(format({ output_config: { format: { type: 'grammar' } } })).toEqual([undefined, 'refuse output_config.format']);
  });

  it.each([
    ['output_config.format', { output_config: { format: 'json' } }],
    ['output_config.format.schema', { output_config: { format: { type: 'json_schema' } } }],
    ['output_format.type', { output_format: {} }],
  ])('names %s', (param, body) => {
    expect(() => format(body)).toThrow(expect.objectContaining({ param }));
  });
});
