import { isJsonObject, type JsonValue } from '../../model/json.ts';

/**
 * What an answer leaves with its provider that a later request may name: the conversation it became part of, else itself.
 * Nothing where it says that it was not stored.
 */
export function responsesLeaves(answer: JsonValue | undefined): string | undefined {
  if (!isJsonObject(answer)) return undefined;
  const { conversation, id, store } = answer;
  if (isJsonObject(conversation) && typeof conversation.id === 'string' && conversation.id !== '') return conversation.id;
  return store !== false && typeof id === 'string' && id !== '' ? id : undefined;
}
