import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralFormat, NeutralTool, NeutralToolChoice } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { decodeSchema } from '../../translate/json-format.ts';
import { objectsIn } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { optionalObjects } from '../../translate/object-list.ts';
import { optionalObject } from '../../translate/optional-fields.ts';

const toolKeys = new Set(['type', 'function']);
const functionKeys = new Set(['name', 'description', 'parameters', 'strict']);

/** Functions of the client's. Tools with a grammar, and tools that a provider runs itself, have no counterpart elsewhere. */
export function decodeTools(body: JsonObject, losses: RequestLosses): NeutralTool[] {
  const tools: NeutralTool[] = [];
  for (const [tool, at] of optionalObjects('tools', body.tools)) {
    if (!isJsonObject(tool.function)) {
      if (tool.type === 'function') badField(`${at}.function`, 'an object with a name', tool.function);
      losses.refuseAt(at, typeof tool.type === 'string' ? tool.type : '');
      continue;
    }
    losses.dropOthers(tool, toolKeys, 'tools[].');
    tools.push(decodeFunction(tool.function, `${at}.function`, losses));
  }
  for (const [definition, at] of optionalObjects('functions', body.functions)) tools.push(decodeFunction(definition, at, losses));
  return tools;
}

function decodeFunction(definition: JsonObject, at: string, losses: RequestLosses): NeutralTool {
  losses.dropOthers(definition, functionKeys, 'tools[].function.');
  const { description, strict } = definition;
  return {
    name: requiredText(`${at}.name`, definition.name),
    description: typeof description === 'string' ? description : undefined,
    parameters: optionalObject(`${at}.parameters`, definition.parameters, 'a JSON Schema of an object'),
    strict: typeof strict === 'boolean' ? strict : undefined,
  };
}

/** `tool_choice`, or the `function_call` that was before it. */
export function decodeToolChoice(body: JsonObject, losses: RequestLosses): NeutralToolChoice | undefined {
  const legacy = body.tool_choice === undefined || body.tool_choice === null;
  const field = legacy ? 'function_call' : 'tool_choice';
  const choice = legacy ? body.function_call : body.tool_choice;
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice, allowed: undefined };
  if (choice === 'any') return { mode: 'required', allowed: undefined }; // Mistral's word
  if (!isJsonObject(choice)) badField(field, 'auto, none, required or an object that names tools', choice);
  if (choice.type === 'allowed_tools') return decodeAllowed(choice.allowed_tools, losses);
  if (choice.type === 'function' || legacy) {
    const named = legacy ? choice : isJsonObject(choice.function) ? choice.function : {};
    return { mode: 'required', allowed: [requiredText(`${field}${legacy ? '' : '.function'}.name`, named.name)] };
  }
  losses.refuse(field);
  return undefined;
}

/** A restriction: whatever cannot be kept of it makes the whole of it void (maximhq/bifrost#7344). */
function decodeAllowed(allowed: JsonValue | undefined, losses: RequestLosses): NeutralToolChoice | undefined {
  const at = 'tool_choice.allowed_tools';
  if (!isJsonObject(allowed)) badField(at, 'an object with mode and tools', allowed);
  const { mode = 'auto', tools } = allowed;
  if (mode !== 'auto' && mode !== 'required') badField(`${at}.mode`, 'auto or required', mode);
  if (!Array.isArray(tools)) badField(`${at}.tools`, 'an array', tools);
  const names = objectsIn(tools).map((tool) => (isJsonObject(tool.function) ? tool.function.name : undefined));
  if (names.length < tools.length || !names.every((name) => typeof name === 'string')) {
    losses.refuse('tool_choice');
    return undefined;
  }
  return { mode, allowed: names };
}

export function decodeFormat(body: JsonObject, losses: RequestLosses): NeutralFormat | undefined {
  const format = optionalObject('response_format', body.response_format, 'an object with a type');
  if (format === undefined) return undefined;
  if (format.type === 'text') return undefined;
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.type === 'json_schema') {
    const { json_schema: given } = format;
    if (!isJsonObject(given)) badField('response_format.json_schema', 'an object with name and schema', given);
    return decodeSchema(given, 'response_format.json_schema', losses);
  }
  requiredText('response_format.type', format.type);
  losses.refuse('response_format');
  return undefined;
}
