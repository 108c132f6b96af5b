import { gatewayError } from '../../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { responsesTranslation } from '../openai-responses/translate/translation.ts';
import { chatTranslation } from './translate/translation.ts';

/**
 * A body of Responses that came to Chat's path, as Cursor sends it when it is given a base URL of one's own: it wants Chat's
 * chunks back. Said in Chat's words here, so that everything after it sees a Chat call. `undefined` for Chat's own bodies, and for
 * a text or texts as `input`, which are more likely meant for embeddings.
 */
export function adoptResponses(body: JsonObject): { readonly body: JsonObject; readonly dropped: readonly string[] } | undefined {
  if (body.messages !== undefined || !isListOfItems(body.input)) return undefined;
  const model = typeof body.model === 'string' ? body.model : '';
  const request = responsesTranslation.decodeRequest(body, { model, stream: body.stream === true });
  const chat = chatTranslation.encodeRequest(request.value, { model, maxOutputTokens: undefined, quirks: {} });
  const losses = [
    ...request.losses,
    ...chat.losses.map(({ field, level }) => ({ field: responsesTranslation.fieldNames[field], level })),
  ].filter(({ field }) => field !== 'stream_options'); // Chat's own, which Cursor sends along
  const [refused] = losses.filter(({ level }) => level === 'refuse');
  if (refused !== undefined)
    throw gatewayError('GW_UNTRANSLATABLE', {
      details: { model: JSON.stringify(model.slice(0, 100)), reasons: `Chat Completions has no equivalent of ${refused.field}` },
      param: refused.field,
    });
  // What decides about the answer's form stays as the client said it.
  const form = { stream: body.stream, stream_options: body.stream_options };
  const kept = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined)) as JsonObject;
  return { body: { ...chat.value, ...kept }, dropped: losses.map(({ field }) => field) };
}

function isListOfItems(input: JsonValue | undefined): boolean {
  return Array.isArray(input) && input.length > 0 && (input as readonly JsonValue[]).every(isJsonObject);
}
