import {
  type Answered,
  argumentsObject,
  CallResults,
  type JsonObject,
  type JsonValue,
  mergeTurns,
  type NeutralAssistantPart,
  type NeutralToolCall,
  type NeutralTurn,
  splitSystem,
  systemReminder,
} from '@express-ai-gateway/core/provider';
import { callIdRules, modelCallId } from './call-ids.ts';
import { DocumentNames } from './document-names.ts';
import { encodeContent, textBlocks } from './encode-content.ts';
import { orphanBlocks, resultBlocks } from './encode-results.ts';
import type { EncoderAbout } from './encoder.ts';
import { reasoningBlocks } from './reasoning.ts';

export interface Message extends JsonObject {
  readonly role: 'user' | 'assistant';
  readonly content: readonly JsonObject[];
}

export interface EncodedTurns {
  /** Blocks of the system prompt. */
  readonly system: readonly JsonObject[];
  readonly messages: readonly Message[];
}

/** The conversation as a system prompt and messages whose roles alternate, the user's first. */
export function encodeTurns(turns: readonly NeutralTurn[], about: EncoderAbout): EncodedTurns {
  const { system: instructions, rest } = splitSystem(turns);
  const system = instructions.flatMap(({ text }) => textBlocks(text));
  const messages = encodeMessages(mergeTurns(rest), about).map(withText);
  // Instructions alone are what the user says; without a message there is no request.
  if (messages.length === 0 && system.length > 0) return { system: [], messages: [{ role: 'user', content: system }] };
  return { system, messages: prefilled(messages, about) };
}

function encodeMessages(turns: readonly NeutralTurn[], about: EncoderAbout): Message[] {
  const messages = new Messages();
  const results = new CallResults(turns, callIdRules);
  const names = new DocumentNames();
  for (const [index, turn] of turns.entries()) {
    switch (turn.role) {
      case 'system':
        messages.add('user', textBlocks(systemReminder(turn.parts)));
        break;
      case 'user':
        messages.add('user', encodeContent(turn.parts, names, about));
        break;
      case 'assistant': {
        const answered = results.take(callsOf(turn.parts), index);
        messages.add('assistant', assistantBlocks(turn.parts, answered, about));
        messages.add('user', resultBlocks(answered, names, about));
        break;
      }
      case 'tool':
        messages.add('user', orphanBlocks(results.orphans(turn.results), names, about));
        break;
    }
  }
  return messages.list;
}

class Messages {
  readonly list: { readonly role: Message['role']; readonly content: JsonObject[] }[] = [];

  /** Consecutive blocks of one role are one message; no message is empty. */
  add(role: Message['role'], blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return;
    const last = this.list.at(-1);
    if (last?.role === role) {
      for (const block of blocks) last.content.push(block); // one by one: there may be more than a call can take as arguments
      return;
    }
    if (last === undefined && role === 'assistant') this.list.push({ role: 'user', content: [{ text: '(The conversation goes on.)' }] });
    this.list.push({ role, content: [...blocks] });
  }
}

function callsOf(parts: readonly NeutralAssistantPart[]): NeutralToolCall[] {
  return parts.filter((part) => part.kind === 'toolCall');
}

/** `answered`: the calls' ids as they go out, in order. */
function assistantBlocks(parts: readonly NeutralAssistantPart[], answered: readonly Answered[], { model }: EncoderAbout): JsonObject[] {
  const ids = answered.values();
  const blocks = parts.flatMap((part): JsonObject[] => {
    if (part.kind === 'reasoning') return reasoningBlocks(part);
    if (part.kind !== 'toolCall') return textBlocks(part.text);
    const toolUseId = modelCallId(ids.next().value?.id ?? part.id, model);
    return [{ toolUse: { toolUseId, name: part.name, input: argumentsObject(part.arguments) } }];
  });
  return reasoningFirst(blocks);
}

/** Reasoning comes first; where it does, nothing is moved. */
function reasoningFirst(blocks: JsonObject[]): JsonObject[] {
  const first = blocks.findIndex(isReasoning);
  if (first <= 0) return blocks;
  const after = blocks.findIndex((block, index) => index > first && !isReasoning(block));
  const end = after === -1 ? blocks.length : after;
  return [...blocks.slice(first, end), ...blocks.slice(0, first), ...blocks.slice(end)];
}

function isReasoning(block: JsonObject | undefined): boolean {
  return block?.reasoningContent !== undefined;
}

/** A document wants a text beside it ("a text block is required when a document is in the message"). */
function withText(message: Message): Message {
  const { content } = message;
  if (!content.some(({ document }) => document !== undefined) || content.some(({ text }) => text !== undefined)) return message;
  return { ...message, content: [...content, { text: '(See the document.)' }] };
}

/** A last turn of the assistant's is gone on with. It must not end with white space, and newer Claudes refuse it. */
function prefilled(messages: Message[], { model, losses }: EncoderAbout): Message[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  if (!model.traits.prefill) losses.refuse('prefill');
  const text: JsonValue | undefined = last.content.at(-1)?.text;
  if (typeof text !== 'string') return messages;
  return [...messages.slice(0, -1), { role: 'assistant', content: [...last.content.slice(0, -1), { text: text.trimEnd() }] }];
}

/** Whether the last turn of the assistant's called tools without the reasoning that led to it. */
export function lacksReasoning(messages: readonly Message[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const calls = last?.content.some(({ toolUse }) => toolUse !== undefined) === true;
  return calls && !isReasoning(last?.content[0]);
}
