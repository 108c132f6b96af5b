import type { Attachment, TextScope } from '../../model/call.ts';
import type { EventText } from '../../model/events.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import type { TextPlace } from '../dialect.ts';
import { stringPlaces } from '../string-places.ts';
import { toolTexts } from '../tool-texts.ts';

// Where text stands in OpenAI's chat format: requests, whole answers, stream chunks. Compatible providers add
// `reasoning_content` (DeepSeek, xAI, vLLM) or `reasoning` (Groq, Cerebras, OpenRouter).

const reasoningFields = ['reasoning_content', 'reasoning'] as const;

export function* requestTexts(body: JsonObject): Generator<TextPlace> {
  for (const [index, message] of objects(body.messages)) yield* messageTexts(message, ['messages', index]);
  const prediction = body.prediction;
  if (isJsonObject(prediction)) yield* contentTexts(prediction.content, ['prediction', 'content'], 'user');
  for (const [index, tool] of objects(body.tools)) {
    for (const kind of ['function', 'custom']) {
      const definition = tool[kind];
      if (isJsonObject(definition)) yield* toolTexts(definition, ['tools', index, kind]);
    }
  }
  for (const [index, definition] of objects(body.functions)) yield* toolTexts(definition, ['functions', index]);
  const format = body.response_format;
  if (isJsonObject(format) && isJsonObject(format.json_schema)) yield* toolTexts(format.json_schema, ['response_format', 'json_schema']);
  for (const field of ['user', 'safety_identifier', 'stop']) yield* stringOrStrings(body[field], [field], 'other');
  if (isJsonObject(body.metadata))
    for (const [key, value] of Object.entries(body.metadata)) yield* stringOrStrings(value, ['metadata', key], 'other');
}

function* messageTexts(message: JsonObject, path: JsonPath): Generator<TextPlace> {
  const scope = scopeOfRole(message.role);
  yield* contentTexts(message.content, [...path, 'content'], scope);
  for (const field of ['refusal', ...reasoningFields]) yield* stringOrStrings(message[field], [...path, field], scope);
  yield* reasoningDetails(message.reasoning_details, [...path, 'reasoning_details']);
  yield* stringOrStrings(message.name, [...path, 'name'], 'other');
  yield* toolCallTexts(message, path);
}

function scopeOfRole(role: JsonValue | undefined): TextScope {
  if (role === 'system' || role === 'developer') return 'system';
  if (role === 'assistant') return 'assistant';
  if (role === 'tool' || role === 'function') return 'toolOutput';
  return role === 'user' ? 'user' : 'other';
}

/** Content is a string or an array of parts; parts nest text under the name of their type. */
function* contentTexts(content: JsonValue | undefined, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof content === 'string') yield { scope, path, text: content };
  for (const [index, part] of objects(content)) {
    for (const field of ['text', 'refusal', 'thinking']) yield* stringOrStrings(part[field], [...path, index, field], scope);
    const thinking = part.thinking; // Mistral: an array of text parts
    if (Array.isArray(thinking)) yield* contentTexts(thinking, [...path, index, 'thinking'], scope);
    const file = part.file;
    if (isJsonObject(file)) yield* stringOrStrings(file.filename, [...path, index, 'file', 'filename'], 'other');
  }
}

/** OpenRouter's reasoning, beside `reasoning`. Signed or encrypted parts are opaque: whoever edits them breaks them. */
function* reasoningDetails(details: JsonValue | undefined, path: JsonPath): Generator<TextPlace> {
  for (const [index, detail] of objects(details)) {
    if (typeof detail.signature === 'string' && detail.signature !== '') continue; // an empty one signs nothing
    for (const field of ['text', 'summary']) yield* stringOrStrings(detail[field], [...path, index, field], 'assistant');
  }
}

