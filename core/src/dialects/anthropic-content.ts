import type { TextScope } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { stringPlaces } from './string-places.ts';
import { toolTexts } from './tool-texts.ts';

// Texts of Anthropic's content: a string or blocks, in requests, answers and stream events alike. There are some thirty kinds
// of blocks, and every beta brings more: so a string is a text, at any depth, unless its key says that it is none. A block
// that this page has never heard of is read like the others.

/** Whose words these are: what a client sends is judged, what a provider signs must come back as it was. */
export type Author = 'client' | 'provider';

/** Keys of what is no text: kinds, ids, names of tools, places elsewhere, settings, dates; and what is signed or encrypted. */
export const noText: ReadonlySet<string> = new Set([
  ...['type', 'role', 'id', 'file_id', 'tool_use_id', 'tab_id', 'download_id', 'model', 'caller'],
  ...['name', 'tool_name', 'toolset_name', 'server_name', 'mcp_server_name'],
  ...['media_type', 'file_type', 'url', 'retrieved_at', 'page_age'],
  ...['cache_control', 'transformations', 'error_code', 'stop_reason', 'trigger'],
  ...['signature', 'encrypted_content', 'encrypted_index', 'encrypted_stdout'],
]);

/** Keys of tools' definitions within content (`tool_addition`, `mcp_tool_listing`). */
const definitions: ReadonlySet<string> = new Set(['definition', 'tools']);

/** Texts of a string, of blocks, or of whatever stands in their place. */
export function* contentTexts(content: JsonValue | undefined, path: JsonPath, scope: TextScope, author: Author): Generator<TextPlace> {
  if (typeof content === 'string') yield { scope, path, text: content };
  else if (Array.isArray(content))
    for (const [index, member] of (content as readonly JsonValue[]).entries()) yield* contentTexts(member, [...path, index], scope, author);
  else if (isJsonObject(content) && !isOpaque(content, author)) yield* blockTexts(content, path, scope, author);
}

function* blockTexts(block: JsonObject, path: JsonPath, scope: TextScope, author: Author): Generator<TextPlace> {
  const within = isToolResult(block.type) ? 'toolOutput' : scope;
  for (const [key, member] of Object.entries(block)) {
    if (noText.has(key) || (key === 'data' && block.type === 'base64')) continue;
    const at = [...path, key];
    // A tool's input is the application's own: none of its keys says anything about its strings.
    if (key === 'input') yield* stringPlaces(member, at, 'toolInput');
    else if (definitions.has(key)) yield* definitionTexts(member, at);
    else yield* contentTexts(member, at, within, author);
  }
}

/** The client's own tools, and the many of Anthropic's servers (`web_search_tool_result`, `mcp_tool_result`, …). */
function isToolResult(type: JsonValue | undefined): boolean {
  return typeof type === 'string' && (type === 'tool_result' || type.endsWith('_tool_result'));
}

/**
 * Blocks that come back to their provider unchanged or not at all. Thinking can be read, but the signature after it is about
 * its every letter: whoever edits it ends the conversation with a 400. In a stream nobody can know whether a signature will
 * follow, so in answers thinking is always left alone. In a request, what nobody signed is a text like any other: it could
 * say what a guard is looking for. The same goes for the summary of a compaction.
 */
function isOpaque(block: JsonObject, author: Author): boolean {
  if (block.type === 'redacted_thinking') return true;
  if (block.type !== 'thinking' && block.type !== 'compaction') return false;
  return author === 'provider' || isSigned(block.signature) || isSigned(block.encrypted_content);
}

function isSigned(signature: JsonValue | undefined): boolean {
  return typeof signature === 'string' && signature !== '';
}

/** Texts of tools: descriptions, schemas, examples of their input, and where a search is done from. */
export function* definitionTexts(tools: JsonValue | undefined, path: JsonPath): Generator<TextPlace> {
  if (Array.isArray(tools)) {
    for (const [index, tool] of (tools as readonly JsonValue[]).entries()) yield* definitionTexts(tool, [...path, index]);
    return;
  }
  if (!isJsonObject(tools)) return;
  const { input_examples: examples, user_location: location, ...rest } = tools;
  yield* toolTexts(rest, path);
  yield* stringPlaces(examples, [...path, 'input_examples'], 'toolDefinition');
  yield* contentTexts(location, [...path, 'user_location'], 'toolDefinition', 'client');
}
