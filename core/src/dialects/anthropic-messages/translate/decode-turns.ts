import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type {
  NeutralAssistantPart,
  NeutralOpaque,
  NeutralText,
  NeutralToolResult,
  NeutralTurn,
  NeutralUserPart,
} from '../../../model/neutral.ts';
import { badField, optionalFlag, requiredText } from '../../fields.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { objectList } from '../../translate/object-list.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { blocksIn, otherBlock, resultParts, textBlock, userParts } from './decode-content.ts';
import { isToolSearch } from './decode-tools.ts';
import { readCallOpaque, readThinking } from './thinking.ts';

/** The system prompt, then the conversation in its order; instructions in the middle stay where they are. */
export function decodeTurns(body: JsonObject, losses: RequestLosses): NeutralTurn[] {
  const { system, messages } = body;
  const turns: NeutralTurn[] = [];
  const instructions = system === undefined || system === null ? [] : systemParts(system, 'system', losses);
  if (instructions.length > 0) turns.push({ role: 'system', parts: instructions });
  for (const [message, at] of objectList('messages', messages, 'a non-empty array of messages', 'an object with role and content')) {
    for (const turn of decodeMessage(message, at, losses)) turns.push(turn);
  }
  return turns;
}

const messageKeys = new Set(['role', 'content']);

function decodeMessage(message: JsonObject, at: string, losses: RequestLosses): NeutralTurn[] {
  losses.dropOthers(message, messageKeys, 'messages[].');
  const place = `${at}.content`;
  switch (message.role) {
    case 'system':
      return [{ role: 'system', parts: systemParts(message.content, place, losses) }];
    case 'user':
      return userTurns(message.content, place, losses);
    case 'assistant':
      return [{ role: 'assistant', parts: assistantParts(message.content, place, losses) }];
    default:
      return badField(`${at}.role`, 'user, assistant or system', message.role);
  }
}

function systemParts(content: JsonValue | undefined, at: string, losses: RequestLosses): NeutralText[] {
  return blocksIn(content, at).flatMap(([block, path]) =>
    block.type === 'text' ? withoutHeader(textBlock(block, path, losses), losses) : otherBlock(block, path, losses),
  );
}

/** What Claude Code tells Anthropic's billing in a system text of its own: another in each version, before all that could be cached. */
const header = /^x-anthropic-billing-header:[^\n]*\n*/;

function withoutHeader(part: NeutralText, losses: RequestLosses): NeutralText[] {
  if (!header.test(part.text)) return [part];
  losses.drop('system.x-anthropic-billing-header');
  const text = part.text.replace(header, '');
  return text === '' ? [] : [{ kind: 'text', text }];
}

/** Results of tools are a turn of their own; what stands before or after them is the user's. */
function userTurns(content: JsonValue | undefined, at: string, losses: RequestLosses): NeutralTurn[] {
  const turns: NeutralTurn[] = [];
  let results: NeutralToolResult[] | undefined;
  let parts: NeutralUserPart[] | undefined;
  for (const [block, path] of blocksIn(content, at)) {
    if (block.type === 'tool_result') {
      if (results === undefined) {
        results = [];
        parts = undefined;
        turns.push({ role: 'tool', results });
      }
      results.push(decodeResult(block, path, losses));
      continue;
    }
    if (parts === undefined) {
      parts = [];
      results = undefined;
      turns.push({ role: 'user', parts });
    }
    for (const part of userParts(block, path, losses)) parts.push(part);
  }
  return turns.length === 0 ? [{ role: 'user', parts: [] }] : turns;
}

const resultKeys = new Set(['type', 'tool_use_id', 'content', 'is_error']);

function decodeResult(block: JsonObject, at: string, losses: RequestLosses): NeutralToolResult {
  losses.dropOthers(block, resultKeys, 'messages[].content[].');
  const { tool_use_id: callId = '', content } = block;
  if (typeof callId !== 'string') badField(`${at}.tool_use_id`, 'a string', callId);
  return {
    callId,
    name: undefined,
    parts: content === undefined || content === null ? [] : resultParts(content, `${at}.content`, losses),
    isError: optionalFlag(`${at}.is_error`, block.is_error),
  };
}

function assistantParts(content: JsonValue | undefined, at: string, losses: RequestLosses): NeutralAssistantPart[] {
  const parts: NeutralAssistantPart[] = [];
  /** Read from the block before a call. */
  let ofCall: NeutralOpaque | undefined;
  for (const [block, path] of blocksIn(content, at)) {
    const opaque = ofCall;
    ofCall = undefined;
    if (block.type === 'tool_use') {
      parts.push(decodeCall(block, path, opaque, losses));
      continue;
    }
    // The call that it was made for is gone: what is left of it still belongs to the turn.
    if (opaque !== undefined) parts.push({ kind: 'reasoning', text: '', opaque });
    if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      const thinking = readThinking(block);
      ofCall = readCallOpaque(thinking?.opaque);
      if (thinking !== undefined && ofCall === undefined) parts.push(thinking);
    } else if (block.type === 'text') parts.push(textBlock(block, path, losses));
    else if (isSearch(block)) losses.drop('messages[].content[].tool_search');
    else otherBlock(block, path, losses);
  }
  if (ofCall !== undefined) parts.push({ kind: 'reasoning', text: '', opaque: ofCall });
  return parts;
}

/** A search for tools, or what it found. */
function isSearch({ type, name }: JsonObject): boolean {
  const word = type === 'server_tool_use' ? name : type;
  return typeof word === 'string' && isToolSearch(word);
}

const callKeys = new Set(['type', 'id', 'name', 'input', 'caller']);

function decodeCall(
  block: JsonObject,
  at: string,
  opaque: NeutralOpaque | undefined,
  losses: RequestLosses,
): Extract<NeutralAssistantPart, { kind: 'toolCall' }> {
  losses.dropOthers(block, callKeys, 'messages[].content[].');
  const { id = '', input = {}, caller } = block;
  if (typeof id !== 'string') badField(`${at}.id`, 'a string', id);
  if (input !== null && !isJsonObject(input)) badField(`${at}.input`, 'an object', input);
  // A program on Anthropic's servers made the call, and waits for its result there.
  if (isJsonObject(caller) && caller.type !== 'direct') losses.refuse(`${at}.caller`);
  return { kind: 'toolCall', id, name: requiredText(`${at}.name`, block.name), arguments: argumentsText(input), opaque };
}
