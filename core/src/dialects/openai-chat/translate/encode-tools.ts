import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralField, NeutralFormat, NeutralRequest, NeutralTool } from '../../../model/neutral.ts';
import type { TargetQuirks } from '../../translation.ts';
import type { Losses } from './losses.ts';

/** `tools`, `tool_choice`, `parallel_tool_calls`: those that are needed. Without tools the other two are an error. */
export function encodeTools(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject {
  if (quirks.tools === false && usesTools(request)) losses.refuse('tools');
  const { tools, choice } = chosen(request, quirks, losses);
  if (tools.length === 0 || quirks.tools === false) return {};
  return {
    tools: tools.map((tool) => encodeTool(tool, quirks, losses)),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(request.parallelTools !== undefined && { parallel_tool_calls: request.parallelTools }),
  };
}

function usesTools({ tools, turns }: NeutralRequest): boolean {
  return tools.length > 0 || turns.some((turn) => turn.role === 'tool');
}

interface Chosen {
  readonly tools: readonly NeutralTool[];
  readonly choice: JsonValue | undefined;
}

/**
 * Only some of the tools allowed: the others are not sent at all. `allowed_tools` would say the same, but no server except
 * OpenAI's knows it, and a restriction that is ignored is worse than a cache that is missed (maximhq/bifrost#7344).
 */
function chosen(request: NeutralRequest, quirks: TargetQuirks, losses: Losses<NeutralField>): Chosen {
  const { tools, toolChoice } = request;
  const speaks = !quirks.unknownFields?.includes('tool_choice');
  if (toolChoice === undefined) return { tools, choice: undefined };
  const { mode, allowed } = toolChoice;
  if (mode === 'none') return speaks ? { tools, choice: 'none' } : { tools: [], choice: undefined };
  const required = quirks.toolChoiceRequired ?? 'required';
  const [only] = allowed ?? [];
  if (mode === 'required' && allowed?.length === 1 && only !== undefined && speaks && quirks.toolChoiceByName !== false)
    return { tools, choice: { type: 'function', function: { name: only } } };
  const names = new Set(allowed);
  const left = allowed === undefined ? tools : tools.filter(({ name }) => names.has(name));
  if (mode === 'required' && (left.length === 0 || !speaks)) losses.refuse('toolChoice');
  return { tools: left, choice: speaks ? (mode === 'required' ? required : 'auto') : undefined };
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

/** `response_format`. A schema that the target does not know is a promise to the caller that nobody would keep. */
export function encodeFormat(
  format: NeutralFormat | undefined,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  if (format === undefined) return undefined;
  if (format.kind === 'json') return { type: 'json_object' };
  if (quirks.jsonSchema === false) {
    losses.refuse('format');
    return undefined;
  }
  const { name, description, schema, strict } = format;
  return {
    type: 'json_schema',
    json_schema: {
      name: schemaName(name),
      ...(description !== undefined && { description }),
      schema,
      ...(strict !== undefined && { strict }),
    },
  };
}

/** Required, of letters, digits, dashes and underscores, 64 at most; others' schemas have none, or any. */
function schemaName(name: string | undefined): string {
  return name?.replace(/[^\w-]/g, '_').slice(0, 64) || 'response';
}
