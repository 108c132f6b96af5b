import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constrainedSchema } from '../../../../../core/src/dialects/anthropic-messages/translate/constrained-schema.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };

describe('what closing would change is not constrained', () => {
  it.each<[string, JsonObject]>([
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['any object', { type: 'object' }],
    ['a map within', { ...closed, properties: { a: { type: ['object', 'null'], additionalProperties: true } } }],
    ['patterns', { type: 'object', properties: {}, patternProperties: { '^x': {} } }],
    ['a tree', { ...closed, properties: { next: { $ref: '#' } } }],
    ['a tree by a detour', { $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { items: { $ref: '#/$defs/a' } } } }],
    ['a reference elsewhere', { $ref: 'https://example.com/schema' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
  ])('%s', (_what, schema) => {
    expect(constrainedSchema(schema)).toBeUndefined();
  });
});

describe('constrainedSchema', () => {
  it('leaves what fits', () => {
    expect(constrainedSchema(closed)).toEqual({ schema: closed, relaxed: false });
  });

  it('closes every object, drops remarks', () => {
    expect(
      constrainedSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: { list: { type: 'array', items: { properties: { b: {} } }, examples: [[]] } },
        $defs: { unused: { type: 'object', properties: {} } },
      }),
    ).toEqual({
      schema: {
        type: 'object',
        properties: { list: { type: 'array', items: { properties: { b: {} }, additionalProperties: false } } },
        $defs: { unused: { type: 'object', properties: {}, additionalProperties: false } },
        additionalProperties: false,
      },
      relaxed: false,
    });
  });

  it('bounds become words, and are reported', () => {
    expect(
      constrainedSchema({
        ...closed,
        properties: { a: { type: 'string', description: 'A.', minLength: 2, format: 'uri' }, b: { type: 'string', format: 'phone' } },
      }),
    ).toEqual({
      schema: {
        ...closed,
        properties: {
          a: { type: 'string', description: 'A.\nminLength: 2', format: 'uri' },
          b: { type: 'string', description: 'format: "phone"' },
        },
      },
      relaxed: true,
    });
  });

  it('one of several is any of them', () => {
    expect(constrainedSchema({ oneOf: [closed, { type: 'null' }] })).toEqual({
      schema: { anyOf: [closed, { type: 'null' }] },
      relaxed: true,
    });
  });

  it('a definition that is used twice is no tree', () => {
    const schema = {
      ...closed,
      properties: { a: { $ref: '#/$defs/x~1y' }, b: { $ref: '#/$defs/x~1y' } },
      $defs: { 'x/y': { type: 'string' } },
    };
    expect(constrainedSchema(schema)).toEqual({ schema, relaxed: false });
  });

  it('never throws, and gives the same again for what it gave', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('type', 'properties', 'items', 'anyOf', 'oneOf', '$ref', 'required', 'minimum', 'x'), fc.jsonValue()),
        (given) => {
          const first = constrainedSchema(given as JsonObject);
          if (first === undefined) return;
          expect(constrainedSchema(first.schema)).toEqual({ schema: first.schema, relaxed: false });
        },
      ),
    );
  });
});
