import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type {
  NeutralAssistantPart,
  NeutralField,
  NeutralReasoningText,
  NeutralText,
  NeutralToolResult,
  NeutralTurn,
} from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import { failureText, noResult, orphanIntroduction } from '../../translate/result-texts.ts';
import { splitSystem } from '../../translate/system-turns.ts';
import type { TargetQuirks } from '../../translation.ts';
import { encodeContent, inputText } from './encode-content.ts';
import { isOwn } from './encrypted-content.ts';
import { SentCalls } from './sent-calls.ts';

export interface EncodedTurns {
  readonly instructions: string | undefined;
  readonly input: JsonObject[];
}

/** The conversation as instructions and items. Items have no ids: those that OpenAI did not give, it does not find. */
export function encodeTurns(turns: readonly NeutralTurn[], quirks: TargetQuirks, losses: Losses<NeutralField>): EncodedTurns {
  if (turns.at(-1)?.role === 'assistant') losses.refuse('prefill');
  const { instructions, rest } = splitInstructions(turns);
  const calls = new SentCalls();
  const items = rest.flatMap((turn) => encodeTurn(turn, calls, quirks, losses));
  return { instructions, input: withMissingResults(items, calls.unanswered()) };
}

/** Leading system turns. They stay where they are if nothing else was said: a request needs input. */
function splitInstructions(turns: readonly NeutralTurn[]): {
  readonly instructions: string | undefined;
  readonly rest: readonly NeutralTurn[];
} {
  const { system, rest } = splitSystem(turns);
  if (rest.length === 0) return { instructions: undefined, rest: turns };
  const texts = system.map(({ text }) => text).filter((text) => text !== '');
  return { instructions: texts.length === 0 ? undefined : texts.join('\n\n'), rest };
}

function encodeTurn(turn: NeutralTurn, calls: SentCalls, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  switch (turn.role) {
    case 'system':
      return message(quirks.developerRole === false ? 'system' : 'developer', systemContent(turn.parts));
    case 'user':
      return message('user', encodeContent(turn.parts, quirks, losses));
    case 'assistant':
      return encodeAssistant(turn.parts, calls);
    case 'tool':
      return turn.results.flatMap((result) => encodeResult(result, calls, quirks, losses));
  }
}

function systemContent(parts: readonly NeutralText[]): JsonObject[] {
  return parts.flatMap(({ text }) => inputText(text));
}

function message(role: string, content: readonly JsonObject[]): JsonObject[] {
  return content.length === 0 ? [] : [{ type: 'message', role, content }];
}

/** Items in the order of the parts; texts that follow each other are one message. */
function encodeAssistant(parts: readonly NeutralAssistantPart[], calls: SentCalls): JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const endMessage = (): void => {
    items.push(...message('assistant', content));
    content = [];
  };
  for (const part of parts) {
    if (part.kind === 'text') content.push(...(part.text === '' ? [] : [{ type: 'output_text', text: part.text }]));
    else if (part.kind === 'refusal') content.push({ type: 'refusal', refusal: part.text });
    else {
      endMessage();
      if (part.kind === 'reasoning') items.push(...encodeReasoning(part));
      else items.push({ type: 'function_call', call_id: calls.call(part), name: part.name, arguments: part.arguments });
    }
  }
  endMessage();
  return items;
}

/** Only what OpenAI encrypted itself: an item without that is looked for by its id, and not found (vercel/ai#7543, #10290). */
function encodeReasoning({ text, opaque }: NeutralReasoningText): JsonObject[] {
  if (opaque === undefined || !isOwn(opaque)) return [];
  return [{ type: 'reasoning', summary: text === '' ? [] : [{ type: 'summary_text', text }], encrypted_content: opaque.value }];
}

function encodeResult(result: NeutralToolResult, calls: SentCalls, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const content = encodeContent(withMark(result), quirks, losses);
  const id = calls.answer(result);
  if (id !== undefined) return [{ type: 'function_call_output', call_id: id, output: outputOf(content) }];
  // An output whose call is not there is a 400; what it says need not be lost.
  return message('user', [...inputText(orphanIntroduction(result.name)), ...content]);
}

/** Responses has no mark for a failure; a text says it. */
function withMark({ parts, isError }: NeutralToolResult): NeutralToolResult['parts'] {
  const [first] = parts;
  if (!isError) return parts;
  if (first?.kind !== 'text') return [{ kind: 'text', text: 'Error' }, ...parts];
  return [{ kind: 'text', text: failureText(first.text) }, ...parts.slice(1)];
}

/** A single text is a string, which every server takes. */
function outputOf(content: readonly JsonObject[]): JsonValue {
  const [only] = content;
  if (only === undefined) return '';
  return content.length === 1 && typeof only.text === 'string' ? only.text : content;
}

/** A call without an output is a 400: the user may have broken the turn off. Outputs come after all calls of their run. */
function withMissingResults(items: JsonObject[], unanswered: ReadonlySet<string>): JsonObject[] {
  if (unanswered.size === 0) return items;
  const complete: JsonObject[] = [];
  let missing: JsonObject[] = [];
  for (const item of items) {
    if (item.type !== 'function_call') {
      for (const output of missing) complete.push(output); // one by one: there may be more than a call can take
      missing = [];
    }
    complete.push(item);
    const id = item.type === 'function_call' ? item.call_id : undefined;
    if (typeof id === 'string' && unanswered.has(id)) missing.push({ type: 'function_call_output', call_id: id, output: noResult });
  }
  return [...complete, ...missing];
}
