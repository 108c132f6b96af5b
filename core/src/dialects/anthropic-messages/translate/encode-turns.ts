import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralToolCall, NeutralTurn } from '../../../model/neutral.ts';
import { callsOf } from '../../translate/call-results.ts';
import { mergeTurns } from '../../translate/merge-turns.ts';
import { splitSystem, systemReminder } from '../../translate/system-turns.ts';
import { argumentsObject } from '../../translate/tool-arguments.ts';
import { encodeContent, textBlocks } from './encode-content.ts';
import type { EncoderAbout } from './encode-format.ts';
import { type Answered, CallResults, orphanBlocks, resultBlocks } from './encode-results.ts';
import { isThinkingBlock, ownBlocks } from './thinking.ts';

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
  const { system: leading, rest } = splitSystem(turns);
  const system = leading.flatMap(({ text }) => textBlocks(text));
  const messages = encodeMessages(mergeTurns(rest), about);
  // Instructions alone are what the user says; without a message there is no request.
  if (messages.length === 0 && system.length > 0) return { system: [], messages: [{ role: 'user', content: system }] };
  return { system, messages: prefilled(messages, about) };
}

function encodeMessages(turns: readonly NeutralTurn[], about: EncoderAbout): Message[] {
  const { quirks, losses } = about;
  const messages = new Messages();
  const results = new CallResults(turns);
  for (const [index, turn] of turns.entries()) {
    switch (turn.role) {
      case 'system':
        messages.add('user', textBlocks(systemReminder(turn.parts)));
        break;
      case 'user':
        messages.add('user', encodeContent(turn.parts, quirks, losses));
        break;
      case 'assistant': {
        const answered = results.take(callsOf(turn.parts), index);
        messages.add('assistant', assistantBlocks(turn.parts, answered, about));
        messages.add('user', resultBlocks(answered, quirks, losses));
        break;
      }
      case 'tool':
        messages.add('user', orphanBlocks(results.orphans(turn.results), quirks, losses));
        break;
    }
  }
  return messages.list.map(({ role, content }) => ({ role, content: role === 'assistant' ? thinkingFirst(content) : content }));
}

class Messages {
  readonly list: { readonly role: Message['role']; readonly content: JsonObject[] }[] = [];

  /** Consecutive blocks of one role are one message. */
  add(role: Message['role'], blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return;
    const last = this.list.at(-1);
    if (last?.role === role) {
      for (const block of blocks) last.content.push(block); // one by one: there may be more than a call can take as arguments
      return;
    }
    if (last === undefined && role === 'assistant')
      this.list.push({ role: 'user', content: [{ type: 'text', text: '(The conversation goes on.)' }] });
    this.list.push({ role, content: [...blocks] });
  }
}

/** `answered`: the calls' ids as they go out, in order. */
function assistantBlocks(parts: readonly NeutralAssistantPart[], answered: readonly Answered[], about: EncoderAbout): JsonObject[] {
  const ids = answered.values();
  return parts.flatMap((part) => (part.kind === 'toolCall' ? [callBlock(part, ids.next().value, about)] : saidBlocks(part)));
}

/** A name that Claude would not take belongs to a tool that is not there any more: such tools are refused. */
function callBlock(call: NeutralToolCall, answered: Answered | undefined, { model }: EncoderAbout): JsonObject {
  const name = model.claude ? call.name.replace(/[^\w-]/g, '_').slice(0, 128) || '_' : call.name;
  return { type: 'tool_use', id: answered?.id ?? call.id, name, input: argumentsObject(call.arguments) };
}

function saidBlocks(part: Exclude<NeutralAssistantPart, NeutralToolCall>): JsonObject[] {
  return part.kind === 'reasoning' ? ownBlocks(part) : textBlocks(part.text);
}

/** Thinking comes first (anthropics/claude-code#20692); where it does, nothing is moved (maximhq/bifrost#6342). */
function thinkingFirst(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const first = blocks.findIndex(isThinkingBlock);
  if (first <= 0) return blocks;
  const after = blocks.findIndex((block, index) => index > first && !isThinkingBlock(block));
  const end = after === -1 ? blocks.length : after;
  return [...blocks.slice(first, end), ...blocks.slice(0, first), ...blocks.slice(end)];
}

/** A last turn of the assistant's is gone on with. It must not end with white space, and newer models refuse it. */
function prefilled(messages: Message[], { model, losses }: EncoderAbout): Message[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  if (!model.prefill) losses.refuse('prefill');
  const block = last.content.at(-1);
  if (typeof block?.text !== 'string') return messages;
  const trimmed = { ...block, text: block.text.trimEnd() };
  return [...messages.slice(0, -1), { role: 'assistant', content: [...last.content.slice(0, -1), trimmed] }];
}

/** Whether the last turn of the assistant's called tools without the thinking that led to it. */
export function lacksThinking(messages: readonly Message[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const calls = last?.content.some(({ type }) => type === 'tool_use') === true;
  return calls && !isThinkingBlock(last?.content[0]);
}
