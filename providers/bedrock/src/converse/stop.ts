import { isJsonObject, type JsonObject, type JsonValue, type NeutralStop, textOf } from '@express-ai-gateway/core/provider';

/** Converse's words. `malformed_model_output` and `malformed_tool_use` have no counterpart: they stay words. */
const stops: ReadonlyMap<string, NeutralStop> = new Map<string, NeutralStop>([
  ['end_turn', { kind: 'end' }],
  ['max_tokens', { kind: 'length' }],
  ['model_context_window_exceeded', { kind: 'length' }],
  ['tool_use', { kind: 'toolCalls' }],
  ['guardrail_intervened', { kind: 'filtered' }],
  ['content_filtered', { kind: 'filtered' }],
]);

/**
 * Why an answer, or a stream's `messageStop`, says that it ended. A model that says `end_turn`, or nothing, after calling tools
 * has stopped for them.
 */
export function readStop(message: JsonObject, calledTools: boolean): NeutralStop | undefined {
  const word = textOf(message.stopReason);
  const stop = word === '' ? undefined : stopOf(word, message);
  return calledTools && (stop === undefined || stop.kind === 'end') ? { kind: 'toolCalls' } : stop;
}

/** The provider's own word. */
export function finishReason(body: JsonValue): string | undefined {
  return isJsonObject(body) ? textOf(body.stopReason) || undefined : undefined;
}

function stopOf(word: string, message: JsonObject): NeutralStop {
  if (word !== 'stop_sequence') return stops.get(word) ?? { kind: 'unknown', word };
  const sequence = stopSequence(message.additionalModelResponseFields);
  return { kind: 'stopSequence', sequence: sequence === '' ? undefined : sequence };
}

/** Where the request asks Claude's own answer to be looked at for it (`encode-request.ts`). */
function stopSequence(fields: JsonValue | undefined): string {
  if (!isJsonObject(fields)) return '';
  return textOf(fields.stop_sequence) || (isJsonObject(fields.delta) ? textOf(fields.delta.stop_sequence) : '');
}
