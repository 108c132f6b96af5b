import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool, NeutralToolChoice } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import type { TargetQuirks } from '../../translation.ts';
import { isEmptySchema } from './schema.ts';

/** `tools` and `toolConfig`: what may be called holds, or the call must not go here. */
export function encodeTools(
  { tools, toolChoice, parallelTools }: Pick<NeutralRequest, 'tools' | 'toolChoice' | 'parallelTools'>,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): JsonObject {
  if (tools.length === 0) {
    if (toolChoice?.mode === 'required') losses.refuse('toolChoice');
    return {};
  }
  if (quirks.tools === false) losses.refuse('tools');
  if (parallelTools === false && toolChoice?.mode !== 'none') oneAtATime(tools, toolChoice, losses);
  if (tools.some(({ strict }) => strict === true)) losses.drop('strictTools');
  const { offered, config } = choose(tools, toolChoice, losses);
  return {
    tools: [{ functionDeclarations: offered.map(declaration) }],
    ...(config !== undefined && { toolConfig: { functionCallingConfig: config } }),
  };
}

/** Google has no way to ask for one call at a time. Of a single tool (a library's way to structured output) two are unlikely. */
function oneAtATime(tools: readonly NeutralTool[], choice: NeutralToolChoice | undefined, losses: Losses<NeutralField>): void {
  if ((choice?.allowed ?? tools).length === 1) losses.drop('parallelTools');
  else losses.refuse('parallelTools');
}

interface Choice {
  readonly offered: readonly NeutralTool[];
  readonly config: JsonObject | undefined;
}

function choose(tools: readonly NeutralTool[], choice: NeutralToolChoice | undefined, losses: Losses<NeutralField>): Choice {
  if (choice?.mode === 'none') return { offered: tools, config: { mode: 'NONE' } };
  const names = choice?.allowed === undefined ? undefined : new Set(choice.allowed);
  const allowed = names === undefined ? tools : tools.filter(({ name }) => names.has(name));
  if (choice?.mode === 'required') {
    if (allowed.length === 0) losses.refuse('toolChoice');
    return {
      offered: tools,
      config: { mode: 'ANY', ...(names !== undefined && { allowedFunctionNames: allowed.map(({ name }) => name) }) },
    };
  }
  // `allowedFunctionNames` is for ANY: where a call is the model's own choice, it must not see the others (bifrost#7348).
  if (allowed.length === 0) return { offered: tools, config: { mode: 'NONE' } };
  return { offered: allowed, config: undefined };
}

/**
 * `parametersJsonSchema` takes a schema as it is, `$schema`, `additionalProperties` and all (litellm#14330,
 * claude-code-router#1480 come from `parameters`); one without parameters is left out. Both clients that were recorded send a
 * description always.
 */
function declaration({ name, description, parameters }: NeutralTool): JsonObject {
  const schema = parameters === undefined || isEmptySchema(parameters) ? {} : { parametersJsonSchema: parameters };
  return { name, description: description ?? '', ...schema };
}
