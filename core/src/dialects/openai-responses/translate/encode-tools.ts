import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import { noParameters, toolMembers } from '../../translate/tool-members.ts';
import type { TargetQuirks } from '../../translation.ts';

export function encodeTools(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  return toolMembers(request, quirks, losses, {
    tool: (tool) => encodeTool(tool, quirks, losses),
    only: (name) => ({ type: 'function', name }),
  });
}

/** Responses takes a tool without `strict` as strict, and changes its schema for it: what was not asked for is `false`. */
function encodeTool(tool: NeutralTool, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  if (tool.strict === true && quirks.strictTools === false) losses.drop('strictTools');
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    parameters: tool.parameters ?? noParameters,
    ...(quirks.strictTools !== false && { strict: tool.strict ?? false }),
  };
}
