import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../../model/json.ts';
import type { NeutralFile, NeutralImage, NeutralOpaque, NeutralToolCall, NeutralToolResult } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { elements, fieldOf } from '../../google-fields.ts';
import type { CallIds } from '../../translate/call-ids.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { decodeMedia, isMedia } from './decode-media.ts';
import { placeName } from './place-name.ts';
import { readToolResponse } from './tool-response.ts';

/** Where a part stands. */
export interface PartPlace {
  readonly path: JsonPath;
  /** Which content. */
  readonly turn: number;
  /** Which of its parts. */
  readonly position: number;
}

/** The call that a part makes: `functionCall`. */
export function decodeCall(call: JsonValue, opaque: NeutralOpaque | undefined, place: PartPlace, ids: CallIds): NeutralToolCall {
  const path = [...place.path, 'functionCall'];
  if (!isJsonObject(call)) badField(placeName(path), 'an object', call);
  const { name } = call;
  if (typeof name !== 'string' || name === '') badField(placeName([...path, 'name']), 'a non-empty string', name);
  const args = call.args ?? {};
  if (!isJsonObject(args)) badField(placeName([...path, 'args']), 'an object', args);
  const id = ids.call(idOf(call, path), name, place.turn, place.position);
  return { kind: 'toolCall', id, name, arguments: argumentsText(args), opaque };
}

/** The result that a part with a `functionResponse` gives. */
export function decodeResult(part: JsonObject, place: PartPlace, ids: CallIds, losses: RequestLosses): NeutralToolResult {
  const path = [...place.path, 'functionResponse'];
  const response = fieldOf(part, 'functionResponse');
  if (!isJsonObject(response)) badField(placeName(path), 'an object', response);
  const { name } = response;
  if (typeof name !== 'string' || name === '') badField(placeName([...path, 'name']), 'a non-empty string', name);
  const id = idOf(response, path);
  const callId = ids.answer(id, name) ?? (id === '' ? `call_${place.turn}_${place.position}` : id);
  const { text, isError } = readToolResponse(response.response, name);
  const media = resultMedia(response, path, losses);
  const said = text === '' && media.length > 0 ? [] : [{ kind: 'text', text } as const];
  return { callId, name, parts: [...said, ...media], isError };
}

function resultMedia(response: JsonObject, path: JsonPath, losses: RequestLosses): (NeutralImage | NeutralFile)[] {
  return [...elements(response, 'parts', path)].flatMap(([element, at]) => {
    const decoded = isJsonObject(element) && isMedia(element) ? decodeMedia(element, placeName(at)) : undefined;
    if (decoded !== undefined && decoded.kind !== 'audio') return [decoded];
    losses.refuse(placeName(at));
    return [];
  });
}

function idOf(holder: JsonObject, path: JsonPath): string {
  const id = holder.id ?? '';
  if (typeof id !== 'string') badField(placeName([...path, 'id']), 'a string', id);
  return id;
}
