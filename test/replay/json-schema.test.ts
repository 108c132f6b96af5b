import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../core/src/model/json.ts';
import { SchemaDocument } from './json-schema.ts';

const schemas: JsonObject = {
  Named: {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', minLength: 2 }, count: { type: 'integer', minimum: 1 } },
  },
  Closed: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
  Kind: { oneOf: [{ $ref: '#/components/schemas/Dog' }, { $ref: '#/components/schemas/Cat' }] },
  Dog: { type: 'object', required: ['type', 'bone'], properties: { type: { type: 'string', enum: ['dog'] }, bone: { type: 'boolean' } } },
  Cat: { type: 'object', required: ['type', 'fish'], properties: { type: { type: 'string', enum: ['cat'] }, fish: { type: 'boolean' } } },
  List: { type: 'array', items: { $ref: '#/components/schemas/Named' }, minItems: 1 },
  Maybe: { anyOf: [{ type: 'string', pattern: '^x' }, { type: 'null' }] },
};

const check = (value: JsonValue, name: string): readonly string[] => new SchemaDocument({ components: { schemas } }).check(value, name);

describe('SchemaDocument', () => {
  it.each<[value: JsonValue, schema: string, problem: string]>([
    [{}, 'Named', '$.name: is missing'],
    [{ name: 1 }, 'Named', '$.name: is no string'],
    [{ name: 'x' }, 'Named', '$.name: is shorter than 2'],
    [{ name: 'xx', count: 1.5 }, 'Named', '$.count: is no integer'],
    [{ name: 'xx', count: 0 }, 'Named', '$.count: is less than 1'],
    [[], 'Named', '$: is no object'],
    [{ a: 'x', b: 1 }, 'Closed', '$.b: nothing is allowed here'],
    [[], 'List', '$: fewer than 1'],
    [[{ name: 'xx' }, {}], 'List', '$[1].name: is missing'],
    ['y', 'Maybe', '$: does not match ^x'],
  ])('says of %j by %s: %s', (value, schema, problem) => {
    expect(check(value, schema)).toEqual([problem]);
  });

  it.each<[value: JsonValue, schema: string]>([
    [{ name: 'xx', count: 1, other: [] }, 'Named'],
    [{ a: 'x' }, 'Closed'],
    [[{ name: 'xx' }], 'List'],
    [null, 'Maybe'],
    ['x', 'Maybe'],
    [{ type: 'cat', fish: true }, 'Kind'],
  ])('has nothing to say of %j by %s', (value, schema) => {
    expect(check(value, schema)).toEqual([]);
  });

  it('names what is wrong by the alternative whose type fits, not by the one with the fewest problems', () => {
    expect(check({ type: 'cat' }, 'Kind')).toEqual(['$.fish: is missing']);
  });

  it('throws for a reference that leads nowhere', () => {
    expect(() => check({}, 'Nothing')).toThrow(TypeError);
  });
});
