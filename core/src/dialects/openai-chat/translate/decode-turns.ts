import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { CallIds } from '../../translate/call-ids.ts';
import { decodeParts } from '../../translate/decode-parts.ts';
import { textOf } from '../../translate/lenient.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import { otherPart, readText, resultPart, textPart, userPart } from './decode-content.ts';
import { readSignature, signFirst } from './google-signature.ts';
import { readReasoning, thinkingText } from './reasoning.ts';

/** The conversation, in its order. Consecutive results of tools are one turn. */
export function decodeTurns(messages: JsonValue | undefined, losses: RequestLosses): NeutralTurn[] {
  if (!Array.isArray(messages)) badField('messages', 'a non-empty array of messages', messages);
  const turns: NeutralTurn[] = [];
  const ids = new CallIds();
  let results: NeutralToolResult[] | undefined;
  for (const [index, message] of (messages as readonly JsonValue[]).entries()) {
    if (!isJsonObject(message)) badField(`messages[${index}]`, 'an object with role and content', message);
    if (message.role !== 'tool' && message.role !== 'function') {
      results = undefined;
      turns.push(decodeTurn(message, index, ids, losses));
      continue;
    }
    if (results === undefined) {
      results = [];
      turns.push({ role: 'tool', results });
    }
    results.push(decodeResult(message, `messages[${index}]`, ids, losses));
  }
  return turns;
}

const inputKeys = new Set(['role', 'content']);

function decodeTurn(message: JsonObject, index: number, ids: CallIds, losses: RequestLosses): NeutralTurn {
  const at = `messages[${index}]`;
  switch (message.role) {
    case 'system':
    case 'developer':
      losses.dropOthers(message, inputKeys, 'messages[].');
      return { role: 'system', parts: decodeParts(message.content, `${at}.content`, losses, textPart) };
    case 'user':
      losses.dropOthers(message, inputKeys, 'messages[].');
      return { role: 'user', parts: decodeParts(message.content, `${at}.content`, losses, userPart) };
    case 'assistant':
      return { role: 'assistant', parts: decodeAssistant(message, index, ids, losses) };
    default:
      return badField(`${at}.role`, 'system, developer, user, assistant or tool', message.role);
  }
}

const resultKeys = new Set(['role', 'content', 'tool_call_id', 'name']);

function decodeResult(message: JsonObject, at: string, ids: CallIds, losses: RequestLosses): NeutralToolResult {
  losses.dropOthers(message, resultKeys, 'messages[].');
  const name = textOf(message.name) || undefined;
  const callId = message.tool_call_id ?? '';
  if (typeof callId !== 'string') badField(`${at}.tool_call_id`, 'a string', callId);
  if (callId === '' && message.role === 'function') requiredText(`${at}.name`, message.name);
  return {
    callId: ids.answer(callId, name) ?? callId,
    name,
    // A legacy function that returned nothing has `null`.
    parts: message.content === null ? [] : decodeParts(message.content, `${at}.content`, losses, resultPart),
    isError: false,
  };
}

/** `prefix`: Mistral's and DeepSeek's mark of a last message to be continued, which every other format does unasked. */
const assistantKeys = new Set([
  ...['role', 'content', 'refusal', 'tool_calls', 'function_call', 'audio', 'annotations', 'prefix'],
  ...['reasoning_content', 'reasoning', 'reasoning_details', 'extra_content', 'thought_signature'],
]);

/** Reasoning comes first, calls last, as models write them. */
function decodeAssistant(message: JsonObject, index: number, ids: CallIds, losses: RequestLosses): NeutralAssistantPart[] {
  const at = `messages[${index}]`;
  losses.dropOthers(message, assistantKeys, 'messages[].');
  // What was said stands at the provider that said it; here is only its id.
  if (isJsonObject(message.audio)) losses.refuse(`${at}.audio`);
  const calls = decodeCalls(message, index, ids, losses);
  const alone = signFirst(calls, readSignature(message));
  return [...readReasoning(message), ...decodeSaid(message, at, losses), ...alone, ...calls];
}

function decodeSaid({ content, refusal }: JsonObject, at: string, losses: RequestLosses): NeutralAssistantPart[] {
  // An empty text beside calls is another way to write null.
  const nothing = content === undefined || content === null || content === '';
  const parts = nothing ? [] : decodeParts(content, `${at}.content`, losses, assistantPart);
  if (typeof refusal === 'string' && refusal !== '') parts.push({ kind: 'refusal', text: refusal });
  return parts;
}

function assistantPart(part: JsonObject, at: string, losses: RequestLosses): NeutralAssistantPart | undefined {
  if (part.type === 'text') return readText(part, at, losses);
  if (part.type === 'refusal') return { kind: 'refusal', text: requiredText(`${at}.refusal`, part.refusal) };
  if (part.type === 'thinking') return { kind: 'reasoning', text: thinkingText(part.thinking), opaque: undefined };
  return otherPart(part, at, losses);
}

function decodeCalls(message: JsonObject, index: number, ids: CallIds, losses: RequestLosses): NeutralToolCall[] {
  const at = `messages[${index}]`;
  const calls: NeutralToolCall[] = [];
  const given = message.tool_calls ?? [];
  if (!Array.isArray(given)) badField(`${at}.tool_calls`, 'an array', given);
  for (const [position, call] of (given as readonly JsonValue[]).entries()) {
    const path = `${at}.tool_calls[${position}]`;
    if (!isJsonObject(call)) badField(path, 'an object', call);
    if (isJsonObject(call.function)) calls.push(decodeCall(call, call.function, `${path}.function`, { ids, index, position }));
    else if (isJsonObject(call.custom)) losses.refuseAt(path, 'custom');
    else badField(`${path}.function`, 'an object with name and arguments', call.function);
  }
  const legacy = message.function_call;
  if (isJsonObject(legacy)) calls.push(decodeCall({}, legacy, `${at}.function_call`, { ids, index, position: calls.length }));
  return calls;
}

interface CallPlace {
  readonly ids: CallIds;
  readonly index: number;
  readonly position: number;
}

function decodeCall(call: JsonObject, called: JsonObject, path: string, { ids, index, position }: CallPlace): NeutralToolCall {
  const name = requiredText(`${path}.name`, called.name);
  const id = ids.call(textOf(call.id), name, index, position);
  return { kind: 'toolCall', id, name, arguments: argumentsText(called.arguments), opaque: readSignature(call) };
}
