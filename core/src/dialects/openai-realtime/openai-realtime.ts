import type { GatewayError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Dialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';

/** OpenAI's Realtime by WebSocket: no requests and answers but a session of events in both directions. */
export const openaiRealtime: Dialect = {
  id: 'openai-realtime',
  routes: [], // no request of HTTP's
  errorBody: openaiError,
};

/**
 * What clients may say (openai 7.57 `RealtimeClientEvent`). An event that is not known here could begin an answer that nobody
 * counts.
 */
export const realtimeClientEvents: ReadonlySet<unknown> = new Set([
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'conversation.item.delete',
  'response.create',
  'response.cancel',
]);

/** An error as the session's server tells it; `to`: the client's event that caused it, by the id that the client gave it. */
export function realtimeErrorEvent(error: GatewayError, id: string, to: string | undefined): string {
  const { message, type, param, code } = (JSON.parse(openaiError(error, id)) as { readonly error: JsonObject }).error;
  return JSON.stringify({ type: 'error', event_id: `event_${id}`, error: { type, code, message, param, event_id: to ?? null } });
}

/** The id that a client gave its event. */
export function eventIdOf(event: JsonObject): string | undefined {
  return typeof event.event_id === 'string' && event.event_id !== '' ? event.event_id : undefined;
}

/** The model that a `session.update` asks for, if it does. */
export function sessionModel(event: JsonObject): unknown {
  return isJsonObject(event.session) ? event.session.model : undefined;
}