/** Arguments are JSON in a string, on some servers an object; the inputs of custom tools are plain text. */
function* toolCallTexts(message: JsonObject, path: JsonPath): Generator<TextPlace> {
  for (const [index, call] of objects(message.tool_calls)) {
    const at: JsonPath = [...path, 'tool_calls', index];
    const called = call.function;
    if (isJsonObject(called)) yield* argumentsText(called, [...at, 'function']);
    const custom = call.custom;
    if (isJsonObject(custom)) yield* stringOrStrings(custom.input, [...at, 'custom', 'input'], 'toolInput');
  }
  const legacy = message.function_call;
  if (isJsonObject(legacy)) yield* argumentsText(legacy, [...path, 'function_call']);
}

function* argumentsText(called: JsonObject, path: JsonPath): Generator<TextPlace> {
  const { arguments: given } = called;
  const at = [...path, 'arguments'];
  if (typeof given === 'string') yield { scope: 'toolInput', path: at, text: given, jsonString: true };
  else yield* stringPlaces(given, at, 'toolInput');
}

export function* attachments(body: JsonObject): Generator<Attachment> {
  for (const [index, message] of objects(body.messages))
    for (const [part, value] of objects(message.content)) {
      const path: JsonPath = ['messages', index, 'content', part];
      const image = value.image_url;
      if (isJsonObject(image)) yield { kind: 'image', ref: inlineOrUrl(image.url), path };
      if (isJsonObject(value.input_audio)) yield { kind: 'audio', ref: 'inline', path };
      const file = value.file;
      if (isJsonObject(file)) yield { kind: 'file', ref: file.file_id === undefined ? 'inline' : 'id', path };
    }
}

function inlineOrUrl(url: JsonValue | undefined): 'inline' | 'url' {
  return typeof url === 'string' && url.startsWith('data:') ? 'inline' : 'url';
}

export function* responseTexts(body: JsonValue): Generator<TextPlace> {
  if (!isJsonObject(body)) return;
  for (const [index, choice] of objects(body.choices)) {
    const message = choice.message;
    if (!isJsonObject(message)) continue;
    const path: JsonPath = ['choices', index, 'message'];
    yield* contentTexts(message.content, [...path, 'content'], 'assistant');
    for (const field of ['refusal', ...reasoningFields]) yield* stringOrStrings(message[field], [...path, field], 'assistant');
    yield* reasoningDetails(message.reasoning_details, [...path, 'reasoning_details']);
    const audio = message.audio;
    if (isJsonObject(audio)) yield* stringOrStrings(audio.transcript, [...path, 'audio', 'transcript'], 'assistant');
    yield* toolCallTexts(message, path);
  }
}

/** Text pieces of a chunk. Tool calls may interleave: their own `index` is what tells them apart. */
export function eventTexts(json: JsonValue): EventText[] {
  const texts: EventText[] = [];
  if (!isJsonObject(json)) return texts;
  for (const [position, choice] of objects(json.choices)) {
    const delta = choice.delta;
    if (!isJsonObject(delta)) continue;
    const channel = `${indexOf(choice, position)}:`;
    const path: JsonPath = ['choices', position, 'delta'];
    for (const place of deltaTexts(delta, path))
      texts.push({ channel: channel + place.name, scope: 'assistant', path: place.path, text: place.text });
    collectToolPieces(delta, channel, path, texts);
  }
  return texts;
}

/** Texts of a delta besides tool calls, each with the name of the text it continues. */
function* deltaTexts(delta: JsonObject, path: JsonPath): Generator<TextPlace & { readonly name: string }> {
  // Mistral sends an array of parts; its thinking is a text of its own.
  for (const place of contentTexts(delta.content, [...path, 'content'], 'assistant'))
    yield { ...place, name: place.path.includes('thinking') ? 'thinking' : 'content' };
  for (const field of ['refusal', ...reasoningFields])
    for (const place of stringOrStrings(delta[field], [...path, field], 'assistant')) yield { ...place, name: field };
  for (const place of reasoningDetails(delta.reasoning_details, [...path, 'reasoning_details'])) {
    const detail = (delta.reasoning_details as readonly JsonObject[])[place.path.at(-2) as number];
    yield { ...place, name: `reasoning_details:${detail === undefined ? 0 : indexOf(detail, 0)}` };
  }
  const audio = delta.audio;
  if (isJsonObject(audio))
    for (const place of stringOrStrings(audio.transcript, [...path, 'audio', 'transcript'], 'assistant')) yield { ...place, name: 'audio' };
}

