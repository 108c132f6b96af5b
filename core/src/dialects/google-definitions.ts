import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { camelCase, fieldKey, fieldOf, objectElements } from './google-fields.ts';
import { stringPaths } from './texts.ts';

// Texts of function declarations and schemas, whether Google's own (`parameters`) or JSON Schema (`parametersJsonSchema`).

const schemaFields = ['parameters', 'parametersJsonSchema', 'response', 'responseJsonSchema'] as const;

/** Descriptions of every function in `tools`, and the texts of their schemas. */
export function* toolTexts(request: JsonObject, path: JsonPath): Generator<TextPlace> {
  for (const [tool, at] of objectElements(request, 'tools', path))
    for (const [declaration, place] of objectElements(tool, 'functionDeclarations', at)) {
      const { description } = declaration;
      if (typeof description === 'string') yield { scope: 'toolDefinition', path: [...place, 'description'], text: description };
      for (const field of schemaFields) yield* schemaTexts(declaration, field, place);
    }
}

/** Names of the functions; of built-in tools their kind, e.g. `googleSearch`, in one spelling: plugins compare it. */
export function toolNames(request: JsonObject): string[] {
  const names: string[] = [];
  for (const [tool] of objectElements(request, 'tools', [])) {
    const declarations = fieldKey(tool, 'functionDeclarations');
    for (const [{ name }] of objectElements(tool, 'functionDeclarations', [])) names.push(typeof name === 'string' ? name : 'unnamed');
    for (const kind of Object.keys(tool)) if (kind !== declarations && fieldOf(tool, kind) !== undefined) names.push(camelCase(kind));
  }
  return names;
}

/** Keys whose value is a text for the model. */
const textKeys: ReadonlySet<string> = new Set(['description', 'title', '$comment']);
/** Keys whose value is data, texts among it. */
const dataKeys: ReadonlySet<string> = new Set(['default', 'enum', 'const', 'example', 'examples']);
/** Keys whose value names schemas by words of the caller's own: a property may be called `title`. */
const namingKeys: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'pattern_properties', 'dependentSchemas', '$defs', 'defs', 'definitions'],
]);

/** Every text of the schema in a field. */
export function* schemaTexts(holder: JsonObject, field: string, path: JsonPath): Generator<TextPlace> {
  const key = fieldKey(holder, field);
  if (key !== undefined) yield* textsWithin(holder[key] as JsonValue, [...path, key], false);
}

function* textsWithin(value: JsonValue, path: JsonPath, named: boolean): Generator<TextPlace> {
  if (Array.isArray(value))
    for (const [index, element] of value.entries()) yield* textsWithin(element as JsonValue, [...path, index], false);
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const at: JsonPath = [...path, key];
    if (!named && textKeys.has(key) && typeof member === 'string') yield { scope: 'toolDefinition', path: at, text: member };
    else if (!named && dataKeys.has(key)) yield* dataTexts(member, at);
    else yield* textsWithin(member, at, !named && namingKeys.has(key));
  }
}

function* dataTexts(value: JsonValue, path: JsonPath): Generator<TextPlace> {
  for (const inner of stringPaths(value)) {
    const text = inner.reduce<JsonValue>((at, step) => (at as Record<string | number, JsonValue>)[step] as JsonValue, value);
    yield { scope: 'toolDefinition', path: [...path, ...inner], text: String(text) };
  }
}
