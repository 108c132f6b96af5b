import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool } from '../../model/neutral.ts';
import type { TargetQuirks } from '../translation.ts';
import type { Losses } from './losses.ts';
import { type ChosenTools, chooseTools, usesTools } from './tool-choice.ts';

/** How a format writes what it says of tools in its own way. */
export interface ToolWords {
  tool(tool: NeutralTool): JsonObject;
  /** The choice of one tool that must be called. */
  only(name: string): JsonObject;
}

/**
 * `tools`, `tool_choice`, `parallel_tool_calls` as OpenAI's two formats have them: those that are needed. Without tools the other
 * two are an error.
 */
export function toolMembers(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>, words: ToolWords): JsonObject {
  if (quirks.tools === false && usesTools(request)) losses.refuse('tools');
  const { tools, choice } = chooseTools(request, quirks, losses);
  if (tools.length === 0 || quirks.tools === false) return {};
  return {
    tools: tools.map((tool) => words.tool(tool)),
    ...(choice !== undefined && { tool_choice: choiceMember(choice, quirks, words) }),
    ...(request.parallelTools !== undefined && { parallel_tool_calls: request.parallelTools }),
  };
}

function choiceMember(choice: NonNullable<ChosenTools['choice']>, quirks: TargetQuirks, words: ToolWords): JsonValue {
  if (typeof choice === 'object') return words.only(choice.only);
  return choice === 'required' ? (quirks.toolChoiceRequired ?? 'required') : choice;
}

/** A tool without parameters. They may be left out at OpenAI, not elsewhere (BerriAI/litellm#18442). */
export const noParameters: JsonObject = { type: 'object', properties: {} };
