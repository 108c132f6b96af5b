import type { Attachment } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath } from '../model/json.ts';
import type { CallFacts, TextPlace } from './dialect.ts';
import { badField, finiteNumbers, optionalCount } from './fields.ts';
import { contentAttachments, contentTexts, stringsOf } from './google-contents.ts';
import { schemaTexts, toolNames, toolTexts } from './google-definitions.ts';
import { elements, fieldKey, fieldOf, objectField } from './google-fields.ts';
import { checkBodyModel } from './google-routes.ts';

// A GenerateContentRequest, which is asked to be answered or to be counted.

/** Reads and checks what the gateway decides by. `prefix`: where the request stands, e.g. `generateContentRequest.`. */
export function requestFacts(request: JsonObject, model: string, prefix = ''): Pick<CallFacts, 'maxOutputTokens' | 'tools'> {
  finiteNumbers(request);
  checkBodyModel(`${prefix}model`, request.model, model);
  checkContents(request, prefix);
  checkTools(request, prefix);
  const config = fieldKey(request, 'generationConfig');
  const settings = config === undefined ? undefined : request[config];
  if (settings === undefined || settings === null) return { maxOutputTokens: undefined, tools: toolNames(request) };
  if (!isJsonObject(settings)) badField(`${prefix}${config}`, 'an object', settings);
  finiteNumbers(settings);
  const count = (name: string): number | undefined =>
    optionalCount(`${prefix}${config}.${fieldKey(settings, name)}`, fieldOf(settings, name));
  count('candidateCount');
  return { maxOutputTokens: count('maxOutputTokens'), tools: toolNames(request) };
}

function checkContents(request: JsonObject, prefix: string): void {
  const contents = request.contents;
  if (!isJsonObject(contents) && !(Array.isArray(contents) && contents.length > 0))
    badField(`${prefix}contents`, 'a non-empty array of contents', contents);
  for (const [content, path] of elements(request, 'contents', []))
    if (!isJsonObject(content)) badField(`${prefix}contents[${path[1]}]`, 'an object with role and parts', content);
}

/** A tool that is not understood here could be one that is not allowed. */
function checkTools(request: JsonObject, prefix: string): void {
  for (const [tool, path] of elements(request, 'tools', [])) {
    const at = `${prefix}tools${path[1] === undefined ? '' : `[${path[1]}]`}`;
    if (!isJsonObject(tool)) badField(at, 'an object', tool);
    for (const [declaration] of elements(tool, 'functionDeclarations', []))
      if (!isJsonObject(declaration)) badField(`${at}.functionDeclarations`, 'an array of functions', declaration);
  }
}

/** How many answers are asked for. */
export function candidateCount(request: JsonObject): number {
  const settings = fieldOf(request, 'generationConfig');
  const count = isJsonObject(settings) ? fieldOf(settings, 'candidateCount') : undefined;
  return typeof count === 'number' && count > 0 ? count : 1;
}

/** Every text-bearing place of a request. */
export function* requestTexts(request: JsonObject, path: JsonPath = []): Generator<TextPlace> {
  yield* contentTexts(request, 'systemInstruction', path, 'system');
  yield* contentTexts(request, 'contents', path);
  yield* toolTexts(request, path);
  const config = objectField(request, 'generationConfig', path);
  if (config !== undefined) yield* settingsTexts(...config);
  yield* stringsOf(request, 'labels', path, 'other');
}

function* settingsTexts(settings: JsonObject, path: JsonPath): Generator<TextPlace> {
  yield* stringsOf(settings, 'stopSequences', path, 'other');
  for (const field of ['responseSchema', 'responseJsonSchema', 'responseFormat']) yield* schemaTexts(settings, field, path);
}

export function* requestAttachments(request: JsonObject, path: JsonPath = []): Generator<Attachment> {
  yield* contentAttachments(request, 'systemInstruction', path);
  yield* contentAttachments(request, 'contents', path);
}

/** The name of the cached content that a request goes on from: only one account has it. */
export function cachedContents(request: JsonObject): readonly string[] {
  const name = fieldOf(request, 'cachedContent');
  return typeof name === 'string' && name !== '' ? [name] : [];
}
