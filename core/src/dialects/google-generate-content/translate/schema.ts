import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';

// Google's own `Schema` is a subset of OpenAPI's: types in capitals (as numbers where enums are), `nullable`, counts as
// strings. https://ai.google.dev/api/caching#Schema

/** `Type` by number, as clients that write enums as numbers send it. */
const typeNumbers = ['', 'string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;

/** Fields whose names are two words, in the spelling that JSON Schema has. */
const counts = ['maxItems', 'minItems', 'maxLength', 'minLength', 'maxProperties', 'minProperties'] as const;
const spellings = new Map([...counts, 'anyOf', 'propertyOrdering'].map((name) => [snakeCase(name), name]));

/** A schema of Google's as JSON Schema. What is JSON Schema already stays as it is. */
export function jsonSchema(schema: JsonObject): JsonObject {
  const { nullable, example, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [spellings.get(key) ?? key, value]),
  ) as Record<string, JsonValue>;
  const { propertyOrdering: _order, type, ...members } = rest;
  const own = mapSchemas({ ...typeMember(type), ...members, ...countMembers(members) }, jsonSchema);
  const shown = example === undefined ? own : { ...own, examples: [example] };
  return nullable === true ? orNull(shown) : shown;
}

function typeMember(type: JsonValue | undefined): JsonObject {
  if (Array.isArray(type)) return { type };
  const word = typeof type === 'number' ? typeNumbers[type] : typeof type === 'string' ? type.toLowerCase() : undefined;
  return word === undefined || word === '' || word === 'type_unspecified' ? {} : { type: word };
}

/** Protocol buffers write 64 bits as a string. */
function countMembers(schema: JsonObject): JsonObject {
  const found = counts.filter((name) => typeof schema[name] === 'string' && /^\d{1,15}$/.test(schema[name]));
  return Object.fromEntries(found.map((name) => [name, Number(schema[name])]));
}

function orNull(schema: JsonObject): JsonObject {
  const values = Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  if (typeof schema.type === 'string') return { ...schema, ...values, type: [schema.type, 'null'] };
  return Array.isArray(schema.anyOf) ? { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] } : { ...schema, ...values };
}

/** `const` as `enum` of one value: schemas of answers may not have it (AI SDK, sanitize-response-json-schema). */
export function withoutConst(schema: JsonObject): JsonObject {
  if (schema.const === undefined) return mapSchemas(schema, withoutConst);
  const { const: value, ...rest } = schema;
  return mapSchemas({ ...rest, enum: [value] }, withoutConst);
}

const single = ['items', 'additionalProperties', 'not'] as const;
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'] as const;
const named = ['properties', '$defs', 'definitions', 'patternProperties'] as const;

/** A schema with each of its direct parts changed. Nothing is touched that only looks like a part (a property called `items`). */
function mapSchemas(schema: JsonObject, change: (part: JsonObject) => JsonObject): JsonObject {
  const part = (value: JsonValue): JsonValue => (isJsonObject(value) ? change(value) : value);
  const changed: Record<string, JsonValue> = {};
  for (const key of single) if (isJsonObject(schema[key])) changed[key] = part(schema[key]);
  for (const key of lists) if (Array.isArray(schema[key])) changed[key] = schema[key].map(part);
  for (const key of named) {
    const parts = schema[key];
    if (isJsonObject(parts)) changed[key] = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, part(value)]));
  }
  return { ...schema, ...changed };
}

/** A schema that asks for no parameters. */
export function isEmptySchema(schema: JsonObject): boolean {
  return Object.entries(schema).every(([key, value]) => {
    if (key === 'properties') return isJsonObject(value) && Object.keys(value).length === 0;
    if (key === 'required') return Array.isArray(value) && value.length === 0;
    if (key === 'additionalProperties') return value === false;
    return key === '$schema' || (key === 'type' && value === 'object');
  });
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
