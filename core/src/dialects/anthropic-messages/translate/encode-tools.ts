import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import { type ChosenTools, chooseTools, usesTools } from '../../translate/tool-choice.ts';
import { constrainedSchema } from './constrained-schema.ts';
import type { EncoderAbout } from './encode-format.ts';

export interface EncodedTools {
  /** `tools`, `tool_choice`: those that are needed. */
  readonly members: JsonObject;
  /** A tool must be called. */
  readonly forced: boolean;
}

const none: EncodedTools = { members: {}, forced: false };

export function encodeTools(request: NeutralRequest, about: EncoderAbout): EncodedTools {
  const { quirks, losses } = about;
  if (quirks.tools === false) {
    if (usesTools(request)) losses.refuse('tools');
    return none;
  }
  const chosen = chooseTools(request, quirks, losses, about.model.forcedTools);
  const { tools } = chosen;
  if (tools.length === 0) return none; // without tools a choice is an error
  const choice = choiceMember(chosen.choice);
  const tool_choice = withParallel(choice, request.parallelTools, about);
  return {
    members: { tools: tools.map((tool) => encodeTool(tool, about)), ...(tool_choice !== undefined && { tool_choice }) },
    forced: choice?.type === 'any' || choice?.type === 'tool',
  };
}

function choiceMember(choice: ChosenTools['choice']): JsonObject | undefined {
  if (typeof choice === 'object') return { type: 'tool', name: choice.only };
  return choice === undefined ? undefined : { type: choice === 'required' ? 'any' : choice };
}

/** One call at a time is a part of the choice, which must then be there (maximhq/bifrost#7348). */
function withParallel(
  choice: JsonObject | undefined,
  parallelTools: boolean | undefined,
  { quirks, losses }: EncoderAbout,
): JsonObject | undefined {
  if (parallelTools !== false || choice?.type === 'none') return choice;
  if (quirks.unknownFields?.includes('tool_choice')) {
    losses.refuse('parallelTools');
    return choice;
  }
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true };
}

/** Other names are a 400, and a changed one would come back to a client that does not know it. */
const toolName = /^[\w-]{1,128}$/;

function encodeTool(tool: NeutralTool, about: EncoderAbout): JsonObject {
  const { model, losses } = about;
  if (model.claude && !toolName.test(tool.name)) losses.refuse('tools');
  const schema = objectSchema(tool.parameters ?? {}, about);
  const strict = tool.strict === true ? strictSchema(schema, about) : undefined;
  return {
    name: tool.name,
    ...(tool.description !== undefined && tool.description !== '' && { description: tool.description }),
    input_schema: strict ?? schema,
    ...(strict !== undefined && { strict: true }),
  };
}

/** A strict tool's input is held to the part of JSON Schema that Anthropic can hold it to. */
function strictSchema(schema: JsonObject, { quirks, model, losses }: EncoderAbout): JsonObject | undefined {
  const constrained = model.structuredOutput && quirks.strictTools !== false ? constrainedSchema(schema) : undefined;
  if (constrained === undefined || constrained.relaxed) losses.drop('strictTools');
  return constrained?.schema;
}

const unions = ['anyOf', 'oneOf', 'allOf'] as const;

/** The type must be said and be `object`; a union at the top is refused ("does not support oneOf, allOf, or anyOf"). */
function objectSchema(schema: JsonObject, { model, losses }: EncoderAbout): JsonObject {
  const { type } = schema;
  const typed = type === 'object' ? schema : { type: 'object', ...withoutType(schema) };
  if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object'))) losses.drop('tools');
  const complete: JsonObject = typed.properties === undefined && model.claude ? { ...typed, properties: {} } : typed;
  if (!model.claude || !unions.some((key) => complete[key] !== undefined)) return complete;
  losses.drop('tools');
  return unions.reduce(flattened, complete);
}

function withoutType({ type: _type, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** All that the variants may have; required is what all of them require, or any of them where all must hold. */
function flattened(schema: JsonObject, key: (typeof unions)[number]): JsonObject {
  const { [key]: variants, ...rest } = schema;
  if (!Array.isArray(variants)) return rest;
  const objects = (variants as readonly JsonValue[]).filter(isJsonObject);
  const properties = mergedProperties([...objects.toReversed(), schema]);
  const required = new Set(requiredOf(schema));
  for (const name of sharedRequired(objects, key)) required.add(name);
  return { ...rest, properties, ...(required.size > 0 && { required: [...required] }) };
}

/** Of each name the last; a map keeps names that an object would take for its own (`__proto__`). */
function mergedProperties(schemas: readonly JsonObject[]): JsonObject {
  const merged = new Map<string, JsonValue>();
  for (const schema of schemas) for (const [name, property] of Object.entries(propertiesOf(schema))) merged.set(name, property);
  return Object.fromEntries(merged);
}

/** Sets: a client may require as many names as its body holds. */
function sharedRequired(variants: readonly JsonObject[], key: (typeof unions)[number]): string[] {
  const names = variants.map(requiredOf);
  if (key === 'allOf') return names.flat();
  const [first = [], ...others] = names;
  const sets = others.map((other) => new Set(other));
  return first.filter((name) => sets.every((set) => set.has(name)));
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return isJsonObject(properties) ? properties : {};
}

function requiredOf({ required }: JsonObject): string[] {
  return Array.isArray(required) ? (required as readonly JsonValue[]).filter((name) => typeof name === 'string') : [];
}
