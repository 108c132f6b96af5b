import { describe, expect, it } from 'vitest';
import type { NeutralFormat } from '../../../../core/src/model/neutral.ts';
import { encodeFormat } from '../../../../providers/bedrock/src/converse/encode-format.ts';
import { encoderFor, haiku3, lossesOf, nova, sonnet } from './encoding.ts';

function encoded(format: NeutralFormat | undefined, model = sonnet, quirks = {}) {
  const about = encoderFor(model, quirks);
  return { ...encodeFormat(format, about), losses: lossesOf(about) };
}

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const asked: NeutralFormat = { kind: 'schema', name: 'City of/Light', description: 'Where.', schema, strict: true };

describe('a schema for the answer', () => {
  it('Portkey-AI/gateway#644: is refused where nobody would hold the model to it', () => {
    for (const model of [haiku3, nova, 'meta.llama4-maverick-17b-instruct-v1:0'])
      expect(encoded(asked, model)).toEqual({ outputConfig: undefined, instructions: [], losses: ['format: refuse'] });
    expect(encoded(asked, sonnet, { jsonSchema: false }).losses).toEqual(['format: refuse']);
    expect(encoded({ ...asked, schema: { type: 'object', additionalProperties: true } }).losses).toEqual(['format: refuse']);
  });

  it('is what Bedrock holds the model to', () => {
    for (const model of [sonnet, 'qwen.qwen3-32b-v1:0'])
      expect(encoded(asked, model)).toEqual({
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: {
              jsonSchema: {
                schema: JSON.stringify({ ...schema, additionalProperties: false }),
                name: 'City_of_Light',
                description: 'Where.',
              },
            },
          },
        },
        instructions: [],
        losses: [],
      });
  });

  it('may have neither name nor description', () => {
    const { outputConfig } = encoded({ ...asked, name: undefined, description: ' ' });
    expect(outputConfig).toMatchObject({ textFormat: { structure: { jsonSchema: { schema: expect.any(String) } } } });
    expect(JSON.stringify(outputConfig)).not.toMatch(/"name"|"description"/);
  });

  it('loses its bounds, and that is told', () => {
    const bounded = { type: 'object', properties: { n: { type: 'number', maximum: 9 } } };
    expect(encoded({ ...asked, schema: bounded }).losses).toEqual(['format: drop']);
  });

  it('is asked for in words where that is all that was wanted', () => {
    const { outputConfig, instructions, losses } = encoded({ ...asked, strict: false }, nova);
    expect(outputConfig).toBeUndefined();
    expect(instructions).toEqual([{ text: expect.stringContaining(JSON.stringify(schema)) }]);
    expect(losses).toEqual(['format: drop']);
  });

  it('that is any JSON is asked for, too', () => {
    expect(encoded({ kind: 'json' })).toEqual({
      outputConfig: undefined,
      instructions: [{ text: expect.stringContaining('JSON') }],
      losses: ['format: drop'],
    });
    expect(encoded(undefined)).toEqual({ outputConfig: undefined, instructions: [], losses: [] });
  });
});
