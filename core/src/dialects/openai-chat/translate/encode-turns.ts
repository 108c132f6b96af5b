import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralField, NeutralReasoningText, NeutralToolCall, NeutralTurn } from '../../../model/neutral.ts';
import { type Answered, CallResults, callsOf } from '../../translate/call-results.ts';
import type { Losses } from '../../translate/losses.ts';
import { mergeTurns } from '../../translate/merge-turns.ts';
import type { TargetQuirks } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { encodeContent } from './encode-content.ts';
import { encodeOrphans, encodeResults } from './encode-results.ts';
import { signatureMembers } from './google-signature.ts';
import { writeDetails } from './reasoning.ts';

/** The conversation as messages. */
export function encodeTurns(given: readonly NeutralTurn[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const turns = mergeTurns(given);
  const messages: JsonObject[] = [];
  const results = new CallResults(turns, callIdRules);
  const system = quirks.developerRole === true ? 'developer' : 'system';
  for (const [index, turn] of turns.entries()) {
    switch (turn.role) {
      case 'system':
        messages.push({ role: system, content: encodeContent(turn.parts, quirks, losses) });
        break;
      case 'user':
        messages.push({ role: 'user', content: encodeContent(turn.parts, quirks, losses) });
        break;
      case 'assistant': {
        const answered = results.take(callsOf(turn.parts), index);
        for (const message of assistantMessage(turn.parts, answered, quirks)) messages.push(message);
        for (const message of encodeResults(answered, quirks, losses)) messages.push(message);
        break;
      }
      case 'tool':
        for (const message of encodeOrphans(results.orphans(turn.results), quirks, losses)) messages.push(message);
        break;
    }
  }
  if (endsInPrefill(turns.at(-1))) losses.refuse('prefill');
  return messages;
}

/** A last turn of the assistant's asks to go on with its text; Chat would answer it. */
function endsInPrefill(last: NeutralTurn | undefined): boolean {
  return last?.role === 'assistant' && callsOf(last.parts).length === 0 && textOf(last.parts) !== '';
}

/** What was said, a refusal like any other: servers know texts, few know `refusal`. */
function textOf(parts: readonly NeutralAssistantPart[]): string {
  return parts.map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : '')).join('');
}

/** One message; none where nothing is left to say. `answered`: the calls' ids as they go out. */
function assistantMessage(parts: readonly NeutralAssistantPart[], answered: readonly Answered[], quirks: TargetQuirks): JsonObject[] {
  const text = textOf(parts);
  const calls = callsOf(parts);
  const reasoning = reasoningMembers(parts, quirks);
  if (text === '' && calls.length === 0 && Object.keys(reasoning).length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' && calls.length > 0 ? null : text,
      ...reasoning,
      ...(calls.length > 0 && { tool_calls: calls.map((call, index) => toolCall(call, answered[index]?.id ?? call.id, quirks)) }),
    },
  ];
}

/** Strict servers refuse members that they do not know: signatures are for Gemini behind this format alone. */
function toolCall(call: NeutralToolCall, id: string, { googleSignatures }: TargetQuirks): JsonObject {
  const signature = googleSignatures === true ? signatureMembers(call.opaque) : {};
  return { id, type: 'function', function: { name: call.name, arguments: call.arguments }, ...signature };
}

/** Earlier reasoning, for providers that want it back (DeepSeek: maximhq/bifrost#5887); others refuse it. */
function reasoningMembers(parts: readonly NeutralAssistantPart[], { reasoningHistory }: TargetQuirks): JsonObject {
  if (reasoningHistory === undefined) return {};
  const reasoning = parts.filter((part): part is NeutralReasoningText => part.kind === 'reasoning');
  // What is signed no plugin has looked at, and a client can write its mark itself: it must not become plain text here. Its
  // text goes back inside its own element alone.
  const text = reasoning.map((part) => (part.opaque === undefined ? part.text : '')).join('');
  const details = writeDetails(reasoning);
  return {
    ...(text !== '' && { [reasoningHistory]: text }),
    ...(details !== undefined && { reasoning_details: details }),
  };
}
