import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';

// The JSON Schema that Anthropic's constrained decoding takes is a part of the language: every object closed, no recursion, no
// bounds. Sources: AI SDK 7 (`@ai-sdk/anthropic` 4.0.105, sanitize-json-schema.ts, supports-native-structured-output-schema.ts).

export interface ConstrainedSchema {
  readonly schema: JsonObject;
  /** A bound is now only asked for, in the description: an answer may be outside it. */
  readonly relaxed: boolean;
}

/** The schema as Anthropic takes it; `undefined` where that would say something else (a map, a tree). */
export function constrainedSchema(schema: JsonObject): ConstrainedSchema | undefined {
  if (isRecursive(schema)) return undefined;
  const state = { relaxed: false, open: false };
  const constrained = constrain(schema, state);
  return state.open || !isJsonObject(constrained) ? undefined : { schema: constrained, relaxed: state.relaxed };
}

interface State {
  relaxed: boolean;
  open: boolean;
}

/** Kept as they are. */
const plain = new Set(['$ref', 'type', 'enum', 'const', 'title', 'description', 'default', 'required']);

/** Hold schemas by name. */
const maps = new Set(['properties', '$defs', 'definitions']);

/** Of strings, those that are kept to. */
const formats = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']);

/** Say nothing about which values there are. */
const remarks = new Set(['$schema', '$id', '$comment', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'additionalProperties']);

function constrain(schema: JsonValue, state: State): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const kept: Record<string, JsonValue> = {};
  const bounds: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (plain.has(key)) kept[key] = value;
    else if (maps.has(key)) kept[key] = constrainMap(value, state);
    else if (key === 'items' && !Array.isArray(value)) kept.items = constrain(value, state);
    else if (key === 'anyOf' || key === 'allOf') kept[key] = constrainList(value, state);
    else if (key === 'oneOf' && schema.anyOf === undefined) {
      kept.anyOf = constrainList(value, state);
      state.relaxed = true;
    } else if (key === 'format' && typeof value === 'string' && formats.has(value)) kept.format = value;
    else if (!remarks.has(key)) bounds.push(`${key}: ${JSON.stringify(value)}`);
  }
  if (isObjectSchema(schema)) {
    if (isOpen(schema)) state.open = true;
    kept.additionalProperties = false;
  }
  return bounds.length === 0 ? kept : described(kept, bounds, state);
}

function described(kept: Record<string, JsonValue>, bounds: readonly string[], state: State): JsonObject {
  state.relaxed = true;
  const said = typeof kept.description === 'string' && kept.description !== '' ? `${kept.description}\n` : '';
  return { ...kept, description: `${said}${bounds.join('; ')}` };
}

function constrainMap(value: JsonValue, state: State): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, constrain(schema, state)]));
}

function constrainList(value: JsonValue, state: State): JsonValue {
  return Array.isArray(value) ? (value as readonly JsonValue[]).map((schema) => constrain(schema, state)) : value;
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isJsonObject(properties);
}

/** Properties of any name: closed, it could only be empty. */
function isOpen({ properties, additionalProperties: others, patternProperties: patterns }: JsonObject): boolean {
  if (others === true || isJsonObject(others)) return true;
  if (isJsonObject(patterns) && Object.keys(patterns).length > 0) return true;
  return !isJsonObject(properties) && others !== false;
}

/** Whether a reference leads back to itself, or anywhere else than into the schema. */
function isRecursive(root: JsonObject): boolean {
  const done = new Set<string>();
  const under = new Set<string>();
  const leadsBack = (value: JsonValue): boolean => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).some(leadsBack);
    if (!isJsonObject(value)) return false;
    return (typeof value.$ref === 'string' && followed(value.$ref)) || Object.values(value).some(leadsBack);
  };
  const followed = (ref: string): boolean => {
    if (under.has(ref)) return true;
    if (done.has(ref)) return false;
    const target = resolved(root, ref);
    if (target === undefined) return true;
    under.add(ref);
    const found = leadsBack(target);
    under.delete(ref);
    done.add(ref);
    return found;
  };
  return leadsBack(root);
}

/** RFC 6901, as a fragment. */
function resolved(root: JsonObject, ref: string): JsonValue | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let value: JsonValue | undefined = root;
  for (const step of ref.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
