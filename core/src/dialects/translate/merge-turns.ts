import type { NeutralAssistantPart, NeutralText, NeutralToolResult, NeutralTurn, NeutralUserPart } from '../../model/neutral.ts';

type Run =
  | { readonly role: 'system'; readonly parts: NeutralText[] }
  | { readonly role: 'user'; readonly parts: NeutralUserPart[] }
  | { readonly role: 'assistant'; readonly parts: NeutralAssistantPart[] }
  | { readonly role: 'tool'; readonly results: NeutralToolResult[] };

/**
 * Consecutive turns of one role as one: other formats cut an answer into several (Responses: an item each), and some
 * servers' templates want roles to alternate.
 */
export function mergeTurns(turns: readonly NeutralTurn[]): NeutralTurn[] {
  const runs: Run[] = [];
  for (const turn of turns) {
    const last = runs.at(-1);
    if (last === undefined || !extend(last, turn)) runs.push(started(turn));
  }
  return runs;
}

function started(turn: NeutralTurn): Run {
  switch (turn.role) {
    case 'system':
      return { role: 'system', parts: [...turn.parts] };
    case 'user':
      return { role: 'user', parts: [...turn.parts] };
    case 'assistant':
      return { role: 'assistant', parts: [...turn.parts] };
    case 'tool':
      return { role: 'tool', results: [...turn.results] };
  }
}

/** One by one: there may be more than a call can take as arguments. */
function extend(run: Run, turn: NeutralTurn): boolean {
  if (run.role === 'system' && turn.role === 'system') for (const part of turn.parts) run.parts.push(part);
  else if (run.role === 'user' && turn.role === 'user') for (const part of turn.parts) run.parts.push(part);
  else if (run.role === 'assistant' && turn.role === 'assistant') for (const part of turn.parts) run.parts.push(part);
  else if (run.role === 'tool' && turn.role === 'tool') for (const result of turn.results) run.results.push(result);
  else return false;
  return true;
}
