import type { NeutralAssistantPart, NeutralTurn, NeutralUserPart } from '@express-ai-gateway/core/provider';

/** Whether the conversation has calls or results of tools. */
export function hasToolHistory(turns: readonly NeutralTurn[]): boolean {
  return turns.some((turn) => turn.role === 'tool' || (turn.role === 'assistant' && turn.parts.some(({ kind }) => kind === 'toolCall')));
}

/**
 * A conversation with its calls and results as texts. Without tools to call Converse refuses such blocks ("The toolConfig field
 * must be defined when using toolUse and toolResult content blocks"), and a tool that was made up for it could be called.
 */
export function toolsAsTexts(turns: readonly NeutralTurn[]): NeutralTurn[] {
  return turns.map((turn): NeutralTurn => {
    if (turn.role === 'assistant') return { role: 'assistant', parts: turn.parts.map(saidPart) };
    if (turn.role !== 'tool') return turn;
    return { role: 'user', parts: turn.results.flatMap(({ parts, name, isError }) => [resultHead(name, isError), ...parts]) };
  });
}

function saidPart(part: NeutralAssistantPart): NeutralAssistantPart {
  return part.kind === 'toolCall' ? { kind: 'text', text: `[Called the tool ${part.name} with ${part.arguments}]` } : part;
}

function resultHead(name: string | undefined, isError: boolean): NeutralUserPart {
  return { kind: 'text', text: `[${isError ? 'Error' : 'Result'} of the tool${name === undefined ? '' : ` ${name}`}:]` };
}
