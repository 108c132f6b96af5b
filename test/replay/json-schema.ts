import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';

/** What is wrong with a value, each with its path; empty where nothing is. */
export type Problems = readonly string[];

/** References that are being followed for one value: some schemas go round in circles. */
const deepest = 200;

/**
 * As much of JSON Schema as OpenAPI documents of providers use. `oneOf` is read like `anyOf`: their alternatives overlap, so
 * that "exactly one" would refuse what the provider itself sends.
 */
export class SchemaDocument {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** `name`: of a schema in `components.schemas`. */
  check(value: JsonValue, name: string): Problems {
    return this.#check(value, { $ref: `#/components/schemas/${name}` }, '$', 0);
  }

  #check(value: JsonValue, schema: JsonValue | undefined, path: string, depth: number): Problems {
    if (schema === false) return [`${path}: nothing is allowed here`];
    if (!isJsonObject(schema) || depth > deepest) return [];
    const { $ref, nullable } = schema;
    if (typeof $ref === 'string') return this.#check(value, this.#at($ref), path, depth + 1);
    if (value === null && nullable === true) return [];
    return [
      ...typeProblems(value, schema, path),
      ...valueProblems(value, schema, path),
      ...(isJsonObject(value) ? this.#members(value, schema, path, depth) : []),
      ...(Array.isArray(value) ? this.#elements(value as readonly JsonValue[], schema, path, depth) : []),
      ...this.#all(value, schema.allOf, path, depth),
      ...this.#any(value, schema.anyOf, path, depth),
      ...this.#any(value, schema.oneOf, path, depth),
    ];
  }

  #at(reference: string): JsonValue | undefined {
    let here: JsonValue | undefined = this.#root;
    for (const key of reference.replace(/^#\//, '').split('/')) here = isJsonObject(here) ? here[key] : undefined;
    if (here === undefined) throw new TypeError(`no schema at ${reference}`);
    return here;
  }

  #members(value: JsonObject, schema: JsonObject, path: string, depth: number): string[] {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : [];
    const missing = required.filter((key) => value[key] === undefined).map((key) => `${path}.${key}: is missing`);
    const { additionalProperties } = schema;
    return [
      ...missing,
      ...Object.entries(value).flatMap(([key, member]) =>
        this.#check(member, Object.hasOwn(properties, key) ? properties[key] : additionalProperties, `${path}.${key}`, depth + 1),
      ),
    ];
  }

  #elements(value: readonly JsonValue[], schema: JsonObject, path: string, depth: number): string[] {
    const { items, minItems, maxItems } = schema;
    const few = typeof minItems === 'number' && value.length < minItems ? [`${path}: fewer than ${minItems}`] : [];
    const many = typeof maxItems === 'number' && value.length > maxItems ? [`${path}: more than ${maxItems}`] : [];
    return [...few, ...many, ...value.flatMap((one, index) => this.#check(one, items, `${path}[${index}]`, depth + 1))];
  }

  #all(value: JsonValue, schemas: JsonValue | undefined, path: string, depth: number): string[] {
    return Array.isArray(schemas) ? (schemas as readonly JsonValue[]).flatMap((one) => this.#check(value, one, path, depth + 1)) : [];
  }

  /** Of alternatives that all fail, the one that comes nearest says what is wrong: the one whose `type` fits, then the fewest problems. */
  #any(value: JsonValue, schemas: JsonValue | undefined, path: string, depth: number): Problems {
    if (!Array.isArray(schemas)) return [];
    const tries = (schemas as readonly JsonValue[]).map((one) => this.#check(value, one, path, depth + 1));
    const told = (problems: Problems): number =>
      problems.length +
      (problems.some((problem) => problem.startsWith(`${path}.type:`) || problem.startsWith(`${path}: is no`)) ? 1_000 : 0);
    return tries.toSorted((one, other) => told(one) - told(other))[0] ?? [];
  }
}

function typeProblems(value: JsonValue, { type }: JsonObject, path: string): string[] {
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as readonly string[]) : undefined;
  return types === undefined || types.some((one) => isOfType(value, one)) ? [] : [`${path}: is no ${types.join(' or ')}`];
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function valueProblems(value: JsonValue, schema: JsonObject, path: string): string[] {
  const { enum: values, const: only, pattern, minimum, maximum, minLength, maxLength } = schema;
  const problems: string[] = [];
  const say = (broken: boolean, what: string): void => {
    if (broken) problems.push(`${path}: ${what}`);
  };
  if (Array.isArray(values))
    say(!values.some((one) => isDeepStrictEqual(one, value)), `is none of ${JSON.stringify(values).slice(0, 200)}`);
  if (only !== undefined) say(!isDeepStrictEqual(only, value), `is not ${JSON.stringify(only)}`);
  if (typeof value === 'string') {
    if (typeof pattern === 'string') say(!new RegExp(pattern, 'u').test(value), `does not match ${pattern}`);
    if (typeof minLength === 'number') say(value.length < minLength, `is shorter than ${minLength}`);
    if (typeof maxLength === 'number') say(value.length > maxLength, `is longer than ${maxLength}`);
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number') say(value < minimum, `is less than ${minimum}`);
    if (typeof maximum === 'number') say(value > maximum, `is more than ${maximum}`);
  }
  return problems;
}
