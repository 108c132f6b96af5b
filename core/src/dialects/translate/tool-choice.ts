import type { NeutralField, NeutralRequest, NeutralTool } from '../../model/neutral.ts';
import type { TargetQuirks } from '../translation.ts';
import type { Losses } from './losses.ts';

export interface ChosenTools {
  /** What is sent. */
  readonly tools: readonly NeutralTool[];
  /** `only`: this one must be called. `undefined`: nothing is said, or nothing can be. */
  readonly choice: 'auto' | 'none' | 'required' | { readonly only: string } | undefined;
}

/**
 * Only some of the tools allowed: the others are not sent at all. OpenAI's `allowed_tools` would say the same, but no other
 * server knows it, and a restriction that is ignored is worse than a cache that is missed (maximhq/bifrost#7344).
 * `forces`: whether the model can be told that it must call a tool.
 */
export function chooseTools(
  { tools, toolChoice }: Pick<NeutralRequest, 'tools' | 'toolChoice'>,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
  forces = true,
): ChosenTools {
  if (toolChoice === undefined) return { tools, choice: undefined };
  const speaks = !quirks.unknownFields?.includes('tool_choice');
  const { mode, allowed } = toolChoice;
  if (mode === 'none') return speaks ? { tools, choice: 'none' } : { tools: [], choice: undefined };
  const names = new Set(allowed);
  const left = allowed === undefined ? tools : tools.filter(({ name }) => names.has(name));
  if (mode === 'auto') return { tools: left, choice: speaks ? 'auto' : undefined };
  if (left.length === 0 || !speaks || !forces) {
    losses.refuse('toolChoice');
    return { tools: left, choice: undefined };
  }
  const [only] = left;
  if (names.size === 1 && only !== undefined && quirks.toolChoiceByName !== false) return { tools, choice: { only: only.name } };
  return { tools: left, choice: 'required' };
}

/** Whether a request is about tools at all: it offers some, or goes on from their results. */
export function usesTools({ tools, turns }: Pick<NeutralRequest, 'tools' | 'turns'>): boolean {
  return tools.length > 0 || turns.some((turn) => turn.role === 'tool');
}
