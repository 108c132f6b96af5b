import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptySchema, jsonSchema, withoutConst } from '../../../../../core/src/dialects/google-generate-content/translate/schema.ts';
import { isJsonObject } from '../../../../../core/src/model/json.ts';

describe('jsonSchema', () => {
  it('writes types, nullable and counts as JSON Schema has them', () => {
    expect(
      jsonSchema({
        type: 'OBJECT',
        properties: {
          a: { type: 'STRING', nullable: true, maxLength: '20', format: 'enum', enum: ['x'] },
          b: { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: '1', max_items: '3' },
          c: { any_of: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }], nullable: true, example: 1 },
        },
        propertyOrdering: ['a', 'b'],
        required: ['a'],
      }),
    ).toEqual({
      type: 'object',
      properties: {
        a: { type: ['string', 'null'], maxLength: 20, format: 'enum', enum: ['x', null] },
        b: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
        c: { anyOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'null' }], examples: [1] },
      },
      required: ['a'],
    });
  });

  it('knows types by number, as clients write them that write enums so', () => {
    expect(jsonSchema({ type: 6, properties: { location: { type: 1 } }, property_ordering: ['location'] })).toEqual({
      type: 'object',
      properties: { location: { type: 'string' } },
    });
  });

  it('knows every type and every count', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
    expect(types.map((_, index) => jsonSchema({ type: index + 1 }).type)).toEqual(types);
    const counts = { max_items: '1', min_items: '2', max_length: '3', min_length: '4', max_properties: '5', min_properties: '6' };
    expect(jsonSchema({ maxItems: 'many', minItems: 2 })).toEqual({ maxItems: 'many', minItems: 2 });
    expect(jsonSchema(counts)).toEqual({ maxItems: 1, minItems: 2, maxLength: 3, minLength: 4, maxProperties: 5, minProperties: 6 });
  });

  it('leaves out a type that says nothing', () => {
    expect(jsonSchema({ type: 'TYPE_UNSPECIFIED', description: 'd' })).toEqual({ description: 'd' });
    expect(jsonSchema({ type: 0 })).toEqual({});
    expect(jsonSchema({ type: 99 })).toEqual({});
  });

  it('litellm#6027: changes what is nested, and no property that is called like a keyword', () => {
    const schema = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING' },
        nullable: { type: 'BOOLEAN', nullable: true },
        example: { type: 'STRING' },
        items: { type: 'OBJECT', properties: { enum: { type: 'ARRAY', items: { type: 'STRING' } } } },
      },
    };
    expect(jsonSchema(schema)).toEqual({
      type: 'object',
      properties: {
        type: { type: 'string' },
        nullable: { type: ['boolean', 'null'] },
        example: { type: 'string' },
        items: { type: 'object', properties: { enum: { type: 'array', items: { type: 'string' } } } },
      },
    });
  });

  it('reaches every part of a schema', () => {
    const part = { type: 'STRING' };
    const changed = { type: 'string' };
    for (const key of ['items', 'additionalProperties', 'not']) expect(jsonSchema({ [key]: part })).toEqual({ [key]: changed });
    for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'])
      expect(jsonSchema({ [key]: [part, true] })).toEqual({ [key]: [changed, true] });
    for (const key of ['properties', '$defs', 'definitions', 'patternProperties'])
      expect(jsonSchema({ [key]: { a: part, b: true } })).toEqual({ [key]: { a: changed, b: true } });
  });

  it('leaves JSON Schema as it is', () => {
    const text =
      '{"type":["object","null"],"$schema":"https://json-schema.org/draft/2020-12/schema","additionalProperties":false,' +
      '"properties":{"a":{"$ref":"#/$defs/a"},"__proto__":{"type":"string"}},' +
      '"$defs":{"a":{"type":"string","default":"TYPE","const":"STRING"}}}';
    expect(JSON.stringify(jsonSchema(JSON.parse(text)))).toBe(text);
  });

  it('takes any value for a schema without failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        if (isJsonObject(value)) expect(isJsonObject(jsonSchema(value))).toBe(true);
      }),
    );
  });
});

describe('withoutConst', () => {
  it('writes it as an enum of one, at any depth, and touches no property of that name', () => {
    expect(
      withoutConst({
        type: 'object',
        properties: { const: { const: 1 }, list: { type: 'array', items: { anyOf: [{ const: 'a' }, { const: null }] } } },
        additionalProperties: { const: true },
        $defs: { d: { const: 'd' } },
        required: ['const'],
      }),
    ).toEqual({
      type: 'object',
      properties: { const: { enum: [1] }, list: { type: 'array', items: { anyOf: [{ enum: ['a'] }, { enum: [null] }] } } },
      additionalProperties: { enum: [true] },
      $defs: { d: { enum: ['d'] } },
      required: ['const'],
    });
  });
});

describe('isEmptySchema', () => {
  it.each([
    [{}, true],
    [{ type: 'object', properties: {} }, true],
    [{ type: 'object', properties: {}, required: [], additionalProperties: false, $schema: 'x' }, true],
    [{ type: 'object', properties: { a: {} } }, false],
    [{ type: 'object', additionalProperties: true }, false],
    [{ type: 'object', additionalProperties: { type: 'string' } }, false],
    [{ type: 'object', properties: {}, description: 'what it takes' }, false],
    [{ $ref: '#/$defs/a' }, false],
    [{ type: 'string' }, false],
  ])('%j: %s', (schema, empty) => {
    expect(isEmptySchema(schema)).toBe(empty);
  });
});
