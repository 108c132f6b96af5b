import type { Attachment, TextScope } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { elements, fieldKey, fieldOf, objectElements, objectField } from './google-fields.ts';
import { stringPaths } from './texts.ts';

// Google's `Content` (a role and parts), which stands in requests, answers and stream events alike.

/** A text and what a stream would go on with after it; `undefined`: it comes whole. */
export interface GoogleText extends TextPlace {
  readonly continues: 'text' | 'thought' | `argument:${string}` | undefined;
}

/** Texts of `name`: contents, or one, or a text alone. */
export function* contentTexts(holder: JsonObject, name: string, path: JsonPath, scope?: TextScope): Generator<GoogleText> {
  for (const [content, at] of elements(holder, name, path)) {
    if (typeof content === 'string') yield { scope: scope ?? 'user', path: at, text: content, continues: 'text' };
    else if (isJsonObject(content)) yield* partsTexts(content, at, scope ?? scopeOfRole(content.role));
  }
}

/** Texts of one content's parts. */
export function* partsTexts(content: JsonObject, path: JsonPath, scope: TextScope): Generator<GoogleText> {
  for (const [part, at] of elements(content, 'parts', path)) {
    if (typeof part === 'string') yield { scope, path: at, text: part, continues: 'text' };
    else if (isJsonObject(part)) yield* partTexts(part, at, scope);
  }
}

/** Clients that leave the role out mean the user. */
function scopeOfRole(role: JsonValue | undefined): TextScope {
  if (role === undefined || role === null || role === 'user') return 'user';
  if (role === 'model') return 'assistant';
  if (role === 'function' || role === 'tool') return 'toolOutput';
  return role === 'system' ? 'system' : 'other';
}

/** Where texts stand in a part besides `text`: every string within the member, at any depth. */
const members: readonly (readonly [part: string, member: string, scope: TextScope | undefined])[] = [
  ['functionCall', 'args', 'toolInput'],
  ['functionResponse', 'response', 'toolOutput'],
  ['toolCall', 'args', 'toolInput'],
  ['toolResponse', 'response', 'toolOutput'],
  ['executableCode', 'code', 'toolInput'],
  ['codeExecutionResult', 'output', 'toolOutput'],
  ['audioTranscription', 'text', undefined],
  ['inlineData', 'displayName', 'other'],
  ['fileData', 'displayName', 'other'],
];

export function* partTexts(part: JsonObject, path: JsonPath, scope: TextScope): Generator<GoogleText> {
  const thought = part.thought === true;
  // A signed thought is Google's own to read: whoever edits it may break what the signature is about.
  if (typeof part.text === 'string' && !(thought && isSigned(part)))
    yield { scope, path: [...path, 'text'], text: part.text, continues: thought ? 'thought' : 'text' };
  for (const [name, member, own] of members) {
    const found = objectField(part, name, path);
    if (found !== undefined) yield* stringsOf(found[0], member, found[1], own ?? scope);
  }
  yield* stringsOf(part, 'partMetadata', path, 'other');
  const call = objectField(part, 'functionCall', path);
  if (call !== undefined) yield* partialArguments(...call);
  const response = objectField(part, 'functionResponse', path);
  if (response !== undefined) yield* partsTexts(response[0], response[1], 'toolOutput');
}

function isSigned(part: JsonObject): boolean {
  const signature = fieldOf(part, 'thoughtSignature');
  return typeof signature === 'string' && signature !== '';
}

/** Every string within a member. */
export function* stringsOf(holder: JsonObject, name: string, path: JsonPath, scope: TextScope): Generator<GoogleText> {
  const key = fieldKey(holder, name);
  const value = key === undefined ? undefined : holder[key];
  if (key === undefined || value === undefined) return;
  for (const inner of stringPaths(value)) {
    const text = inner.reduce<JsonValue>((at, step) => (at as Record<string | number, JsonValue>)[step] as JsonValue, value);
    yield { scope, path: [...path, key, ...inner], text: String(text), continues: undefined };
  }
}

/** Vertex streams arguments piece by piece when asked: each piece says which argument it belongs to. */
function* partialArguments(call: JsonObject, path: JsonPath): Generator<GoogleText> {
  for (const [argument, at] of objectElements(call, 'partialArgs', path)) {
    const key = fieldKey(argument, 'stringValue');
    const text = key === undefined ? undefined : argument[key];
    if (key !== undefined && typeof text === 'string')
      yield { scope: 'toolInput', path: [...at, key], text, continues: `argument:${argumentName(argument)}` };
  }
}

/** Ends with a mark, so that no argument's name is the beginning of another's. */
export function argumentName(argument: JsonObject): string {
  const name = fieldOf(argument, 'jsonPath');
  return `${typeof name === 'string' ? name : ''}:`;
}

/** Media parts of `name`, those in tool results among them. */
export function* contentAttachments(holder: JsonObject, name: string, path: JsonPath): Generator<Attachment> {
  for (const [content, at] of objectElements(holder, name, path)) yield* partsAttachments(content, at);
}

function* partsAttachments(content: JsonObject, path: JsonPath): Generator<Attachment> {
  for (const [part, at] of objectElements(content, 'parts', path)) {
    const inline = objectField(part, 'inlineData', at);
    if (inline !== undefined) yield { kind: kindOf(inline[0]), ref: 'inline', path: at };
    const file = objectField(part, 'fileData', at);
    if (file !== undefined) yield { kind: kindOf(file[0]), ref: refOf(fieldOf(file[0], 'fileUri')), path: at };
    const response = objectField(part, 'functionResponse', at);
    if (response !== undefined) yield* partsAttachments(...response);
  }
}

function kindOf(media: JsonObject): Attachment['kind'] {
  const type = fieldOf(media, 'mimeType');
  if (typeof type !== 'string') return 'file';
  if (/^image\//i.test(type)) return 'image';
  return /^audio\//i.test(type) ? 'audio' : 'file';
}

/** Files of the Files API belong to one account; anything else (`gs://`, `https://`) is an address. */
function refOf(uri: JsonValue | undefined): 'url' | 'id' {
  const stored = /^(?:https:\/\/generativelanguage\.googleapis\.com\/(?:[^/?#]+\/)*)?files\/[^/?#]+/i;
  return typeof uri === 'string' && stored.test(uri) ? 'id' : 'url';
}
