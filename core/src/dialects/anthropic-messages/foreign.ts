import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import { isForeignOpaque } from '../opaque.ts';

/**
 * Takes out thinking that another format's provider did, in a conversation that comes (back) to Anthropic: its signature is
 * not Anthropic's, and one such block is a 400. Where a call loses its thinking by that, thinking has to be off for this
 * request ("Expected thinking", litellm#15601). Looks at the request as plugins left it. The names of fields that changed.
 */
export function dropForeignThinking(document: JsonDocument): readonly string[] {
  const { view } = document;
  const body = isJsonObject(view) ? view : {};
  const turns = foreignTurns(body);
  if (turns.length === 0) return [];
  for (const { path, blocks, all } of turns) for (const at of all ? [path] : blocks) document.removeKey(at);
  const last = lastAssistant(body);
  const calls = turns.some(({ index, all, content }) => index === last && !all && content.some(isToolUse));
  if (!calls || !thinks(body)) return ['messages.thinking'];
  document.replaceValue(['thinking'], '{"type":"disabled"}');
  return ['messages.thinking', 'thinking'];
}

interface ForeignTurn {
  readonly index: number;
  readonly path: JsonPath;
  readonly content: readonly JsonValue[];
  readonly blocks: readonly JsonPath[];
  /** Nothing of the turn would be left. */
  readonly all: boolean;
}

function foreignTurns({ messages }: JsonObject): ForeignTurn[] {
  if (!Array.isArray(messages)) return [];
  return (messages as readonly JsonValue[]).flatMap((message, index) => {
    if (!isJsonObject(message) || message.role !== 'assistant' || !Array.isArray(message.content)) return [];
    const content = message.content as readonly JsonValue[];
    const path: JsonPath = ['messages', index];
    const blocks = content.flatMap((block, at) => (isForeign(block) ? [[...path, 'content', at]] : []));
    return blocks.length === 0 ? [] : [{ index, path, content, blocks, all: blocks.length === content.length }];
  });
}

/** Anthropic signs all its thinking: a block without signature is a translation's. */
function isForeign(block: JsonValue): boolean {
  if (!isJsonObject(block)) return false;
  if (block.type === 'redacted_thinking') return isForeignOpaque(block.data);
  return block.type === 'thinking' && (block.signature === '' || isForeignOpaque(block.signature));
}

function isToolUse(block: JsonValue): boolean {
  return isJsonObject(block) && block.type === 'tool_use';
}

function lastAssistant({ messages }: JsonObject): number {
  return (messages as readonly JsonValue[]).findLastIndex((message) => isJsonObject(message) && message.role === 'assistant');
}

function thinks({ thinking }: JsonObject): boolean {
  return isJsonObject(thinking) && thinking.type !== 'disabled';
}