/** What a chunk says once: an event that only goes on with its text leaves it out. */
export function saidOnce(json: JsonValue): JsonPath[] {
  if (!isJsonObject(json)) return [];
  const paths: JsonPath[] = [];
  const note = (holder: JsonValue | undefined, at: JsonPath, ...keys: string[]): void => {
    for (const key of keys) if (isJsonObject(holder) && holder[key] !== undefined && holder[key] !== null) paths.push([...at, key]);
  };
  note(json, [], 'usage', 'x_groq');
  for (const [position, choice] of objects(json.choices)) {
    const at: JsonPath = ['choices', position];
    note(choice, at, 'finish_reason', 'logprobs');
    note(choice.delta, [...at, 'delta'], 'role', 'annotations');
    const delta = isJsonObject(choice.delta) ? choice.delta : {};
    note(delta.audio, [...at, 'delta', 'audio'], 'id', 'data', 'expires_at');
    note(delta.function_call, [...at, 'delta', 'function_call'], 'name');
    for (const [index, call] of objects(delta.tool_calls)) {
      const path: JsonPath = [...at, 'delta', 'tool_calls', index];
      note(call, path, 'id', 'type');
      note(call.function, [...path, 'function'], 'name');
      note(call.custom, [...path, 'custom'], 'name');
    }
  }
  return paths;
}

function collectToolPieces(delta: JsonObject, channel: string, path: JsonPath, into: EventText[]): void {
  for (const [position, call] of objects(delta.tool_calls)) {
    const at: JsonPath = [...path, 'tool_calls', position];
    const name = `${channel}tool:${indexOf(call, position)}`;
    if (isJsonObject(call.function)) collectArguments(call.function, name, [...at, 'function', 'arguments'], into);
    const custom = call.custom;
    if (isJsonObject(custom) && typeof custom.input === 'string')
      into.push({ channel: name, scope: 'toolInput', path: [...at, 'custom', 'input'], text: custom.input });
  }
  const legacy = delta.function_call;
  if (isJsonObject(legacy)) collectArguments(legacy, `${channel}function`, [...path, 'function_call', 'arguments'], into);
}

/** A piece of JSON text; or the whole as an object, whose strings are whole texts, each on a channel of its own. */
function collectArguments({ arguments: given }: JsonObject, channel: string, path: JsonPath, into: EventText[]): void {
  if (typeof given === 'string') into.push({ channel, scope: 'toolInput', path, text: given, json: true });
  else
    for (const place of stringPlaces(given, path, 'toolInput'))
      into.push({ channel: `${channel}:${JSON.stringify(place.path.slice(path.length))}`, ...place });
}

/** Whether a delta has a call's arguments as an object: as a whole, which must not come again in an event that goes on with another text. */
export function hasWholeArguments(delta: JsonValue | undefined): boolean {
  if (!isJsonObject(delta)) return false;
  const called = [delta.function_call, ...Array.from(objects(delta.tool_calls), ([, call]) => call.function)];
  return called.some((one) => isJsonObject(one) && typeof one.arguments === 'object' && one.arguments !== null);
}

/** An element's own `index`, which may be anything; else where it stands. */
export function indexOf(element: JsonObject, position: number): number {
  return typeof element.index === 'number' ? element.index : position;
}

/** Objects of an array with their positions; nothing for anything else. */
function* objects(value: JsonValue | undefined): Generator<[number, JsonObject]> {
  if (!Array.isArray(value)) return;
  for (let index = 0; index < value.length; index += 1) {
    const member: JsonValue | undefined = value[index];
    if (isJsonObject(member)) yield [index, member];
  }
}

function* stringOrStrings(value: JsonValue | undefined, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof value === 'string') yield { scope, path, text: value };
  else if (Array.isArray(value))
    for (const [index, member] of value.entries()) if (typeof member === 'string') yield { scope, path: [...path, index], text: member };
}
