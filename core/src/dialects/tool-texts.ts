import { isJsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { stringPlaces } from './string-places.ts';

/** What models read of a definition besides its names. */
const prose: ReadonlySet<string> = new Set(['description', 'title', 'server_description', '$comment']);

/** JSON Schema's own values: words that the model may be asked to say. */
const schemaValues: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** Their keys are names of the application's: a property may be called `description` or `default`. */
const namesOfSchemas: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** Credentials of MCP servers are no texts. */
const credentials: ReadonlySet<string> = new Set(['headers', 'authorization']);

/** Texts of a tool's definition or of a JSON schema, at any depth. */
export function* toolTexts(definition: JsonValue | undefined, path: JsonPath): Generator<TextPlace> {
  if (Array.isArray(definition)) {
    for (const [index, member] of (definition as readonly JsonValue[]).entries()) yield* toolTexts(member, [...path, index]);
    return;
  }
  if (!isJsonObject(definition)) return;
  for (const [key, member] of Object.entries(definition)) {
    const at = [...path, key];
    if (schemaValues.has(key)) yield* stringPlaces(member, at, 'toolDefinition');
    else if (namesOfSchemas.has(key)) yield* namedSchemas(member, at);
    else if (typeof member !== 'string') {
      if (!credentials.has(key)) yield* toolTexts(member, at);
    } else if (prose.has(key)) yield { scope: 'toolDefinition', path: at, text: member };
  }
}

function* namedSchemas(schemas: JsonValue, path: JsonPath): Generator<TextPlace> {
  if (isJsonObject(schemas)) for (const [name, schema] of Object.entries(schemas)) yield* toolTexts(schema, [...path, name]);
}
