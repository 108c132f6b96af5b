import type { JsonValue } from '../../../model/json.ts';
import type { NeutralStop } from '../../../model/neutral.ts';
import { textOf } from '../../translate/lenient.ts';

/** Anthropic's words. `pause_turn` and `compaction` mean "call me again", which no other format can say: they stay words. */
const stops: ReadonlyMap<string, NeutralStop> = new Map<string, NeutralStop>([
  ['end_turn', { kind: 'end' }],
  ['max_tokens', { kind: 'length' }],
  ['model_context_window_exceeded', { kind: 'length' }],
  ['tool_use', { kind: 'toolCalls' }],
  ['refusal', { kind: 'filtered' }],
]);

/** What a stop reason says. A server that says `end_turn`, or nothing, after calling tools has stopped for them. */
export function readStop(reason: JsonValue | undefined, sequence: JsonValue | undefined, calledTools: boolean): NeutralStop | undefined {
  const word = textOf(reason);
  const stop = word === '' ? undefined : stopOf(word, textOf(sequence));
  return calledTools && (stop === undefined || stop.kind === 'end') ? { kind: 'toolCalls' } : stop;
}

function stopOf(word: string, sequence: string): NeutralStop {
  if (word === 'stop_sequence') return { kind: 'stopSequence', sequence: sequence === '' ? undefined : sequence };
  return stops.get(word) ?? { kind: 'unknown', word };
}

export interface AnswerContent {
  readonly calledTools: boolean;
  /** The model refused in words of its own. */
  readonly refused: boolean;
}

/** Stop reason and sequence for a client; `null` where the provider gave none. */
export function stopMembers(
  stop: NeutralStop | undefined,
  { calledTools, refused }: AnswerContent,
): { readonly stop_reason: string | null; readonly stop_sequence: string | null } {
  if (stop?.kind === 'stopSequence' && !calledTools) return { stop_reason: 'stop_sequence', stop_sequence: stop.sequence ?? null };
  return { stop_reason: wordOf(stop, calledTools, refused), stop_sequence: null };
}

/** Clients run tools only when they are told so: `end_turn` after a call ends the conversation (BerriAI/litellm#34692). */
function wordOf(stop: NeutralStop | undefined, calledTools: boolean, refused: boolean): string | null {
  switch (stop?.kind) {
    case undefined:
      return calledTools ? 'tool_use' : null;
    case 'end':
    case 'stopSequence':
      if (calledTools) return 'tool_use';
      return refused ? 'refusal' : 'end_turn';
    case 'length':
      return 'max_tokens';
    case 'toolCalls':
      return 'tool_use';
    case 'filtered':
      return 'refusal';
    case 'unknown':
      return stop.word;
  }
}
