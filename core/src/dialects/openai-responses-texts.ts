import type { Attachment } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { errorTexts, itemListTexts, partTexts } from './openai-responses-items.ts';
import { stringPlaces } from './string-places.ts';
import { toolTexts } from './tool-texts.ts';

// Where text stands in requests of OpenAI's Responses; answers echo most of it. What `previous_response_id`,
// `conversation`, `item_reference` and `prompt` refer to is not in the body and out of reach.

/** Every text of a request. */
export function* responsesRequestTexts(body: JsonObject): Generator<TextPlace> {
  yield* itemListTexts(body.instructions, ['instructions'], 'system');
  yield* variableTexts(body.prompt);
  yield* itemListTexts(body.input, ['input'], 'user');
  yield* toolTexts(body.tools, ['tools']);
  if (isJsonObject(body.text)) yield* toolTexts(body.text.format, ['text', 'format']);
  for (const field of ['user', 'safety_identifier'])
    if (typeof body[field] === 'string') yield* stringPlaces(body[field], [field], 'other');
  for (const field of ['metadata', 'client_metadata']) yield* stringPlaces(body[field], [field], 'other');
}

/** Texts or parts under names of the application's own. */
function* variableTexts(prompt: JsonValue | undefined): Generator<TextPlace> {
  if (!isJsonObject(prompt) || !isJsonObject(prompt.variables)) return;
  for (const [name, value] of Object.entries(prompt.variables)) yield* partTexts(value, ['prompt', 'variables', name], 'user');
}

/** Every text of a whole answer: what was said, what went wrong, and what is echoed of the request. */
export function* responsesAnswerTexts(body: JsonValue | undefined, path: JsonPath): Generator<TextPlace> {
  if (!isJsonObject(body)) return;
  for (const place of responsesRequestTexts(body)) yield { ...place, path: [...path, ...place.path] };
  yield* itemListTexts(body.output, [...path, 'output'], 'assistant');
  if (typeof body.output_text === 'string') yield { scope: 'assistant', path: [...path, 'output_text'], text: body.output_text };
  yield* errorTexts(body.error, [...path, 'error'], 'other');
}

/** Images, audio and files of a request, those in the outputs of tools among them. */
export function* responsesAttachments(body: JsonObject): Generator<Attachment> {
  yield* attachmentsBelow(body.input, ['input']);
  if (isJsonObject(body.prompt)) yield* attachmentsBelow(body.prompt.variables, ['prompt', 'variables']);
}

/** By the type of each part, wherever it stands. */
function* attachmentsBelow(value: JsonValue | undefined, path: JsonPath): Generator<Attachment> {
  if (Array.isArray(value))
    for (const [index, member] of (value as readonly JsonValue[]).entries()) yield* attachmentsBelow(member, [...path, index]);
  if (!isJsonObject(value)) return;
  const found = attachmentOf(value, path);
  if (found !== undefined) yield found;
  else for (const [key, member] of Object.entries(value)) yield* attachmentsBelow(member, [...path, key]);
}

function attachmentOf(part: JsonObject, path: JsonPath): Attachment | undefined {
  switch (part.type) {
    case 'input_image':
    case 'computer_screenshot':
      return { kind: 'image', ref: isGiven(part.file_id) ? 'id' : inlineOrUrl(part.image_url), path };
    case 'input_file':
      return { kind: 'file', ref: isGiven(part.file_id) ? 'id' : isGiven(part.file_url) ? inlineOrUrl(part.file_url) : 'inline', path };
    case 'input_audio':
      return { kind: 'audio', ref: 'inline', path };
    case 'image_generation_call':
      return { kind: 'image', ref: typeof part.result === 'string' ? 'inline' : 'id', path };
    default:
      return undefined;
  }
}

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

/** Chat's way of writing it, an object with a `url`, is understood as well. */
function inlineOrUrl(image: JsonValue | undefined): 'inline' | 'url' {
  const url = isJsonObject(image) ? image.url : image;
  return typeof url === 'string' && url.startsWith('data:') ? 'inline' : 'url';
}
