import type { NeutralText, NeutralTurn } from '../../model/neutral.ts';

export interface SplitTurns {
  /** What the conversation begins with. */
  readonly system: readonly NeutralText[];
  /** From the first turn on that is no instruction. */
  readonly rest: readonly NeutralTurn[];
}

/** Leading instructions apart, for formats that have a place of their own for them. */
export function splitSystem(turns: readonly NeutralTurn[]): SplitTurns {
  const first = turns.findIndex(({ role }) => role !== 'system');
  const leading = first === -1 ? turns : turns.slice(0, first);
  return {
    system: leading.flatMap((turn) => (turn.role === 'system' ? turn.parts : [])),
    rest: first === -1 ? [] : turns.slice(first),
  };
}

/**
 * Instructions in the middle of a conversation, for formats that only know them at its beginning: as the user's words. At the
 * beginning they would mean something else, and change what the prompt cache has (UKGovernmentBEIS/inspect_ai#4104). Empty
 * for instructions that say nothing.
 */
export function systemReminder(parts: readonly NeutralText[]): string {
  const text = parts
    .map((part) => part.text)
    .filter((one) => one !== '')
    .join('\n\n');
  return text.trim() === '' ? '' : `<system-reminder>\n${text}\n</system-reminder>`;
}
