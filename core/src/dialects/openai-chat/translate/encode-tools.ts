import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralField, NeutralFormat, NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import { jsonFormat } from '../../translate/json-format.ts';
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
  if (typeof choice === 'object') return { type: 'function', function: { name: choice.only } };
  return choice === 'required' ? (quirks.toolChoiceRequired ?? 'required') : choice;
}

function encodeTool(tool: NeutralTool, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  const strict = quirks.strictTools === false ? undefined : tool.strict;
  if (tool.strict === true && strict === undefined) losses.drop('strictTools');
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description !== undefined && { description: tool.description }),
      // May be left out at OpenAI, not elsewhere (BerriAI/litellm#18442).
      parameters: tool.parameters ?? { type: 'object', properties: {} },
      ...(strict !== undefined && { strict }),
    },
  };
}

/** `response_format`. */
export function encodeFormat(
  format: NeutralFormat | undefined,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  const json = jsonFormat(format, quirks, losses);
  if (json?.type !== 'json_schema') return json;
  const { type, ...schema } = json;
  return { type, json_schema: schema };
}
