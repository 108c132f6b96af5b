import type { TextScope } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { stringPlaces } from './string-places.ts';
import { toolTexts } from './tool-texts.ts';

// The texts of OpenAI's Responses items: of a request's input, an answer's output and a stream's events alike. Items are
// read by the names of their members and not by their types: of those there are more than thirty, and a new one must not
// carry its texts past redaction.

type Reader = (value: JsonValue, path: JsonPath, scope: TextScope) => Iterable<TextPlace>;

interface Member {
  /** Without it, that of the item. */
  readonly scope?: TextScope;
  readonly read: Reader;
}

const toolInput: Member = { scope: 'toolInput', read: partTexts };
const toolOutput: Member = { scope: 'toolOutput', read: partTexts };

const itemMembers: ReadonlyMap<string, Member> = new Map<string, Member>([
  ['content', { read: partTexts }],
  ['text', { read: textOrFormat }],
  ['refusal', { scope: 'assistant', read: partTexts }],
  ['summary', { scope: 'assistant', read: partTexts }],
  ['transcript', { scope: 'assistant', read: partTexts }],
  ['prompt', toolInput], // of a generated image
  ['revised_prompt', { scope: 'assistant', read: partTexts }],
  ['arguments', { scope: 'toolInput', read: argumentTexts }],
  ['input', toolInput],
  ['code', toolInput],
  ['query', toolInput],
  ['queries', toolInput],
  ['pattern', toolInput],
  ['command', toolInput],
  ['commands', toolInput],
  ['diff', toolInput],
  ['action', { scope: 'toolInput', read: objectTexts }], // of generated images it is a mere word
  ['actions', toolInput],
  ['operation', toolInput],
  ['output', toolOutput],
  ['outputs', toolOutput],
  ['result', toolOutput],
  ['results', toolOutput],
  ['logs', toolOutput],
  ['stdout', toolOutput],
  ['stderr', toolOutput],
  ['error', { scope: 'toolOutput', read: errorTexts }],
  ['reason', { scope: 'other', read: partTexts }],
  ['message', { scope: 'other', read: partTexts }],
  ['pending_safety_checks', { scope: 'other', read: errorTexts }],
  ['acknowledged_safety_checks', { scope: 'other', read: errorTexts }],
  ['tools', { read: toolTexts }],
  ['environment', { read: toolTexts }],
]);

/** Members of parts that say what a part is, or hold media, or are opaque: none is for a reader. */
const noTexts: ReadonlySet<string> = new Set([
  ...['type', 'id', 'role', 'status', 'phase', 'format', 'detail', 'mime_type', 'media_type', 'prompt_cache_breakpoint', 'keys', 'button'],
  ...['url', 'image_url', 'file_url', 'file_data', 'data', 'b64_json', 'encrypted_content', 'signature', 'logprobs', 'created_by'],
]);

/** Their keys are the application's own. */
const open: ReadonlySet<string> = new Set(['attributes', 'env']);

/** Every text of one item. `ownScope`: for what is none itself, but has its members. */
export function* itemTexts(item: JsonValue | undefined, path: JsonPath, ownScope?: TextScope): Generator<TextPlace> {
  if (!isJsonObject(item)) return;
  const scope = ownScope ?? scopeOfItem(item);
  for (const [key, value] of Object.entries(item)) {
    const member = itemMembers.get(key);
    if (member === undefined || isImage(item, key)) continue;
    yield* member.read(value, [...path, key], member.scope ?? scope);
  }
}

/** Items in their order, or a text in their place. */
export function* itemListTexts(items: JsonValue | undefined, path: JsonPath, textScope: TextScope): Generator<TextPlace> {
  if (typeof items === 'string') yield { scope: textScope, path, text: items };
  if (!Array.isArray(items)) return;
  for (const [index, item] of (items as readonly JsonValue[]).entries()) {
    if (typeof item === 'string') yield { scope: textScope, path: [...path, index], text: item };
    else yield* itemTexts(item, [...path, index]);
  }
}

/** Base64 of a generated image. */
function isImage(item: JsonObject, key: string): boolean {
  return key === 'result' && item.type === 'image_generation_call';
}

function scopeOfItem({ role, type }: JsonObject): TextScope {
  if (role === 'system' || role === 'developer') return 'system';
  if (role === 'user' || role === 'assistant') return role;
  if (role === 'tool') return 'toolOutput';
  if (typeof type !== 'string') return 'other';
  if (/_(?:output|response)$/.test(type)) return 'toolOutput';
  if (/_(?:call|request)$/.test(type)) return 'toolInput';
  return scopeOfPart(type);
}

/** `input_text`, `output_text`, `summary_text`, …: parts say who speaks by their type. */
export function scopeOfPart(type: JsonValue | undefined): TextScope {
  if (typeof type !== 'string') return 'other';
  if (type.startsWith('input_')) return 'user';
  return /^(?:output_|summary_|reasoning|refusal$)/.test(type) ? 'assistant' : 'other';
}

/** Every string below, whatever the part is called, except what stands in places of known other meaning. */
export function* partTexts(value: JsonValue | undefined, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof value === 'string') yield { scope, path, text: value };
  else if (Array.isArray(value))
    for (const [index, member] of (value as readonly JsonValue[]).entries()) yield* partTexts(member, [...path, index], scope);
  else if (isJsonObject(value))
    for (const [key, member] of Object.entries(value)) {
      const at = [...path, key];
      if (key === 'arguments') yield* argumentTexts(member, at, 'toolInput');
      else if (open.has(key)) yield* stringPlaces(member, at, scope);
      else if (!noTexts.has(key) && !/_ids?$/.test(key)) yield* partTexts(member, at, key === 'filename' ? 'other' : scope);
    }
}

function* objectTexts(value: JsonValue, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof value !== 'string') yield* partTexts(value, path, scope);
}

/** JSON in a string; tool searches have the value itself. */
function* argumentTexts(value: JsonValue, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof value === 'string') yield { scope, path, text: value, jsonString: true };
  else yield* stringPlaces(value, path, scope);
}

/** A text of a part, or the output format of a `configuration_update`. */
function* textOrFormat(value: JsonValue, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (isJsonObject(value)) yield* toolTexts(value, path);
  else yield* partTexts(value, path, scope);
}

/** Errors and safety checks: their words, not their codes. */
export function* errorTexts(value: JsonValue | undefined, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (typeof value === 'string') yield { scope, path, text: value };
  else if (Array.isArray(value))
    for (const [index, member] of (value as readonly JsonValue[]).entries()) yield* errorTexts(member, [...path, index], scope);
  else if (isJsonObject(value))
    for (const [key, member] of Object.entries(value)) {
      if (key === 'content')
        yield* partTexts(member, [...path, key], scope); // what an MCP tool said of its failure
      else if (typeof member !== 'string') yield* errorTexts(member, [...path, key], scope);
      else if (key === 'message' || key === 'detailed_explanation') yield { scope, path: [...path, key], text: member };
    }
}
