import type { JsonValue } from '../../../model/json.ts';
import type { NeutralStop } from '../../../model/neutral.ts';

/** OpenAI's words, and those that compatible servers were seen to use for the same: Together's `eos`, Mistral's `model_length`. */
const stops: ReadonlyMap<string, NeutralStop> = new Map<string, NeutralStop>([
  ['stop', { kind: 'end' }],
  ['eos', { kind: 'end' }],
  ['length', { kind: 'length' }],
  ['model_length', { kind: 'length' }],
  ['tool_calls', { kind: 'toolCalls' }],
  ['function_call', { kind: 'toolCalls' }],
  ['content_filter', { kind: 'filtered' }],
]);

/**
 * What a finish reason says. Some servers send `""` for none. One that says `stop`, or nothing, after calling tools has
 * stopped for them (vercel/ai#12218, BerriAI/litellm#34692).
 */
export function readStop(word: JsonValue | undefined, calledTools: boolean): NeutralStop | undefined {
  const stop = typeof word === 'string' && word !== '' ? (stops.get(word) ?? ({ kind: 'unknown', word } as const)) : undefined;
  return calledTools && (stop === undefined || stop.kind === 'end') ? { kind: 'toolCalls' } : stop;
}

/** The finish reason for a client; `null` where the provider gave none. */
export function finishReasonOf(stop: NeutralStop | undefined, calledTools: boolean): string | null {
  switch (stop?.kind) {
    case undefined:
      return calledTools ? 'tool_calls' : null;
    case 'end':
    case 'stopSequence':
      return calledTools ? 'tool_calls' : 'stop';
    case 'length':
      return 'length';
    case 'toolCalls':
      return 'tool_calls';
    case 'filtered':
      return 'content_filter';
    case 'unknown':
      return stop.word;
  }
}
