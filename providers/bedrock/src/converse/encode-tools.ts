import {
  type ChosenTools,
  chooseTools,
  constrainedSchema,
  type JsonObject,
  type NeutralRequest,
  type NeutralTool,
} from '@express-ai-gateway/core/provider';
import type { EncoderAbout } from './encoder.ts';

export interface EncodedTools {
  /** `undefined` without tools: a choice alone is an error. */
  readonly toolConfig: JsonObject | undefined;
  /** `tool_choice` as Claude itself knows it, for what Converse has no word for. */
  readonly ownChoice: JsonObject | undefined;
  /** A tool must be called. */
  readonly forced: boolean;
}

const none: EncodedTools = { toolConfig: undefined, ownChoice: undefined, forced: false };

export function encodeTools(request: NeutralRequest, about: EncoderAbout): EncodedTools {
  if (about.quirks.tools === false) {
    if (request.tools.length > 0) about.losses.refuse('tools');
    return none;
  }
  const { tools, choice } = chosen(request, about);
  if (tools.length === 0) return none;
  const ownChoice = request.parallelTools === false ? oneAtATime(choice, about) : undefined;
  return {
    toolConfig: {
      tools: tools.map((tool) => ({ toolSpec: encodeTool(tool, about) })),
      // Both at once are a 400 (BerriAI/litellm#36536).
      ...(choice !== undefined && ownChoice === undefined && { toolChoice: converseChoice(choice) }),
    },
    ownChoice,
    forced: choice !== undefined && choice !== 'auto',
  };
}

type Choice = Exclude<ChosenTools['choice'], 'none' | undefined>;

/** Without a word for "none": then no tool is sent. */
function chosen(
  request: NeutralRequest,
  { quirks, model, losses }: EncoderAbout,
): Pick<ChosenTools, 'tools'> & { readonly choice: Choice | undefined } {
  const { tools, choice } = chooseTools(request, quirks, losses, model.traits.forcedTools);
  return choice === 'none' ? { tools: [], choice: undefined } : { tools, choice };
}

function converseChoice(choice: Choice): JsonObject {
  if (typeof choice === 'object') return { tool: { name: choice.only } };
  return choice === 'auto' ? { auto: {} } : { any: {} };
}

/** Claude's own `tool_choice` says it, and must then say all of it (BerriAI/litellm#34347); others have no word for it. */
function oneAtATime(choice: Choice | undefined, { model, losses }: EncoderAbout): JsonObject | undefined {
  if (model.traits.claude) return { ...claudeChoice(choice), disable_parallel_tool_use: true };
  losses.refuse('parallelTools');
  return undefined;
}

function claudeChoice(choice: Choice | undefined): JsonObject {
  if (typeof choice === 'object') return { type: 'tool', name: choice.only };
  return { type: choice === 'required' ? 'any' : 'auto' };
}

/** Other names are a 400, and a changed one would come back to a client that does not know it. */
const toolName = /^[\w-]{1,64}$/;

function encodeTool(tool: NeutralTool, about: EncoderAbout): JsonObject {
  if (!toolName.test(tool.name)) about.losses.refuse('tools');
  const schema = objectSchema(tool.parameters ?? {});
  const strict = tool.strict === true ? strictSchema(schema, about) : undefined;
  return {
    name: tool.name,
    ...(tool.description !== undefined && tool.description.trim() !== '' && { description: tool.description }),
    inputSchema: { json: strict ?? schema },
    ...(strict !== undefined && { strict: true }),
  };
}

/** The type must be said and be `object`. */
function objectSchema(schema: JsonObject): JsonObject {
  return schema.type === 'object' ? schema : { properties: {}, ...schema, type: 'object' };
}

function strictSchema(schema: JsonObject, { model, quirks, losses }: EncoderAbout): JsonObject | undefined {
  const constrained = model.strictTools && quirks.strictTools !== false ? constrainedSchema(schema) : undefined;
  if (constrained === undefined || constrained.relaxed) losses.drop('strictTools');
  return constrained?.schema;
}
