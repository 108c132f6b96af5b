import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralFormat, NeutralTool, NeutralToolChoice } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { decodeSchema } from '../../translate/json-format.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { optionalObjects } from '../../translate/object-list.ts';
import { optionalObject, optionalTexts } from '../../translate/optional-fields.ts';

/** Functions. Any other tool runs at the provider, or speaks a grammar that only OpenAI's models know. */
export function decodeTools(tools: JsonValue | undefined, losses: RequestLosses): NeutralTool[] {
  const read: NeutralTool[] = [];
  for (const [tool, at] of optionalObjects('tools', tools)) {
    const type = requiredText(`${at}.type`, tool.type);
    if (type === 'function') read.push(decodeTool(tool, at, losses));
    else losses.refuseAt(at, type);
  }
  return read;
}

const toolKeys = new Set(['type', 'name', 'description', 'parameters', 'strict', 'allowed_callers', 'defer_loading', 'async']);

function decodeTool(tool: JsonObject, at: string, losses: RequestLosses): NeutralTool {
  losses.dropOthers(tool, toolKeys, 'tools[].');
  // Who may call it is a restriction: maximhq/bifrost#7344.
  if (optionalTexts(`${at}.allowed_callers`, tool.allowed_callers).some((caller) => caller !== 'direct'))
    losses.refuse(`${at}.allowed_callers`);
  for (const option of ['defer_loading', 'async']) if (tool[option] === true) losses.drop(`tools[].${option}`);
  return {
    name: requiredText(`${at}.name`, tool.name),
    description: textOf(tool.description) || undefined,
    parameters: optionalObject(`${at}.parameters`, tool.parameters, 'a JSON Schema of an object'),
    strict: typeof tool.strict === 'boolean' ? tool.strict : undefined,
  };
}

const modes = { auto: 'auto', none: 'none', required: 'required' } as const;

export function decodeToolChoice(choice: JsonValue | undefined, losses: RequestLosses): NeutralToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (typeof choice === 'string') {
    const mode = choice === 'auto' || choice === 'none' || choice === 'required' ? modes[choice] : undefined;
    return mode === undefined ? badField('tool_choice', 'auto, none, required or an object', choice) : { mode, allowed: undefined };
  }
  if (!isJsonObject(choice)) badField('tool_choice', 'auto, none, required or an object', choice);
  if (choice.type === 'function') return { mode: 'required', allowed: [requiredText('tool_choice.name', choice.name)] };
  if (choice.type === 'allowed_tools') return decodeAllowed(choice, losses);
  requiredText('tool_choice.type', choice.type);
  losses.refuse('tool_choice');
  return undefined;
}

/** Only these may be called. One that is no function cannot be said, and the rest without it would be another restriction. */
function decodeAllowed(choice: JsonObject, losses: RequestLosses): NeutralToolChoice {
  const { mode, tools } = choice;
  if (mode !== 'auto' && mode !== 'required') badField('tool_choice.mode', 'auto or required', mode);
  if (!Array.isArray(tools)) badField('tool_choice.tools', 'an array of tools', tools);
  const functions = objectsIn(tools).filter((tool) => tool.type === 'function' && textOf(tool.name) !== '');
  if (functions.length < tools.length) losses.refuse('tool_choice');
  return { mode, allowed: functions.map((tool) => textOf(tool.name)) };
}

const textKeys = new Set(['format', 'verbosity']);

/** `text`: the form of the answer. */
export function decodeFormat(value: JsonValue | undefined, losses: RequestLosses): NeutralFormat | undefined {
  const text = optionalObject('text', value);
  if (text === undefined) return undefined;
  losses.dropOthers(text, textKeys, 'text.');
  if (typeof text.verbosity === 'string' && text.verbosity !== 'medium') losses.drop('text.verbosity');
  const format = optionalObject('text.format', text.format, 'an object with a type');
  if (format === undefined) return undefined;
  if (format.type === 'text') return undefined;
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.type === 'json_schema') return decodeSchema(format, 'text.format', losses);
  requiredText('text.format.type', format.type);
  losses.refuse('text.format');
  return undefined;
}
