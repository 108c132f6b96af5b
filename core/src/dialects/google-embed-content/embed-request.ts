import type { Attachment } from '../../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath } from '../../model/json.ts';
import type { TextPlace } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount } from '../fields.ts';
import { contentAttachments, contentTexts, stringsOf } from '../google-contents.ts';
import { fieldKey, objectField } from '../google-fields.ts';
import { checkBodyModel } from '../google-routes.ts';

// An EmbedContentRequest, alone or one of a batch.

/** `prefix`: where it stands, e.g. `requests[0].`. */
export function checkEmbedRequest(request: JsonObject, prefix: string, model: string): void {
  finiteNumbers(request);
  checkBodyModel(`${prefix}model`, request.model, model);
  if (!isJsonObject(request.content)) badField(`${prefix}content`, 'an object with parts', request.content);
  const dimensions = fieldKey(request, 'outputDimensionality');
  if (dimensions !== undefined) optionalCount(`${prefix}${dimensions}`, request[dimensions]);
}

/** The content, and the title that Google embeds with it; Vertex takes the latter among its settings. */
export function* embedTexts(request: JsonObject, path: JsonPath): Generator<TextPlace> {
  yield* contentTexts(request, 'content', path, 'user');
  yield* stringsOf(request, 'title', path, 'user');
  const settings = objectField(request, 'embedContentConfig', path);
  if (settings !== undefined) yield* stringsOf(settings[0], 'title', settings[1], 'user');
}

export function* embedAttachments(request: JsonObject, path: JsonPath): Generator<Attachment> {
  yield* contentAttachments(request, 'content', path);
}
