import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralFormat, NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import { jsonFormat } from '../../translate/json-format.ts';
import type { Losses } from '../../translate/losses.ts';
import { noParameters, toolMembers } from '../../translate/tool-members.ts';
import type { TargetQuirks } from '../../translation.ts';

export function encodeTools(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  return toolMembers(request, quirks, losses, {
    tool: (tool) => encodeTool(tool, quirks, losses),
    only: (name) => ({ type: 'function', function: { name } }),
  });
}

function encodeTool(tool: NeutralTool, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  const strict = quirks.strictTools === false ? undefined : tool.strict;
  if (tool.strict === true && strict === undefined) losses.drop('strictTools');
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description !== undefined && { description: tool.description }),
      parameters: tool.parameters ?? noParameters,
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
