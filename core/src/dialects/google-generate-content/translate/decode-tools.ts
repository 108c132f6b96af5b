import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../../model/json.ts';
import type { NeutralTool, NeutralToolChoice } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { elements, fieldKey, fieldOf, objectElements } from '../../google-fields.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { knownKeys } from './known-keys.ts';
import { placeName } from './place-name.ts';
import { jsonSchema } from './schema.ts';

export function decodeTools(body: JsonObject, losses: RequestLosses): NeutralTool[] {
  return [...objectElements(body, 'tools', [])].flatMap(([tool, path]) => {
    const declarations = fieldKey(tool, 'functionDeclarations');
    // Search, code, maps, MCP servers: Google runs them itself.
    for (const key of Object.keys(tool)) if (key !== declarations && tool[key] !== null) losses.refuseAt(placeName(path), key);
    return [...objectElements(tool, 'functionDeclarations', path)].map(([declaration, at]) => decodeTool(declaration, at, losses));
  });
}

function decodeTool(declaration: JsonObject, path: JsonPath, losses: RequestLosses): NeutralTool {
  const place = placeName(path);
  const { name } = declaration;
  const description = declaration.description ?? undefined;
  if (typeof name !== 'string' || name === '') badField(`${place}.name`, 'a non-empty string', name);
  if (description !== undefined && typeof description !== 'string') badField(`${place}.description`, 'a string', description);
  // What a function gives back, and whether the model goes on meanwhile.
  for (const field of ['response', 'responseJsonSchema', 'behavior'])
    if (fieldOf(declaration, field) !== undefined) losses.drop(`${place}.${field}`);
  return {
    name,
    description: description === '' ? undefined : description,
    parameters: parametersOf(declaration, place),
    strict: undefined,
  };
}

function parametersOf(declaration: JsonObject, place: string): JsonObject | undefined {
  const schema = fieldOf(declaration, 'parametersJsonSchema');
  const own = fieldOf(declaration, 'parameters');
  if (schema !== undefined && own !== undefined) badField(`${place}.parameters`, 'either this or parametersJsonSchema, not both', own);
  if (schema !== undefined) return objectAt(schema, `${place}.parametersJsonSchema`);
  return own === undefined ? undefined : jsonSchema(objectAt(own, `${place}.parameters`));
}

/** By name, or by number as clients send it that write enums so. */
const modes: ReadonlyMap<string | number, NeutralToolChoice['mode']> = new Map<string | number, NeutralToolChoice['mode']>([
  ['MODE_UNSPECIFIED', 'auto'],
  ['AUTO', 'auto'],
  ['ANY', 'required'],
  ['NONE', 'none'],
  ['VALIDATED', 'auto'],
  [0, 'auto'],
  [1, 'auto'],
  [2, 'required'],
  [3, 'none'],
]);

export function decodeToolChoice(body: JsonObject, losses: RequestLosses): NeutralToolChoice | undefined {
  const toolConfig = fieldOf(body, 'toolConfig');
  if (toolConfig === undefined) return undefined;
  const holder = objectAt(toolConfig, 'toolConfig');
  losses.dropOthers(holder, knownKeys(holder, ['functionCallingConfig']), 'toolConfig.');
  const value = fieldOf(holder, 'functionCallingConfig');
  if (value === undefined) return undefined;
  const place = 'toolConfig.functionCallingConfig';
  const config = objectAt(value, place);
  losses.dropOthers(config, knownKeys(config, ['mode', 'allowedFunctionNames']), `${place}.`);
  const word = fieldOf(config, 'mode') ?? 'AUTO';
  const mode = typeof word === 'string' || typeof word === 'number' ? modes.get(word) : undefined;
  if (mode === undefined) losses.refuse(`${place}.mode`);
  // That calls keep to their schemas: others promise it only for schemas of a stricter kind.
  if (word === 'VALIDATED') losses.drop(`${place}.mode`);
  return { mode: mode ?? 'auto', allowed: allowedNames(config, place) };
}

function allowedNames(config: JsonObject, place: string): string[] | undefined {
  const names = [...elements(config, 'allowedFunctionNames', [])].map(([name]) => {
    if (typeof name !== 'string') badField(`${place}.allowedFunctionNames`, 'an array of strings', name);
    return name;
  });
  return names.length === 0 ? undefined : names;
}

function objectAt(value: JsonValue, place: string): JsonObject {
  if (!isJsonObject(value)) badField(place, 'an object', value);
  return value;
}
