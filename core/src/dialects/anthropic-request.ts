import type { Attachment, TextScope } from '../model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../model/json.ts';
import { contentTexts, definitionTexts } from './anthropic-content.ts';
import type { CallFacts, TextPlace } from './dialect.ts';
import { badField, finiteNumbers, requiredText } from './fields.ts';
import { toolTexts } from './tool-texts.ts';

// What a request of Anthropic's Messages says of itself; counting its tokens takes the same.

/** Headers of the client's for an Anthropic provider: versions and betas change what the body means. */
export const anthropicHeaders: readonly string[] = ['anthropic-version', 'anthropic-beta'];

/** What the gateway decides by; everything else is the provider's business and goes through untouched. */
export function requestFacts(body: JsonObject): Pick<CallFacts, 'model' | 'tools'> {
  finiteNumbers(body);
  const model = requiredText('model', body.model);
  const messages = body.messages;
  if (!Array.isArray(messages) || messages.length === 0) badField('messages', 'a non-empty array of messages', messages);
  messages.forEach((message: JsonValue, index: number) => {
    if (!isJsonObject(message)) badField(`messages[${index}]`, 'an object with role and content', message);
  });
  return { model, tools: toolNames(body.tools) };
}

/** The client's own tools by name, Anthropic's by type: the version is part of what is allowed or not. */
function toolNames(tools: JsonValue | undefined): string[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) badField('tools', 'an array', tools);
  return (tools as readonly JsonValue[]).map((tool, index) => {
    if (!isJsonObject(tool)) badField(`tools[${index}]`, 'an object', tool);
    const { type, name } = tool;
    if (typeof type === 'string' && type !== 'custom' && !isJsonObject(tool.input_schema)) return type;
    return typeof name === 'string' ? name : 'unnamed';
  });
}

/** Where texts stand, by member of the request. */
const places: Readonly<Record<string, (member: JsonValue, path: JsonPath) => Iterable<TextPlace>>> = {
  system: (system, path) => contentTexts(system, path, 'system', 'client'),
  messages: messagesTexts,
  tools: definitionTexts,
  metadata: metadataTexts,
  stop_sequences: (sequences, path) => contentTexts(sequences, path, 'other', 'client'),
  output_config: toolTexts,
  output_format: toolTexts, // where betas had the schema
  fallbacks: toolTexts, // each with an `output_config` of its own
  compaction: instructionTexts,
  context_management: instructionTexts,
};

/** Every text-bearing place of a request. */
export function* requestTexts(body: JsonObject): Generator<TextPlace> {
  for (const [name, textsOf] of Object.entries(places)) {
    const member = body[name];
    if (member !== undefined) yield* textsOf(member, [name]);
  }
}

function* messagesTexts(messages: JsonValue, path: JsonPath): Generator<TextPlace> {
  for (const [index, message] of objects(messages)) {
    yield* contentTexts(message.content, [...path, index, 'content'], scopeOfRole(message.role), 'client');
    yield* toolTexts(message.output_config, [...path, index, 'output_config']);
  }
}

function scopeOfRole(role: JsonValue | undefined): TextScope {
  return role === 'system' || role === 'user' || role === 'assistant' ? role : 'other';
}

/** Claude Code's `user_id` is a JSON object in a string: its values are texts, its keys are not. */
function* metadataTexts(metadata: JsonValue, path: JsonPath): Generator<TextPlace> {
  if (!isJsonObject(metadata)) return;
  for (const [key, value] of Object.entries(metadata))
    if (typeof value === 'string') yield { scope: 'other', path: [...path, key], text: value, jsonString: true };
}

/** Instructions for a summary of the conversation, at any depth. */
function* instructionTexts(settings: JsonValue, path: JsonPath): Generator<TextPlace> {
  if (typeof settings !== 'object' || settings === null) return;
  for (const [key, value] of Array.isArray(settings) ? settings.entries() : Object.entries(settings))
    if (key === 'instructions' && typeof value === 'string') yield { scope: 'system', path: [...path, key], text: value };
    else yield* instructionTexts(value as JsonValue, [...path, key]);
}

const sources: Readonly<Record<string, Attachment['ref']>> = { base64: 'inline', url: 'url', file: 'id' };

/** Images and documents wherever blocks stand: in messages, in results of tools, within documents. */
export function* requestAttachments(body: JsonObject): Generator<Attachment> {
  for (const [block, ref, path] of mediaBlocks(body)) yield { kind: block.type === 'image' ? 'image' : 'file', ref, path };
}

type MediaBlock = readonly [block: JsonObject, ref: Attachment['ref'], path: JsonPath];

function* mediaBlocks(body: JsonObject): Generator<MediaBlock> {
  for (const name of ['system', 'messages']) yield* mediaWithin(body[name], [name]);
}

function* mediaWithin(value: JsonValue | undefined, path: JsonPath): Generator<MediaBlock> {
  if (typeof value !== 'object' || value === null) return;
  if (isJsonObject(value)) {
    const ref = refOf(value);
    if (ref !== undefined) yield [value, ref, path];
  }
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value))
    if (key !== 'input') yield* mediaWithin(member as JsonValue, [...path, key]); // an application's own may look alike
}

function refOf(block: JsonObject): Attachment['ref'] | undefined {
  if (block.type === 'container_upload') return 'id';
  const { source } = block;
  if (!isJsonObject(source) || typeof source.type !== 'string') return undefined;
  return Object.hasOwn(sources, source.type) ? sources[source.type] : undefined;
}

/** What only one account has: a container, a thread of messages kept there, skills, uploaded files. */
export function requestStates(body: JsonObject): readonly string[] {
  const { thread, container } = body;
  const states: string[] = [];
  const named = textOf(isJsonObject(container) ? container.id : container);
  if (named !== undefined) states.push(named);
  if (isJsonObject(thread)) states.push(textOf(thread.previous_message_id) ?? 'thread');
  if (isJsonObject(container) && Array.isArray(container.skills) && container.skills.length > 0) states.push('container.skills');
  collectFiles(body.messages, states);
  return states;
}

/** Uploaded files at any depth of content. Without places: this is asked for every request. */
function collectFiles(content: JsonValue | undefined, into: string[]): void {
  if (!Array.isArray(content)) return;
  for (const block of content as readonly JsonValue[]) {
    if (!isJsonObject(block)) continue;
    if (refOf(block) === 'id') into.push(fileOf(block));
    collectFiles(block.content, into);
    if (isJsonObject(block.source)) collectFiles(block.source.content, into);
  }
}

function fileOf({ file_id: id, source }: JsonObject): string {
  return textOf(id) ?? (isJsonObject(source) ? textOf(source.file_id) : undefined) ?? 'file_id';
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Objects of an array with their positions; nothing for anything else. */
function* objects(value: JsonValue | undefined): Generator<[number, JsonObject]> {
  if (!Array.isArray(value)) return;
  for (const [index, member] of (value as readonly JsonValue[]).entries()) if (isJsonObject(member)) yield [index, member];
}
