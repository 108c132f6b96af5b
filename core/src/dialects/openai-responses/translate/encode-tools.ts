import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import { type ChosenTools, chooseTools, usesTools } from '../../translate/tool-choice.ts';
import type { TargetQuirks } from '../../translation.ts';

/** `tools`, `tool_choice`, `parallel_tool_calls`: those that are needed. Without tools the other two are an error. */
export function encodeTools(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  if (quirks.tools === false && usesTools(request)) losses.refuse('tools');
  const { tools, choice } = chooseTools(request, quirks, losses);
  if (tools.length === 0 || quirks.tools === false) return {};
  return {
    tools: tools.map((tool) => encodeTool(tool, quirks, losses)),
    ...(choice !== undefined && { tool_choice: choiceMember(choice, quirks) }),
    ...(request.parallelTools !== undefined && { parallel_tool_calls: request.parallelTools }),
  };
}

function choiceMember(choice: NonNullable<ChosenTools['choice']>, quirks: TargetQuirks): JsonValue {
  if (typeof choice === 'object') return { type: 'function', name: choice.only };
  return choice === 'required' ? (quirks.toolChoiceRequired ?? 'required') : choice;
}

/** Responses takes a tool without `strict` as strict, and changes its schema for it: what was not asked for is `false`. */
function encodeTool(tool: NeutralTool, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  if (tool.strict === true && quirks.strictTools === false) losses.drop('strictTools');
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    ...(quirks.strictTools !== false && { strict: tool.strict ?? false }),
  };
}
