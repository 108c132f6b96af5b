import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralOpaque, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { decodeParts } from '../../translate/decode-parts.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { objectList } from '../../translate/object-list.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { assistantPart, resultPart, textPart, userPart } from './decode-content.ts';
import { readCallOpaque } from './encrypted-content.ts';
import { readReasoningItem } from './reasoning-item.ts';

/** The conversation in its order: each item a turn of its own. */
export function decodeTurns(input: JsonValue | undefined, losses: RequestLosses): NeutralTurn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ kind: 'text', text: input }] }];
  const turns: NeutralTurn[] = [];
  let callOpaque: NeutralOpaque | undefined;
  for (const [item, at] of objectList('input', input, 'a string or an array of items')) {
    const carried = readCallOpaque(item);
    const turn = carried === undefined ? decodeItem(item, at, callOpaque, losses) : undefined;
    if (turn !== undefined) turns.push(turn);
    callOpaque = carried;
  }
  return turns;
}

function decodeItem(item: JsonObject, at: string, callOpaque: NeutralOpaque | undefined, losses: RequestLosses): NeutralTurn | undefined {
  // Messages may leave their type out; nothing else has a role and none.
  switch (item.type ?? (item.role === undefined ? undefined : 'message')) {
    case 'message':
      return decodeMessage(item, at, losses);
    case 'reasoning':
      return { role: 'assistant', parts: [readReasoning(item, losses)] };
    case 'function_call':
      return { role: 'assistant', parts: [decodeCall(item, at, callOpaque, losses)] };
    case 'function_call_output':
      return { role: 'tool', results: [decodeResult(item, at, losses)] };
    default:
      // Calls of the provider's own tools, references to what it stored, compacted history: nobody else can read them.
      losses.refuseAt(at, requiredText(`${at}.type`, item.type));
      return undefined;
  }
}

const messageKeys = new Set(['type', 'id', 'status', 'role', 'content']);

function decodeMessage(item: JsonObject, at: string, losses: RequestLosses): NeutralTurn {
  noteOthers(item, messageKeys, losses);
  const path = `${at}.content`;
  switch (item.role) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: decodeParts(item.content, path, losses, textPart) };
    case 'user':
      return { role: 'user', parts: decodeParts(item.content, path, losses, userPart) };
    case 'assistant':
      return { role: 'assistant', parts: decodeParts(item.content, path, losses, assistantPart) };
    default:
      return badField(`${at}.role`, 'user, assistant, system or developer', item.role);
  }
}

const reasoningKeys = new Set(['type', 'id', 'status', 'summary', 'content', 'encrypted_content']);

/** Never refused (BerriAI/litellm#13420): clients send back what they were given. */
function readReasoning(item: JsonObject, losses: RequestLosses): ReturnType<typeof readReasoningItem> {
  noteOthers(item, reasoningKeys, losses);
  return readReasoningItem(item);
}

/** `parsed_arguments` is the SDK's own copy of the arguments. */
const callKeys = new Set(['type', 'id', 'status', 'call_id', 'name', 'arguments', 'parsed_arguments']);

function decodeCall(item: JsonObject, at: string, opaque: NeutralOpaque | undefined, losses: RequestLosses): NeutralToolCall {
  noteOthers(item, callKeys, losses);
  const given = item.arguments;
  if (given !== undefined && given !== null && typeof given !== 'string' && !isJsonObject(given))
    badField(`${at}.arguments`, 'JSON in a string', given);
  const name = requiredText(`${at}.name`, item.name);
  return { kind: 'toolCall', id: callId(item, at), name, arguments: argumentsText(given), opaque };
}

const resultKeys = new Set(['type', 'id', 'status', 'call_id', 'name', 'output']);

function decodeResult(item: JsonObject, at: string, losses: RequestLosses): NeutralToolResult {
  noteOthers(item, resultKeys, losses);
  return {
    callId: callId(item, at),
    name: textOf(item.name) || undefined,
    parts: decodeParts(item.output, `${at}.output`, losses, resultPart),
    isError: false,
  };
}

function callId({ call_id: id }: JsonObject, at: string): string {
  if (id === undefined || id === null) return '';
  return typeof id === 'string' ? id : badField(`${at}.call_id`, 'a string', id);
}

function noteOthers(item: JsonObject, known: ReadonlySet<string>, losses: RequestLosses): void {
  losses.dropOthers(item, known, 'input[].');
}
