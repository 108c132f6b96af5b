import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralTool, NeutralToolChoice } from '../../../model/neutral.ts';
import { badField, optionalFlag, requiredText } from '../../fields.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { optionalObjects } from '../../translate/object-list.ts';
import { optionalBoolean, optionalObject } from '../../translate/optional-fields.ts';

/** The client's own tools. Those that Anthropic runs or has taught its models have no counterpart elsewhere. */
export function decodeTools(tools: JsonValue | undefined, losses: RequestLosses): NeutralTool[] {
  return optionalObjects('tools', tools).flatMap(([tool, at]) => {
    if (tool.type === undefined || tool.type === null || tool.type === 'custom') return [decodeTool(tool, at, losses)];
    const type = requiredText(`${at}.type`, tool.type);
    if (isToolSearch(type)) losses.drop('tools[].tool_search');
    else losses.refuseAt(at, type);
    return [];
  });
}

/** A search among the client's own tools only saves tokens: elsewhere all of them are there from the beginning. */
export function isToolSearch(type: string): boolean {
  return type.startsWith('tool_search_tool');
}

/** `eager_input_streaming` is about how pieces arrive, which every provider decides for itself. */
const toolKeys = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'allowed_callers', 'eager_input_streaming']);

function decodeTool(tool: JsonObject, at: string, losses: RequestLosses): NeutralTool {
  losses.dropOthers(tool, toolKeys, 'tools[].');
  noteCallers(tool.allowed_callers, at, losses);
  return {
    name: requiredText(`${at}.name`, tool.name),
    description: textOf(tool.description) || undefined,
    parameters: optionalObject(`${at}.input_schema`, tool.input_schema, 'a JSON Schema'),
    strict: optionalBoolean(`${at}.strict`, tool.strict),
  };
}

/** Who may call a tool is a restriction: a model that may not must not be given it (maximhq/bifrost#7344). */
function noteCallers(callers: JsonValue | undefined, at: string, losses: RequestLosses): void {
  if (callers === undefined || callers === null) return;
  if (!Array.isArray(callers)) badField(`${at}.allowed_callers`, 'an array of strings', callers);
  if (!callers.includes('direct')) losses.refuse(`${at}.allowed_callers`);
  else if (callers.length > 1) losses.drop('tools[].allowed_callers');
}

export function decodeToolChoice(choice: JsonValue | undefined): NeutralToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (!isJsonObject(choice)) badField('tool_choice', 'an object with a type', choice);
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { mode: choice.type, allowed: undefined };
    case 'any':
      return { mode: 'required', allowed: undefined };
    case 'tool':
      return { mode: 'required', allowed: [requiredText('tool_choice.name', choice.name)] };
    default:
      return badField('tool_choice.type', 'auto, any, tool or none', choice.type);
  }
}

export function decodeParallel(choice: JsonValue | undefined): false | undefined {
  const only = isJsonObject(choice) && optionalFlag('tool_choice.disable_parallel_tool_use', choice.disable_parallel_tool_use);
  return only ? false : undefined;
}
