import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import { CallIds } from './call-ids.ts';
import { decodeContent, otherPart, readText, resultPart, textPart, userPart } from './decode-content.ts';
import { readSignature } from './google-signature.ts';
import { argumentsText } from './lenient.ts';
import type { LossNotes } from './losses.ts';
import { readReasoning } from './reasoning.ts';

/** The conversation, in its order. Consecutive results of tools are one turn. */
export function decodeTurns(messages: JsonValue | undefined, losses: LossNotes): NeutralTurn[] {
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

function decodeTurn(message: JsonObject, index: number, ids: CallIds, losses: LossNotes): NeutralTurn {
  const at = `messages[${index}]`;
  switch (message.role) {
    case 'system':
    case 'developer':
      losses.dropOthers(message, inputKeys, 'messages[].');
      return { role: 'system', parts: decodeContent(message.content, `${at}.content`, losses, textPart) };
    case 'user':
      losses.dropOthers(message, inputKeys, 'messages[].');
      return { role: 'user', parts: decodeContent(message.content, `${at}.content`, losses, userPart) };
    case 'assistant':
      return { role: 'assistant', parts: decodeAssistant(message, index, ids, losses) };
    default:
      return badField(`${at}.role`, 'system, developer, user, assistant or tool', message.role);
  }
}

const resultKeys = new Set(['role', 'content', 'tool_call_id', 'name']);

function decodeResult(message: JsonObject, at: string, ids: CallIds, losses: LossNotes): NeutralToolResult {
  losses.dropOthers(message, resultKeys, 'messages[].');
  const name = typeof message.name === 'string' && message.name !== '' ? message.name : undefined;
  const callId = message.tool_call_id ?? '';
  if (typeof callId !== 'string') badField(`${at}.tool_call_id`, 'a string', callId);
  if (callId === '' && message.role === 'function') requiredText(`${at}.name`, message.name);
  return {
    callId: callId === '' ? ids.answer(name) : callId,
    name,
    // A legacy function that returned nothing has `null`.
    parts: message.content === null ? [] : decodeContent(message.content, `${at}.content`, losses, resultPart),
    isError: false,
  };
}

const assistantKeys = new Set([
  ...['role', 'content', 'refusal', 'tool_calls', 'function_call', 'audio', 'annotations'],
  ...['reasoning_content', 'reasoning', 'reasoning_details', 'extra_content', 'thought_signature'],
]);

/** Reasoning comes first, calls last, as models write them. */
function decodeAssistant(message: JsonObject, index: number, ids: CallIds, losses: LossNotes): NeutralAssistantPart[] {
  const at = `messages[${index}]`;
  losses.dropOthers(message, assistantKeys, 'messages[].');
  // What was said stands at the provider that said it; here is only its id.
  if (isJsonObject(message.audio)) losses.refuse(`${at}.audio`);
  const parts: NeutralAssistantPart[] = readReasoning(message);
  const { content, refusal } = message;
  // An empty text beside calls is another way to write null.
  if (content !== undefined && content !== null && content !== '')
    parts.push(...decodeContent(content, `${at}.content`, losses, assistantPart));
  if (typeof refusal === 'string' && refusal !== '') parts.push({ kind: 'refusal', text: refusal });
  const calls = decodeCalls(message, index, ids, losses);
  const signature = readSignature(message);
  const [first] = calls;
  // Gemini's endpoint has put the signature of the first call on the message.
  if (signature !== undefined && first !== undefined && first.opaque === undefined) calls[0] = { ...first, opaque: signature };
  else if (signature !== undefined) parts.push({ kind: 'reasoning', text: '', opaque: signature });
  parts.push(...calls);
  return parts;
}

function assistantPart(part: JsonObject, at: string, losses: LossNotes): NeutralAssistantPart | undefined {
  if (part.type === 'text') return readText(part, at, losses);
  if (part.type === 'refusal') return { kind: 'refusal', text: requiredText(`${at}.refusal`, part.refusal) };
  if (part.type === 'thinking') return { kind: 'reasoning', text: thinkingText(part.thinking), opaque: undefined };
  return otherPart(part, at, losses);
}

/** Mistral's thinking: a text, or an array of text parts. */
export function thinkingText(thinking: JsonValue | undefined): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  return (thinking as readonly JsonValue[]).map((part) => (isJsonObject(part) && typeof part.text === 'string' ? part.text : '')).join('');
}

function decodeCalls(message: JsonObject, index: number, ids: CallIds, losses: LossNotes): NeutralToolCall[] {
  const at = `messages[${index}]`;
  const calls: NeutralToolCall[] = [];
  const given = message.tool_calls ?? [];
  if (!Array.isArray(given)) badField(`${at}.tool_calls`, 'an array', given);
  for (const [position, call] of (given as readonly JsonValue[]).entries()) {
    const path = `${at}.tool_calls[${position}]`;
    if (!isJsonObject(call)) badField(path, 'an object', call);
    if (isJsonObject(call.function)) calls.push(decodeCall(call, call.function, path, { ids, index, position }));
    else if (isJsonObject(call.custom)) losses.refuse(path);
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
  const id = typeof call.id === 'string' && call.id !== '' ? call.id : ids.make(index, position, name);
  return { kind: 'toolCall', id, name, arguments: argumentsText(called.arguments) || '{}', opaque: readSignature(call) };
}
